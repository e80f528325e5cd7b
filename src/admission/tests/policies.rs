//! Policies and Exemptions, who writes them and that they are right: R39, R107.
#![expect(clippy::needless_pass_by_value, reason = "literals read better without a borrow")]

use serde_json::{Value, json};

use super::harness::{Ask, Who, ask, set};
use super::world::{unsynced, world};
use crate::admission::Phase;

const EVERYBODY_ELSE: [Who; 5] = [
    Who::Admin,
    Who::Account,
    Who::Node("n"),
    Who::Controller("replicaset-controller"),
    Who::Lessor,
];

fn door(resource: &str) -> Ask {
    ask(&format!("lessor.io/{resource}")).name("p").namespace("")
}

fn object(kind: &str, spec: Value) -> Value {
    json!({"apiVersion": "lessor.io/v1alpha1", "kind": kind, "metadata": {"name": "p"}, "spec": spec})
}

fn policy() -> Value {
    object(
        "Policy",
        json!({"rego": "package p\n", "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}}),
    )
}

fn exemption() -> Value {
    object(
        "Exemption",
        json!({"policy": "p", "tenant": "acme", "reason": "OPS-7", "expires": "2027-03-31T00:00:00Z"}),
    )
}

#[test]
fn a_policy_is_checked_field_by_field() {
    let world = world();
    let with = |pointer: &str, value: Value| {
        door("policies").create(&set(&policy(), &format!("/spec/{pointer}"), value))
    };
    with("enforcement", json!("warn")).allowed(&world);
    for (pointer, value, field) in [
        ("match/kinds", json!([]), "spec.match.kinds"),
        ("match/namespaces", json!(["a*b"]), "spec.match.namespaces[0]"),
        ("budget", json!({"instructions": 1}), "spec.budget.instructions"),
        ("parametersSchema", json!({"type": "object", "x": 1}), "spec.parametersSchema.x"),
        (
            "inventory",
            json!({"indexes": [{"kind": "Ingress", "path": "a", "as": "b"}]}),
            "spec.inventory.indexes[0].kind",
        ),
        // What cannot be read at all.
        ("enforcement", json!("forbid"), "spec"),
        ("match", json!(null), "spec"),
    ] {
        with(pointer, value).denied(&world, "Invalid", field);
    }
    let decision = with("match/kinds", json!([])).decision(&world, Phase::Validating);
    assert_eq!(decision.leading().unwrap().rule, "policies/spec");
    // It is judged by itself, so nothing has to be known yet.
    with("enforcement", json!("audit")).allowed(&unsynced());
    with("match/kinds", json!([])).denied(&unsynced(), "Invalid", "spec.match.kinds");
}

#[test]
fn a_policy_that_is_left_as_it_was_passes() {
    let world = world();
    let wrong = set(&policy(), "/spec/match/kinds", json!([]));
    let labelled = set(&wrong, "/metadata/labels", json!({"a": "b"}));
    door("policies").update(&wrong, &labelled).allowed(&world);
    door("policies")
        .update(&wrong, &set(&labelled, "/spec/match/kinds", json!([{}])))
        .denied(&world, "Invalid", "spec");
    door("policies").update(&wrong, &policy()).allowed(&world);
    for object in [&wrong, &policy()] {
        door("policies").delete(object).allowed(&world);
    }
}

#[test]
fn r107_what_is_evaluated_is_the_controllers() {
    let world = world();
    let old = policy();
    let new = set(
        &old,
        "/status",
        json!({"active": {"generation": 1, "digest": "d", "spec": old["spec"]}}),
    );
    for who in
        EVERYBODY_ELSE.into_iter().filter(|who| *who != Who::Lessor).chain([Who::Administrator])
    {
        door("policies/status").by(who).update(&old, &new).denied(
            &world,
            "ManagedObjectProtected",
            "status",
        );
    }
    door("policies/status").by(Who::Lessor).update(&old, &new).allowed(&world);
}

#[test]
fn r39_exemptions_are_given_by_administrators() {
    let world = world();
    let old = exemption();
    let longer = set(&old, "/spec/expires", json!("2099-01-01T00:00:00Z"));
    let labelled = set(&old, "/metadata/labels", json!({"a": "b"}));
    let writes = [
        door("exemptions").create(&old),
        door("exemptions").update(&old, &longer),
        door("exemptions").update(&old, &labelled),
    ];
    for write in writes {
        for who in EVERYBODY_ELSE {
            write.clone().by(who).denied(&world, "ExemptionForbidden", "spec");
        }
        write.clone().by(Who::Administrator).allowed(&world);
        let decision = write.decision(&world, Phase::Validating);
        assert_eq!(decision.leading().unwrap().rule, "exemptions/author");
    }
    // Taking one away only makes the policy hold again; RBAC says who may.
    door("exemptions").delete(&old).allowed(&world);
}

#[test]
fn an_exemption_is_checked_field_by_field() {
    let world = world();
    let with = |pointer: &str, value: Value| {
        door("exemptions").by(Who::Administrator).create(&set(
            &exemption(),
            &format!("/spec/{pointer}"),
            value,
        ))
    };
    with("namespaces", json!(["acme-*"])).allowed(&world);
    for (pointer, value, reason, field) in [
        ("policy", json!("pods/security"), "ExemptionForbidden", "spec.policy"),
        ("policy", json!("ImageNotAllowed"), "ExemptionForbidden", "spec.policy"),
        ("reason", json!(""), "Invalid", "spec.reason"),
        ("expires", json!("in March"), "Invalid", "spec.expires"),
        ("namespaces", json!(["*a*b"]), "Invalid", "spec.namespaces[0]"),
        ("tenant", json!(7), "Invalid", "spec"),
    ] {
        with(pointer, value).denied(&world, reason, field);
    }
    let decision = with("reason", json!("")).decision(&world, Phase::Validating);
    assert_eq!(decision.leading().unwrap().rule, "exemptions/spec");
    let wrong = set(&exemption(), "/spec/reason", json!(""));
    let labelled = set(&wrong, "/metadata/labels", json!({"a": "b"}));
    door("exemptions").by(Who::Administrator).update(&wrong, &labelled).allowed(&world);
}
