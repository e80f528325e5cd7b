//! `spec.match`, field by field, then over generated names and labels.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{constraint_of, template, thing};
use crate::policy::gatekeeper::{
    Glob, Inventory, Match, MatchError, Origin, Review, Subject, Template,
};

fn any_template() -> Template {
    template(&thing(&json!({"type": "object"}))).unwrap()
}

fn matching(spec: &Value) -> Match {
    constraint_of(&any_template(), &json!({"match": spec})).unwrap().matching.unwrap()
}

fn object(api_version: &str, kind: &str, namespace: &str, name: &str) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
    if !namespace.is_empty() {
        object["metadata"]["namespace"] = namespace.into();
    }
    object
}

fn pod() -> Value {
    let mut pod = object("v1", "Pod", "team-a", "web-1");
    pod["metadata"]["labels"] = json!({"app": "web"});
    pod
}

fn matches(spec: &Value, object: &Value) -> bool {
    let subject = Subject { object: Some(object), ..Subject::default() };
    matching(spec).matches(&subject).unwrap()
}

/// Every criterion with an object that it lets through and one that it does not.
#[test]
fn each_field_lets_through_and_holds_back() {
    let namespace = object("v1", "Namespace", "", "team-a");
    let node = object("v1", "Node", "", "n");
    let deployment = object("apps/v1", "Deployment", "team-a", "web-1");
    let rows: &[(Value, &[&Value], &[&Value])] = &[
        (json!({}), &[&pod(), &namespace, &node, &deployment], &[]),
        (json!({"kinds": []}), &[&pod(), &node], &[]),
        (json!({"kinds": [{}]}), &[&pod(), &node], &[]),
        (json!({"kinds": [{"apiGroups": [""]}]}), &[&pod(), &node], &[&deployment]),
        (
            json!({"kinds": [{"apiGroups": ["*"], "kinds": ["Pod", "Deployment"]}]}),
            &[&pod(), &deployment],
            &[&node],
        ),
        (
            json!({"kinds": [{"kinds": ["Node"]}, {"apiGroups": ["apps"], "kinds": ["*"]}]}),
            &[&node, &deployment],
            &[&pod()],
        ),
        (json!({"scope": "Cluster"}), &[&node, &namespace], &[&pod()]),
        (json!({"scope": "Namespaced"}), &[&pod()], &[&node, &namespace]),
        // A typing error is no restriction.
        (json!({"scope": "cluster"}), &[&pod(), &node], &[]),
        (
            json!({"namespaces": ["team-*"]}),
            &[&pod(), &namespace, &node],
            &[&object("v1", "Pod", "other", "p"), &object("v1", "Namespace", "", "other")],
        ),
        (
            json!({"excludedNamespaces": ["*-b", "kube-system"]}),
            &[&pod(), &node, &namespace],
            &[&object("v1", "Pod", "team-b", "p"), &object("v1", "Namespace", "", "kube-system")],
        ),
        (
            json!({"namespaces": ["team-*"], "excludedNamespaces": ["team-b"]}),
            &[&pod()],
            &[&object("v1", "Pod", "team-b", "p")],
        ),
        (json!({"labelSelector": {}}), &[&pod(), &node], &[]),
        (json!({"labelSelector": {"matchLabels": {"app": "web"}}}), &[&pod()], &[&node]),
        (
            json!({"labelSelector": {"matchExpressions": [
                {"key": "app", "operator": "NotIn", "values": ["web"]},
            ]}}),
            &[&node],
            &[&pod()],
        ),
        (json!({"name": "web-*"}), &[&pod()], &[&node]),
        (json!({"name": "*-1"}), &[&pod()], &[&node]),
        (json!({"name": ""}), &[&pod(), &node], &[]),
        (json!({"source": "Original"}), &[&pod()], &[]),
        (json!({"source": "Generated"}), &[], &[&pod()]),
    ];
    for (spec, yes, no) in rows {
        for object in *yes {
            assert!(matches(spec, object), "{spec} lets {object} through");
        }
        for object in *no {
            assert!(!matches(spec, object), "{spec} holds {object} back");
        }
    }
}

/// Kubernetes appends what nobody knows to a `generateName`.
#[test]
fn a_generated_name_fits_a_prefix_and_nothing_else() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-7f-"}});
    for (name, fits) in [("web-*", true), ("*7f*", true), ("*7f-", false), ("web-7f-", false)] {
        assert_eq!(matches(&json!({"name": name}), &pod), fits, "{name}");
    }
}

/// The request's own words about the object do not count.
#[test]
fn the_objects_own_kind_and_namespace_count() {
    let request = json!({
        "kind": {"group": "autoscaling", "version": "v1", "kind": "Scale"},
        "namespace": "elsewhere", "operation": "UPDATE",
        "object": object("apps/v1", "Deployment", "team-a", "web"),
    });
    let review = Review::of_request(request.as_object().unwrap().clone()).unwrap();
    let spec = json!({"match": {"kinds": [{"kinds": ["Deployment"]}], "namespaces": ["team-a"]}});
    let constraint = constraint_of(&any_template(), &spec).unwrap();
    assert_eq!(constraint.matches(&review, &Inventory::default()), Ok(true));

    // A Namespace that is known goes before what the object says.
    let mut inventory = Inventory::default();
    inventory.add(&object("v1", "Namespace", "", "elsewhere")).unwrap();
    assert_eq!(constraint.matches(&review, &inventory), Ok(false));
}

/// Either the object before or the one after has to match, as a whole.
#[test]
fn old_objects_match_too() {
    let spec = json!({"name": "a", "labelSelector": {"matchLabels": {"app": "web"}}});
    let with = |name: &str, app: &str| {
        let mut object = object("v1", "Pod", "x", name);
        object["metadata"]["labels"] = json!({"app": app});
        object
    };
    let asked = |new: &Value, old: &Value| {
        let subject = Subject { object: Some(new), old: Some(old), ..Subject::default() };
        matching(&spec).matches(&subject)
    };
    assert_eq!(asked(&with("a", "other"), &with("a", "web")), Ok(true));
    assert_eq!(asked(&with("a", "other"), &with("b", "web")), Ok(false), "half here, half there");
    assert_eq!(asked(&Value::Null, &with("a", "web")), Ok(true));
    assert_eq!(asked(&Value::Null, &Value::Null), Err(MatchError::NoObject));
}

#[test]
fn a_namespace_selector_asks_the_namespace() {
    let spec = json!({"namespaceSelector": {"matchLabels": {"team": "a"}}});
    let labelled = |team: &str| {
        json!({"apiVersion": "v1", "kind": "Namespace",
               "metadata": {"name": "n", "labels": {"team": team}}})
    };
    let asked = |object: &Value, namespace: Option<&Value>| {
        let subject = Subject { object: Some(object), namespace, ..Subject::default() };
        matching(&spec).matches(&subject)
    };
    assert_eq!(asked(&pod(), Some(&labelled("a"))), Ok(true));
    assert_eq!(asked(&pod(), Some(&labelled("b"))), Ok(false));
    assert_eq!(asked(&labelled("a"), None), Ok(true), "a Namespace is asked for its own labels");
    assert_eq!(asked(&labelled("b"), Some(&labelled("a"))), Ok(false));
    assert_eq!(asked(&object("v1", "Node", "", "n"), None), Ok(true), "it has no namespace");
    let unknown = MatchError::NamespaceUnknown { name: "web-1".to_owned() };
    assert_eq!(asked(&pod(), None), Err(unknown));
    // What does not match anyway needs no Namespace.
    let mut other = spec.clone();
    other["kinds"] = json!([{"kinds": ["Node"]}]);
    assert!(!matches(&other, &pod()));
}

/// One label that is no string, and the object has none at all.
#[test]
fn labels_that_are_no_strings_are_none() {
    let mut pod = pod();
    let spec = json!({"labelSelector": {"matchLabels": {"app": "web"}}});
    assert!(matches(&spec, &pod));
    pod["metadata"]["labels"]["count"] = 1.into();
    assert!(!matches(&spec, &pod));
}

#[test]
fn what_is_derived_is_not_what_was_written() {
    for (source, origin, expected) in [
        ("All", Origin::Generated, true),
        ("Original", Origin::Generated, false),
        ("Generated", Origin::Generated, true),
        ("Generated", Origin::Original, false),
    ] {
        let pod = pod();
        let subject = Subject { object: Some(&pod), origin, ..Subject::default() };
        let matching = matching(&json!({"source": source}));
        assert_eq!(matching.matches(&subject), Ok(expected), "{source} {origin:?}");
    }
}

/// Letters of a name, few enough that things meet.
fn name() -> impl Strategy<Value = String> {
    "[ab-]{0,5}"
}

proptest! {
    /// A glob is what its two asterisks say, written out with a search.
    #[test]
    fn globs_are_prefixes_suffixes_and_infixes(
        front: bool, inner in name(), back: bool, candidate in name(),
    ) {
        let text = format!("{}{inner}{}", if front {"*"} else {""}, if back {"*"} else {""});
        let glob = Glob::parse(&text).unwrap();
        let at: Vec<usize> = (0..=candidate.len())
            .filter(|at| candidate[*at..].starts_with(&inner))
            .collect();
        let expected = at.iter().any(|at| {
            (front || *at == 0) && (back || at + inner.len() == candidate.len())
        });
        prop_assert_eq!(glob.matches(&candidate), expected, "{} on {}", text, candidate);
        prop_assert!(!glob.matches_generate_name(&candidate) || glob.matches(&candidate));
        prop_assert_eq!(glob.as_str(), text.as_str());
    }

    /// Excluding is the opposite of including, for whatever has a namespace.
    #[test]
    fn excluded_is_not_included(globs in proptest::collection::vec("\\*?[ab]{0,2}\\*?", 1..4),
                                namespace in "[ab]{1,4}") {
        let pod = object("v1", "Pod", &namespace, "p");
        let inside = matches(&json!({"namespaces": globs.clone()}), &pod);
        let outside = matches(&json!({"excludedNamespaces": globs}), &pod);
        prop_assert_ne!(inside, outside);
    }

    /// Selectors against the four sentences of the Kubernetes documentation.
    #[test]
    fn selectors_say_what_kubernetes_says(
        labels in proptest::collection::btree_map("[ab]", "[xy]", 0..3),
        key in "[ab]", operator in 0..4_usize,
        values in proptest::collection::vec("[xy]", 1..3),
    ) {
        let operator = ["In", "NotIn", "Exists", "DoesNotExist"][operator];
        let mut requirement = json!({"key": key, "operator": operator});
        if operator.ends_with("In") {
            requirement["values"] = values.clone().into();
        }
        let mut object = object("v1", "Pod", "n", "p");
        object["metadata"]["labels"] = serde_json::to_value(&labels).unwrap();
        let value = labels.get(&key);
        let expected = match operator {
            "In" => value.is_some_and(|value| values.contains(value)),
            "NotIn" => value.is_none_or(|value| !values.contains(value)),
            "Exists" => value.is_some(),
            _ => value.is_none(),
        };
        let spec = json!({"labelSelector": {"matchExpressions": [requirement]}});
        prop_assert_eq!(matches(&spec, &object), expected);
    }
}
