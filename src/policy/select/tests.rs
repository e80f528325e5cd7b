//! By example, then against a reference that is written as the documentation is.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Index, Matcher, Subject};
use crate::api::{
    ExemptionSpec, GroupKinds, LabelMap, NamedSelector, Operation, PolicyMatch, SelectorOperator,
    WorkloadSelector,
};

/// A subject that owns what it speaks of.
#[derive(Clone, Debug)]
struct Asked {
    kind: (String, String),
    resource: (String, String),
    subresource: String,
    operation: Operation,
    name: String,
    object: Option<Value>,
    old_object: Option<Value>,
    namespace: String,
    namespace_labels: LabelMap,
    tenant: String,
    tenant_labels: LabelMap,
    class: String,
    class_labels: LabelMap,
}

impl Asked {
    fn subject(&self) -> Subject<'_> {
        Subject {
            group: &self.kind.0,
            kind: &self.kind.1,
            resource_group: &self.resource.0,
            resource: &self.resource.1,
            subresource: &self.subresource,
            operation: self.operation,
            name: &self.name,
            object: self.object.as_ref(),
            old_object: self.old_object.as_ref(),
            namespace: &self.namespace,
            namespace_labels: &self.namespace_labels,
            tenant: &self.tenant,
            tenant_labels: &self.tenant_labels,
            class: &self.class,
            class_labels: &self.class_labels,
        }
    }
}

fn labels(pairs: &[(&str, &str)]) -> LabelMap {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A Pod that is created in `acme-dev` of tenant `acme`, class `standard`.
fn pod() -> Asked {
    Asked {
        kind: (String::new(), "Pod".to_owned()),
        resource: (String::new(), "pods".to_owned()),
        subresource: String::new(),
        operation: Operation::Create,
        name: "web-1".to_owned(),
        object: Some(json!({"metadata": {"labels": {"app": "web"}}})),
        old_object: None,
        namespace: "acme-dev".to_owned(),
        namespace_labels: labels(&[("stage", "dev")]),
        tenant: "acme".to_owned(),
        tenant_labels: labels(&[("tier", "gold")]),
        class: "standard".to_owned(),
        class_labels: labels(&[("pack", "base")]),
    }
}

fn with(change: impl FnOnce(&mut Asked)) -> Asked {
    let mut asked = pod();
    change(&mut asked);
    asked
}

fn matcher(matching: Value) -> Matcher {
    let mut whole = json!({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]});
    for (field, value) in matching.as_object().unwrap() {
        whole[field] = value.clone();
    }
    Matcher::of_policy(&serde_json::from_value(whole).unwrap()).unwrap()
}

/// Asserts that the first is matched and the second is not.
#[track_caller]
fn tells_apart(matching: Value, yes: &Asked, no: &Asked) {
    let matcher = matcher(matching.clone());
    assert!(matcher.matches(&yes.subject()), "{matching} {yes:?}");
    assert!(!matcher.matches(&no.subject()), "{matching} {no:?}");
}

#[test]
fn every_field_narrows() {
    let update = with(|a| a.operation = Operation::Update);
    tells_apart(json!({}), &update, &with(|a| a.operation = Operation::Delete));
    tells_apart(
        json!({"operations": ["DELETE"]}),
        &with(|a| a.operation = Operation::Delete),
        &pod(),
    );
    tells_apart(json!({}), &pod(), &with(|a| a.kind.1 = "Service".to_owned()));
    tells_apart(json!({}), &pod(), &with(|a| a.kind.0 = "metrics.k8s.io".to_owned()));
    let every = json!([{"apiGroups": ["*"], "kinds": ["*"]}]);
    tells_apart(
        json!({"kinds": every}),
        &with(|a| a.kind = ("example.com".to_owned(), "Widget".to_owned())),
        &with(|a| a.operation = Operation::Connect),
    );
    tells_apart(
        json!({"tenants": {"names": ["acme"]}}),
        &pod(),
        &with(|a| a.tenant = "b".to_owned()),
    );
    tells_apart(
        json!({"tenants": {"selector": {"matchLabels": {"tier": "gold"}}}}),
        &pod(),
        &with(|a| a.tenant_labels = labels(&[("tier", "iron")])),
    );
    tells_apart(
        json!({"classes": {"names": ["standard"], "selector": {"matchLabels": {"pack": "base"}}}}),
        &pod(),
        &with(|a| a.class_labels = labels(&[])),
    );
    tells_apart(
        json!({"classes": {"names": ["standard"]}}),
        &pod(),
        &with(|a| a.class = "x".to_owned()),
    );
    let shop = with(|a| a.namespace = "shop".to_owned());
    tells_apart(json!({"namespaces": ["acme-*"]}), &pod(), &shop);
    tells_apart(json!({"excludedNamespaces": ["*-dev", "x"]}), &shop, &pod());
    tells_apart(
        json!({"namespaces": ["acme-*"], "excludedNamespaces": ["*-prod"]}),
        &pod(),
        &with(|a| a.namespace = "acme-prod".to_owned()),
    );
    tells_apart(
        json!({"namespaceSelector": {"matchLabels": {"stage": "dev"}}}),
        &pod(),
        &with(|a| a.namespace_labels = labels(&[])),
    );
    tells_apart(json!({"name": "web-*"}), &pod(), &with(|a| a.name = "db-1".to_owned()));
}

#[test]
fn labels_count_as_they_were_and_as_they_will_be() {
    let object = |app: &str| Some(json!({"metadata": {"labels": {"app": app}}}));
    let change = |old: &str, new: &str| {
        with(|a| {
            (a.old_object, a.object, a.operation) = (object(old), object(new), Operation::Update);
        })
    };
    let web = json!({"labelSelector": {"matchLabels": {"app": "web"}}});
    tells_apart(web.clone(), &change("web", "db"), &change("db", "db"));
    tells_apart(web, &change("db", "web"), &with(|a| a.object = Some(json!({}))));
    // On CREATE there is no old object, which is not one without labels.
    let without = json!({"labelSelector": {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}});
    tells_apart(without, &with(|a| a.object = Some(json!({}))), &pod());
    let not_web = json!({"labelSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}});
    tells_apart(not_web, &with(|a| a.object = None), &pod());
}

#[test]
fn subresources_are_named() {
    let exec = with(|a| {
        a.kind = (String::new(), "PodExecOptions".to_owned());
        a.subresource = "exec".to_owned();
        a.operation = Operation::Connect;
    });
    let attach = with(|a| {
        a.kind = (String::new(), "PodAttachOptions".to_owned());
        a.subresource = "attach".to_owned();
        a.operation = Operation::Connect;
    });
    let on = |subresources: Value| json!({"operations": ["CONNECT"], "subresources": subresources});
    tells_apart(on(json!(["exec"])), &exec, &attach);
    assert!(matcher(on(json!(["*"]))).matches(&attach.subject()));
    assert!(!matcher(json!({"operations": ["CONNECT"]})).matches(&exec.subject()));
    // By the kind that is sent, too.
    let sent = json!({"kinds": [{"apiGroups": [""], "kinds": ["PodExecOptions"]}],
        "operations": ["CONNECT"], "subresources": ["*"]});
    tells_apart(sent, &exec, &attach);
    // A Scale of apps is of the Deployment, whatever group the Scale has.
    let scale = |resource: &str| {
        with(|a| {
            a.kind = ("autoscaling".to_owned(), "Scale".to_owned());
            a.resource = ("apps".to_owned(), resource.to_owned());
            a.subresource = "scale".to_owned();
            a.operation = Operation::Update;
        })
    };
    let deployments = json!({"kinds": [{"apiGroups": ["apps"], "kinds": ["Deployment"]}], "subresources": ["scale"]});
    tells_apart(deployments, &scale("deployments"), &scale("statefulsets"));
}

#[test]
fn an_exemption_is_for_what_the_object_becomes() {
    let exempts = |spec: Value, asked: &Asked| {
        let mut whole = json!({"policy": "p", "tenant": "acme", "reason": "r", "expires": "2027-01-01T00:00:00Z"});
        for (field, value) in spec.as_object().unwrap() {
            whole[field] = value.clone();
        }
        let spec: ExemptionSpec = serde_json::from_value(whole).unwrap();
        Matcher::of_exemption(&spec).unwrap().matches(&asked.subject())
    };
    let other = with(|a| a.tenant = "globex".to_owned());
    assert!(exempts(json!({}), &pod()) && !exempts(json!({}), &other));
    let deleted = with(|a| a.operation = Operation::Delete);
    assert!(exempts(json!({}), &deleted));
    let kinds = json!({"object": {"kinds": [{"apiGroups": ["apps"], "kinds": ["*"]}]}});
    assert!(!exempts(kinds, &pod()));
    let named = json!({"namespaces": ["acme-dev"], "object": {"name": "web-*"}});
    assert!(exempts(named.clone(), &pod()));
    assert!(!exempts(named, &with(|a| a.name = "db".to_owned())));
    let web = json!({"object": {"labelSelector": {"matchLabels": {"app": "web"}}}});
    let relabelled = with(|a| {
        a.old_object = a.object.clone();
        a.object = Some(json!({"metadata": {"labels": {"app": "db"}}}));
    });
    assert!(exempts(web.clone(), &pod()) && !exempts(web.clone(), &relabelled));
    let gone = with(|a| a.old_object = a.object.take());
    assert!(exempts(web, &gone));
}

#[test]
fn a_broken_pattern_is_an_error_with_its_field() {
    let spec = PolicyMatch {
        namespaces: vec!["a".to_owned(), "a*b".to_owned()],
        ..PolicyMatch::default()
    };
    let error = Matcher::of_policy(&spec).unwrap_err();
    assert_eq!(error.field, "spec.match.namespaces[1]");
    assert!(error.message.contains('*'), "{error:?}");
}

#[test]
fn an_index_leaves_out_what_names_another_kind() {
    let pods = matcher(json!({}));
    let services = matcher(json!({"kinds": [{"apiGroups": [""], "kinds": ["Service"]}]}));
    let every = matcher(
        json!({"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}], "operations": ["DELETE", "CREATE"]}),
    );
    let index = Index::new([&pods, &services, &every, &pods]);
    let found = |asked: &Asked| index.candidates(&asked.subject()).collect::<Vec<_>>();
    assert_eq!(found(&pod()), [0, 2, 3]);
    assert_eq!(found(&with(|a| a.operation = Operation::Delete)), [2]);
    assert_eq!(found(&with(|a| a.operation = Operation::Update)), [0, 3]);
    assert_eq!(found(&with(|a| a.kind.1 = "Widget".to_owned())), [2]);
    assert_eq!(found(&with(|a| a.operation = Operation::Connect)), [0; 0]);
}

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
