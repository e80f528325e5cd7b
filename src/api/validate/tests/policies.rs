//! Policies: their form.

use serde_json::{Value, json};

use super::only;
use crate::api::{FieldError, Operation, Policy, PolicySpec, validate_policy};
use crate::names::Reason;

pub(super) fn spec() -> Value {
    json!({
        "description": "Images come from the registries of the tenant.",
        "rego": "package image_registries\n",
        "libs": ["package lib.images\n"],
        "parameters": {"registries": ["quay.io"]},
        "parametersSchema": {"type": "object", "required": ["registries"], "properties": {
            "registries": {"type": "array", "items": {"type": "string"}},
            "max": {"type": "integer", "default": 3, "minimum": 1}}},
        "match": {"kinds": [{"apiGroups": ["", "apps"], "kinds": ["Pod", "Deployment"]}]},
        "inventory": {
            "kinds": [{"group": "networking.k8s.io", "version": "v1", "kind": "Ingress", "fields": ["spec.rules"]}],
            "indexes": [{"kind": "Ingress", "path": "spec.rules[].host", "as": "hosts"}]
        },
        "mutation": {"order": 5},
        "cases": [
            {"name": "refused", "object": {"apiVersion": "v1", "kind": "Pod"},
                "expect": {"verdict": "deny", "messages": ["quay.io"]}},
            {"name": "admitted", "review": {"kind": {"kind": "Pod"}, "operation": "DELETE"},
                "expect": {"verdict": "allow", "patch": [{"op": "add", "path": "/metadata/labels/a", "value": "b"}]}}
        ]
    })
}

/// The spec with the value at a JSON pointer replaced; null takes it away.
pub(super) fn with(pointer: &str, value: Value) -> Value {
    let mut spec = spec();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match spec.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[last.parse::<usize>().unwrap()] = value,
        Value::Object(fields) if value.is_null() => {
            fields.remove(last);
        }
        holder => holder[last] = value,
    }
    spec
}

pub(super) fn judged(spec: Value) -> Vec<FieldError> {
    let policy: PolicySpec = serde_json::from_value(spec).unwrap();
    validate_policy("image-registries", &policy)
}

/// The nearest thing is right, and this is the one error.
#[track_caller]
pub(super) fn refused(pointer: &str, right: Value, wrong: Value, field: &str, hint: &str) {
    assert_eq!(judged(with(pointer, right)), []);
    only(&judged(with(pointer, wrong)), field, Reason::Invalid, hint);
}

#[test]
fn what_is_left_out_has_its_default() {
    assert_eq!(judged(spec()), []);
    let least =
        json!({"rego": "package p\n", "match": {"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}});
    let read: PolicySpec = serde_json::from_value(least).unwrap();
    assert_eq!(validate_policy("p", &read), []);
    let expected = PolicySpec {
        rego: read.rego.clone(),
        matching: read.matching.clone(),
        ..PolicySpec::default()
    };
    assert_eq!(read, expected);
    assert_eq!(read.matching.operations, [Operation::Create, Operation::Update]);
    assert!(read.strict_builtin_errors);
    assert_eq!((read.budget.instructions, read.budget.milliseconds), (1_000_000, 50));
    only(&validate_policy("A", &read), "metadata.name", Reason::Invalid, "DNS");
}

#[test]
fn what_is_written_comes_back() {
    let policy: Policy = serde_json::from_value(json!({
        "apiVersion": "lessor.io/v1alpha1", "kind": "Policy", "metadata": {"name": "p"}, "spec": spec(),
        "status": {"engine": "rvm", "enforced": "2/3", "enforcedBy": {"current": 2, "total": 3},
            "active": {"generation": 1, "digest": "sha256:0", "spec": spec()}}
    }))
    .unwrap();
    let status = policy.status.clone().unwrap();
    assert_eq!(status.enforced_by.unwrap().to_string(), status.enforced.unwrap());
    assert_eq!(status.active.unwrap().spec, policy.spec);
    let again: Policy = serde_json::from_value(serde_json::to_value(&policy).unwrap()).unwrap();
    assert_eq!(again, policy);
}

#[test]
fn a_hostile_object_stays_small() {
    refused("/rego", json!("package a"), json!(" \n"), "spec.rego", "violation");
    refused("/libs", json!([]), json!([""]), "spec.libs[0]", "remove");
    let (half, more) = ("a".repeat(128 * 1024 - 24), "a".repeat(128 * 1024));
    refused("/libs", json!([half]), json!([more, more]), "spec.rego", "at most 262144");
    let case = |size: usize| {
        json!([{"name": "n", "expect": {"verdict": "allow"},
        "object": {"apiVersion": "v1", "kind": "Pod", "x": "a".repeat(size)}}])
    };
    refused("/cases", case(500_000), case(524_288), "spec", "Leave cases out");
}

#[test]
fn the_match_is_one_that_can_match() {
    let at = |field: &str| format!("/match/{field}");
    let kinds = |groups: Value, kinds: Value| json!([{"apiGroups": groups, "kinds": kinds}]);
    let right = || kinds(json!([""]), json!(["Pod"]));
    for (wrong, field, hint) in [
        (json!([]), "spec.match.kinds", "at least one kind"),
        (kinds(json!([]), json!(["Pod"])), "spec.match.kinds[0].apiGroups", "core group"),
        (kinds(json!([""]), json!([])), "spec.match.kinds[0].kinds", "is empty"),
        (kinds(json!(["apps/v1"]), json!(["Pod"])), "spec.match.kinds[0].apiGroups[0]", "version"),
        (kinds(json!(["Apps"]), json!(["Pod"])), "spec.match.kinds[0].apiGroups[0]", "`apps`"),
        (kinds(json!(["*", "apps"]), json!(["Pod"])), "spec.match.kinds[0].apiGroups", "alone"),
        (kinds(json!([""]), json!(["pods"])), "spec.match.kinds[0].kinds[0]", "`Pod`"),
        (kinds(json!([""]), json!(["Pod", "*"])), "spec.match.kinds[0].kinds", "alone"),
    ] {
        refused(&at("kinds"), right(), wrong, field, hint);
    }
    refused(
        &at("operations"),
        json!(["CREATE", "DELETE"]),
        json!(["CREATE", "CREATE"]),
        "spec.match.operations[1]",
        "twice",
    );
    refused(
        &at("subresources"),
        json!(["*"]),
        json!(["pods/exec"]),
        "spec.match.subresources[0]",
        "without its resource",
    );
    refused(
        &at("tenants"),
        json!({"names": ["acme"]}),
        json!({"names": ["ac*"]}),
        "spec.match.tenants.names[0]",
        "no patterns",
    );
    let labels = |operator: &str| json!({"selector": {"matchExpressions": [{"key": "a", "operator": operator}]}});
    refused(
        &at("classes"),
        labels("Exists"),
        labels("In"),
        "spec.match.classes.selector.matchExpressions[0].values",
        "at least one",
    );
    for (wrong, hint) in [
        ("a*b", "`*` inside"),
        ("Acme", "no namespace"),
        ("acme_*", "no namespace"),
        ("-a", "no namespace"),
    ] {
        refused(
            &at("namespaces"),
            json!(["*-a", "b-*", "*"]),
            json!(["x", wrong]),
            "spec.match.namespaces[1]",
            hint,
        );
    }
    refused(
        &at("excludedNamespaces"),
        json!(["a"]),
        json!([""]),
        "spec.match.excludedNamespaces[0]",
        "is empty",
    );
    refused(
        &at("namespaceSelector"),
        json!({}),
        json!({"matchLabels": {"a b": "c"}}),
        "spec.match.namespaceSelector.matchLabels[a b]",
        "label key",
    );
    refused(
        &at("labelSelector"),
        json!({"matchLabels": {"a": "b"}}),
        json!({"matchLabels": {"a": "b c"}}),
        "spec.match.labelSelector.matchLabels[a]",
        "label value",
    );
    refused(&at("name"), json!("system:web-*"), json!("a/b"), "spec.match.name", "no object");
}

#[test]
fn budgets_have_bounds() {
    let budget = |instructions: u64, milliseconds: u32| json!({"instructions": instructions, "milliseconds": milliseconds});
    for (right, wrong, field) in [
        (budget(1_000, 1), budget(999, 1), "spec.budget.instructions"),
        (budget(10_000_000, 1_000), budget(10_000_001, 1_000), "spec.budget.instructions"),
        (budget(1_000, 1), budget(1_000, 0), "spec.budget.milliseconds"),
        (budget(1_000, 1_000), budget(1_000, 1_001), "spec.budget.milliseconds"),
    ] {
        refused("/budget", right, wrong, field, "from 1");
    }
    refused(
        "/mutation",
        json!({"order": 0}),
        json!({"order": -1}),
        "spec.mutation.order",
        "from 0",
    );
    refused(
        "/match/operations",
        json!(["DELETE", "UPDATE"]),
        json!(["DELETE"]),
        "spec.mutation",
        "CREATE or UPDATE",
    );
    assert_eq!(
        judged({
            let mut spec = with("/match/operations", json!(["DELETE"]));
            for field in ["mutation", "cases"] {
                spec.as_object_mut().unwrap().remove(field);
            }
            spec
        }),
        []
    );
}
