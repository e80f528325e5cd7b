//! What a constraint may be.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{constraint_of, document, template, thing};
use crate::policy::gatekeeper::{
    Action, Constraint, ConstraintError, EnforcementAction, GATOR, Template, WEBHOOK,
};

fn strict() -> Template {
    let schema = json!({
        "type": "object",
        "required": ["names"],
        "properties": {
            "names": {"type": "array", "items": {"type": "string"}},
            "mode": {"type": "string", "default": "strict", "enum": ["strict", "lax"]},
            "nested": {"type": "object", "properties": {"deep": {"type": "integer", "default": 3}}},
        },
    });
    template(&thing(&schema)).unwrap()
}

fn loose() -> Template {
    let mut object = thing(&json!({}));
    object["apiVersion"] = json!("templates.gatekeeper.sh/v1beta1");
    template(&object).unwrap()
}

#[test]
fn defaults_are_filled_where_the_object_is() {
    let parameters =
        |given: Value| constraint_of(&strict(), &json!({"parameters": given})).unwrap().parameters;
    assert_eq!(parameters(json!({"names": []})), json!({"names": [], "mode": "strict"}));
    assert_eq!(
        parameters(json!({"names": ["a"], "mode": "lax", "nested": {}})),
        json!({"names": ["a"], "mode": "lax", "nested": {"deep": 3}})
    );
}

#[test]
fn much_may_be_absent() {
    let object = json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": "Thing", "metadata": {"name": "bare"},
    });
    let constraint = Constraint::new(&loose(), &document("c.yaml", &object)).unwrap();
    assert_eq!(constraint.parameters, json!({}));
    assert_eq!(constraint.matching, None);
    assert_eq!(constraint.action, EnforcementAction::Everywhere(Action::Deny));
    assert_eq!((constraint.file.as_str(), constraint.line), ("c.yaml", 7));
}

/// Each with the field and a part of the sentence; the first are refusals of
/// the schema, which is what `invalid: true` of a suite wants.
#[test]
fn what_gatekeeper_refuses_is_refused() {
    let good = json!({"names": []});
    let of_schema = [
        (json!({"parameters": {}}), "spec.parameters.names", "required"),
        (json!({"parameters": {"names": "a"}}), "spec.parameters.names", ""),
        (json!({"parameters": {"names": [1]}}), "spec.parameters.names[0]", ""),
        (json!({"parameters": {"names": [], "mode": "x"}}), "spec.parameters.mode", ""),
        (json!({"parameters": []}), "spec.parameters", ""),
        (json!({"parameters": good, "match": null}), "spec.match", ""),
        (json!({"parameters": good, "match": {"kinds": {}}}), "spec.match.kinds", ""),
        (
            json!({"parameters": good, "match": {"namespaces": ["a*b"]}}),
            "spec.match.namespaces[0]",
            "",
        ),
        (json!({"parameters": good, "match": {"name": "A"}}), "spec.match.name", ""),
        (json!({"parameters": good, "match": {"source": "Both"}}), "spec.match.source", ""),
        (json!({"parameters": good, "enforcementAction": 1}), "spec.enforcementAction", ""),
    ];
    for (spec, field, part) in of_schema {
        let error = constraint_of(&strict(), &spec).unwrap_err();
        assert!(matches!(error, ConstraintError::Schema(_)), "{spec}: {error}");
        assert_eq!(error.format().field, field, "{error}");
        assert!(error.format().message.contains(part), "{error}");
    }
    let selector =
        |selector: Value| json!({"parameters": {}, "match": {"labelSelector": selector}});
    let of_rules = [
        (json!({"parameters": {"names": [], "more": 1}}), "spec.parameters.more", "names"),
        (json!({"parameters": good, "match": {"kind": []}}), "spec.match.kind", "kinds"),
        (json!({"parameters": good, "extra": 1}), "spec.extra", "parameters"),
        // Selectors are looked at before the schema.
        (json!({"parameters": good, "match": []}), "spec.match", "must be an object"),
        (selector(json!(null)), "spec.match.labelSelector", "must be a label selector"),
        (
            selector(json!({"matchLabels": {"a b": "c"}})),
            "spec.match.labelSelector.matchLabels[a b]",
            "key of a label",
        ),
        (
            selector(json!({"matchExpressions": [{"key": "a", "operator": "In"}]})),
            "spec.match.labelSelector.matchExpressions[0].values",
            "must not be empty",
        ),
        (
            selector(
                json!({"matchExpressions": [{"key": "a", "operator": "in", "values": ["b"]}]}),
            ),
            "spec.match.labelSelector.matchExpressions[0].operator",
            "is none of",
        ),
        (
            selector(
                json!({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}),
            ),
            "spec.match.labelSelector.matchExpressions[0].values",
            "must be empty",
        ),
        (
            json!({"parameters": good, "enforcementAction": "scoped"}),
            "spec.scopedEnforcementActions",
            "must be a list",
        ),
    ];
    for (spec, field, part) in of_rules {
        let error = constraint_of(&strict(), &spec).unwrap_err();
        assert!(matches!(error, ConstraintError::Invalid(_)), "{spec}: {error}");
        assert_eq!(error.format().field, field, "{error}");
        assert!(error.format().message.contains(part), "{error}");
    }
}

#[test]
fn identity_has_to_fit() {
    for (pointer, value, field) in [
        ("/apiVersion", "constraints.gatekeeper.sh/v1", "apiVersion"),
        ("/apiVersion", "other/v1beta1", "apiVersion"),
        ("/kind", "Other", "kind"),
        ("/metadata/name", "Upper", "metadata.name"),
        ("/metadata/name", "", "metadata.name"),
    ] {
        let mut object = json!({
            "apiVersion": "constraints.gatekeeper.sh/v1alpha1",
            "kind": "Thing", "metadata": {"name": "good"},
        });
        assert!(Constraint::new(&loose(), &document("c.yaml", &object)).is_ok());
        *object.pointer_mut(pointer).unwrap() = value.into();
        let error = Constraint::new(&loose(), &document("c.yaml", &object)).unwrap_err();
        assert!(matches!(error, ConstraintError::Invalid(_)), "{error}");
        assert_eq!(error.format().field, field, "{error}");
    }
}

/// Unknown parameters are kept before v1.
#[test]
fn a_legacy_schema_keeps_parameters() {
    let spec = json!({"parameters": {"any": {"thing": [1.0, 2.5, 1e3]}}});
    let constraint = constraint_of(&loose(), &spec).unwrap();
    assert_eq!(constraint.parameters, json!({"any": {"thing": [1, 2.5, 1000]}}));
}

#[test]
fn without_a_schema_there_are_no_parameters() {
    let mut object = thing(&json!({}));
    object["spec"]["crd"]["spec"].as_object_mut().unwrap().remove("validation");
    let template = template(&object).unwrap();
    let error = constraint_of(&template, &json!({"parameters": {"a": 1}})).unwrap_err();
    assert_eq!(error.format().field, "spec.parameters");
    assert!(constraint_of(&template, &json!({})).is_ok());
}

#[test]
fn actions_depend_on_the_point() {
    let action = |spec: Value| constraint_of(&loose(), &spec).unwrap().action;
    let scoped = |entries: Value| {
        action(json!({"enforcementAction": "scoped", "scopedEnforcementActions": entries}))
    };
    for (text, expected) in [("", Action::Deny), ("warn", Action::Warn), ("dryrun", Action::Dryrun)]
    {
        let action = action(json!({"enforcementAction": text}));
        assert_eq!(action.at(WEBHOOK), BTreeSet::from([expected]));
    }
    let two = scoped(json!([
        {"action": "warn", "enforcementPoints": [{"name": "*"}]},
        {"action": "deny", "enforcementPoints": [{"name": WEBHOOK}]},
    ]));
    assert_eq!(two.at(WEBHOOK), BTreeSet::from([Action::Warn, Action::Deny]));
    assert_eq!(two.at(GATOR), BTreeSet::from([Action::Warn]));
    let webhook = scoped(json!([{"action": "deny", "enforcementPoints": [{"name": WEBHOOK}]}]));
    assert!(!webhook.counts_at(GATOR));
    let odd = action(json!({"enforcementAction": "Deny"}));
    assert_eq!(odd, EnforcementAction::Unrecognized("Deny".to_owned()));
    assert!(odd.counts_at(GATOR) && odd.at(WEBHOOK).is_empty());
}
