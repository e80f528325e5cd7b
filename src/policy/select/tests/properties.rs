//! Any match and any subject, against the reference.

use proptest::prelude::*;
use serde_json::json;

use super::Asked;
use crate::api::{
    GroupKinds, LabelMap, NamedSelector, Operation, PolicyMatch, SelectorOperator, WorkloadSelector,
};
use crate::policy::select::{Index, Matcher};

/// The documentation as code: slow, with nothing prepared.
fn reference(matching: &PolicyMatch, asked: &Asked) -> bool {
    let fits = |pattern: &String, name: &str| {
        let (text, start, end) =
            (pattern.trim_matches('*'), pattern.starts_with('*'), pattern.ends_with('*'));
        (0..=name.len()).any(|from| {
            (from..=name.len()).any(|to| {
                &name[from..to] == text && (start || from == 0) && (end || to == name.len())
            })
        })
    };
    let selects = |selector: &WorkloadSelector, labels: &LabelMap| {
        selector.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && selector.match_expressions.iter().all(|it| match it.operator {
                SelectorOperator::In => labels.get(&it.key).is_some_and(|v| it.values.contains(v)),
                SelectorOperator::NotIn => {
                    !labels.get(&it.key).is_some_and(|v| it.values.contains(v))
                }
                SelectorOperator::Exists => labels.contains_key(&it.key),
                SelectorOperator::DoesNotExist => !labels.contains_key(&it.key),
            })
    };
    let named = |by: &NamedSelector, name: &String, labels: &LabelMap| {
        (by.names.is_empty() || by.names.contains(name))
            && by.selector.as_ref().is_none_or(|selector| selects(selector, labels))
    };
    let has = |list: &[String], name: &str| list.iter().any(|entry| entry == "*" || entry == name);
    let kind = |group: &str, kind: &str| {
        matching.kinds.iter().any(|entry| has(&entry.api_groups, group) && has(&entry.kinds, kind))
    };
    let of_parent =
        match (asked.subresource.as_str(), asked.resource.0.as_str(), asked.resource.1.as_str()) {
            ("", ..) => false,
            (_, "", "pods") => kind("", "Pod"),
            (_, "apps", "deployments") => kind("apps", "Deployment"),
            _ => false,
        };
    let mut objects: Vec<LabelMap> = Vec::new();
    for object in [&asked.object, &asked.old_object].into_iter().flatten() {
        objects
            .push(serde_json::from_value(object["metadata"]["labels"].clone()).unwrap_or_default());
    }
    if objects.is_empty() {
        objects.push(LabelMap::new());
    }
    matching.operations.contains(&asked.operation)
        && (asked.subresource.is_empty() || has(&matching.subresources, &asked.subresource))
        && (kind(&asked.kind.0, &asked.kind.1) || of_parent)
        && named(&matching.tenants, &asked.tenant, &asked.tenant_labels)
        && named(&matching.classes, &asked.class, &asked.class_labels)
        && (matching.namespaces.is_empty()
            || matching.namespaces.iter().any(|pattern| fits(pattern, &asked.namespace)))
        && !matching.excluded_namespaces.iter().any(|pattern| fits(pattern, &asked.namespace))
        && matching.name.as_ref().is_none_or(|pattern| fits(pattern, &asked.name))
        && matching.namespace_selector.as_ref().is_none_or(|s| selects(s, &asked.namespace_labels))
        && matching.label_selector.as_ref().is_none_or(|s| objects.iter().any(|o| selects(s, o)))
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn some_labels() -> impl Strategy<Value = LabelMap> {
    prop::collection::btree_map(one_of(&["a", "b"]), one_of(&["", "x", "y"]), 0..3)
}

fn selector() -> impl Strategy<Value = Option<WorkloadSelector>> {
    let operator = prop::sample::select(&["In", "NotIn", "Exists", "DoesNotExist"][..]);
    let requirement =
        (one_of(&["a", "b"]), operator, prop::collection::vec(one_of(&["", "x", "y"]), 1..3))
            .prop_map(|(key, operator, values)| {
                let values = if operator.ends_with("In") { values } else { Vec::new() };
                json!({"key": key, "operator": operator, "values": values})
            });
    let selector =
        (some_labels(), prop::collection::vec(requirement, 0..3)).prop_map(|(labels, all)| {
            serde_json::from_value(json!({"matchLabels": labels, "matchExpressions": all})).unwrap()
        });
    prop::option::of(selector)
}

fn named() -> impl Strategy<Value = NamedSelector> {
    (prop::collection::vec(one_of(&["s", "t"]), 0..2), selector())
        .prop_map(|(names, selector)| NamedSelector { names, selector })
}

fn patterns() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("\\*?[ab]{0,2}\\*?".prop_filter("empty", |p| !p.is_empty()), 0..3)
}

fn matches() -> impl Strategy<Value = PolicyMatch> {
    let groups = prop::collection::vec(one_of(&["", "apps", "*"]), 1..3);
    let kinds = prop::collection::vec(one_of(&["Pod", "Deployment", "Scale", "*"]), 1..3);
    let kinds = (groups, kinds).prop_map(|(api_groups, kinds)| GroupKinds { api_groups, kinds });
    let operations = prop::collection::vec(prop::sample::select(&Operation::ALL[..]), 1..4);
    let wide = (
        prop::collection::vec(kinds, 1..3),
        operations,
        prop::collection::vec(one_of(&["scale", "exec", "*"]), 0..3),
        (named(), named()),
        (patterns(), patterns()),
        (selector(), selector()),
        prop::option::of("\\*?[ab]{1,2}\\*?"),
    );
    wide.prop_map(
        |(
            kinds,
            operations,
            subresources,
            (tenants, classes),
            (namespaces, excluded),
            (one, other),
            name,
        )| {
            PolicyMatch {
                kinds,
                operations,
                subresources,
                tenants,
                classes,
                namespaces,
                excluded_namespaces: excluded,
                namespace_selector: one,
                label_selector: other,
                name,
            }
        },
    )
}

fn asked() -> impl Strategy<Value = Asked> {
    let kind = (one_of(&["", "apps"]), one_of(&["Pod", "Deployment", "Scale"]));
    let resource =
        prop::sample::select(&[("", "pods"), ("apps", "deployments"), ("", "widgets")][..]);
    let object = || {
        let some = prop_oneof![
            some_labels().prop_map(|labels| json!({"metadata": {"labels": labels}})),
            Just(json!({"metadata": {}})),
        ];
        prop::option::of(some)
    };
    let name = || "[ab]{0,3}";
    (
        (kind, resource, one_of(&["", "", "scale", "exec"])),
        prop::sample::select(&Operation::ALL[..]),
        (name(), object(), object()),
        (name(), some_labels()),
        (one_of(&["s", "t"]), some_labels()),
        (one_of(&["s", "t"]), some_labels()),
    )
        .prop_map(
            |(
                (kind, resource, subresource),
                operation,
                (name, object, old_object),
                namespace,
                tenant,
                class,
            )| Asked {
                kind,
                resource: (resource.0.to_owned(), resource.1.to_owned()),
                subresource,
                operation,
                name,
                object,
                old_object,
                namespace: namespace.0,
                namespace_labels: namespace.1,
                tenant: tenant.0,
                tenant_labels: tenant.1,
                class: class.0,
                class_labels: class.1,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_matcher_does_what_is_documented(matching in matches(), asked in asked()) {
        let matcher = Matcher::of_policy(&matching).unwrap();
        prop_assert_eq!(matcher.matches(&asked.subject()), reference(&matching, &asked));
    }

    #[test]
    fn an_index_forgets_no_match_and_keeps_the_order(
        all in prop::collection::vec(matches(), 0..6),
        asked in asked(),
    ) {
        let matchers: Vec<Matcher> = all.iter().map(|m| Matcher::of_policy(m).unwrap()).collect();
        let found: Vec<usize> = Index::new(&matchers).candidates(&asked.subject()).collect();
        prop_assert!(found.is_sorted_by(|a, b| a < b), "{:?}", found);
        for (place, matcher) in matchers.iter().enumerate() {
            prop_assert!(!matcher.matches(&asked.subject()) || found.contains(&place));
        }
    }
}
