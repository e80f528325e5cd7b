//! Tenants and classes: R9, R10, R28, R51, R52, R67, R107.

use serde_json::{Value, json};

use super::harness::{Ask, Who, ask, set};
use super::world::{unsynced, world};
use crate::admission::{Outcome, Phase};

fn tenant(name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "lessor.io/v1", "kind": "Tenant", "metadata": {"name": name, "uid": "u"}, "spec": spec})
}

fn door(name: &str) -> Ask {
    ask("lessor.io/tenants").name(name).namespace("")
}

fn create(spec: &Value) -> Ask {
    door("new").create(&tenant("new", spec))
}

#[test]
fn r9_a_tenant_names_free_namespaces_only() {
    let world = world();
    for (namespace, reason) in [
        ("kube-system", "SystemNamespaceProtected"),
        ("kube-flannel", "SystemNamespaceProtected"),
        ("default", "SystemNamespaceProtected"),
        ("lessor-system", "SystemNamespaceProtected"),
        ("globex", "NamespaceForeign"),
        ("fresh", "NamespaceForeign"),
        ("old", "NamespaceForeign"),
        ("open", "NamespaceNotAdoptable"),
    ] {
        for who in [Who::Admin, Who::Account, Who::Administrator] {
            create(&json!({"class": "standard", "namespaces": ["new", namespace]})).by(who).denied(
                &world,
                reason,
                "spec.namespaces[1]",
            );
            let (old, new) = (
                tenant("acme", &json!({"class": "standard", "namespaces": ["acme"]})),
                tenant("acme", &json!({"class": "standard", "namespaces": ["acme", namespace]})),
            );
            if namespace != "fresh" {
                door("acme").by(who).update(&old, &new).denied(
                    &world,
                    reason,
                    "spec.namespaces[1]",
                );
            }
        }
    }
    let named = |name: &str| door(name).create(&tenant(name, &json!({"class": "standard"})));
    named("open").denied(&world, "NamespaceNotAdoptable", "metadata.name");
    named("new").allowed(&world);
    create(&json!({"class": "standard", "namespaces": ["new", "new-db"]})).allowed(&world);
}

#[test]
fn a_tenant_is_not_judged_from_nothing() {
    let empty = unsynced();
    create(&json!({"class": "standard"})).denied(
        &empty,
        "TenancyContextUnavailable",
        "metadata.namespace",
    );
    let old = tenant("acme", &json!({"class": "standard"}));
    let released = set(&old, "/metadata/finalizers", json!([]));
    door("acme").update(&old, &released).allowed(&empty);
    door("acme").delete(&old).allowed(&empty);
}

#[test]
fn r15_a_terminating_tenant_is_judged_like_any_other() {
    let world = world();
    let going = set(
        &tenant("acme", &json!({"class": "standard"})),
        "/metadata/deletionTimestamp",
        json!("2026-01-01T00:00:00Z"),
    );
    let taking = set(&going, "/spec/namespaces", json!(["globex"]));
    door("acme").update(&going, &taking).denied(&world, "NamespaceForeign", "spec.namespaces[0]");
    // Metadata alone passes whatever the spec is worth by now.
    let wrong = tenant("acme", &json!({"class": "standard", "namespaces": ["kube-system"]}));
    door("acme").update(&wrong, &set(&wrong, "/metadata/finalizers", json!([]))).allowed(&world);
}

#[test]
fn r10_r51_r67_the_spec_is_bounded_by_the_class() {
    let world = world();
    let with = |field: &str, value: Value| {
        create(&set(&json!({"class": "standard"}), &format!("/{field}"), value))
    };
    for role in ["cluster-admin", "system:node", "operator", "Admin"] {
        with("members", json!([{"role": role, "kind": "User", "name": "bob"}])).denied(
            &world,
            "EscalationForbidden",
            "spec.members[0].role",
        );
    }
    for (value, reason, field) in [
        (
            json!([{"role": "view", "kind": "Group", "name": "system:authenticated"}]),
            "RoleBindingSubjectForbidden",
            "spec.members[0].name",
        ),
        (
            json!([{"role": "view", "kind": "ServiceAccount", "name": "a", "namespace": "globex"}]),
            "RoleBindingSubjectForbidden",
            "spec.members[0].namespace",
        ),
    ] {
        with("members", value).denied(&world, reason, field);
    }
    with("isolation", json!({"network": {"egressTo": [{"peer": "other"}]}})).denied(
        &world,
        "PeerNotAllowed",
        "spec.isolation.network.egressTo[0].peer",
    );
    with("secrets", json!([{"name": "x", "from": {"secret": "../globex", "keys": ["a"]}}])).denied(
        &world,
        "SecretSourceForbidden",
        "spec.secrets[0].from.secret",
    );
    let long = "a".repeat(41);
    door(&long).create(&tenant(&long, &json!({"class": "standard"}))).denied(
        &world,
        "Invalid",
        "metadata.name",
    );
    door("lessorx").create(&tenant("lessorx", &json!({"class": "standard"}))).denied(
        &world,
        "ReservedNameForbidden",
        "metadata.name",
    );
    create(&json!("text")).denied(&world, "Invalid", "spec");
}

fn asked(ask: &Ask) -> Vec<String> {
    match ask.outcome(&world(), Phase::Validating).0 {
        Outcome::NeedsAccess(needs) => needs
            .questions()
            .iter()
            .map(|q| format!("{} {}.{}/{}", q.verb, q.resource, q.group, q.name))
            .collect(),
        Outcome::Decided(decision) => {
            assert!(decision.allowed(), "{decision:?}");
            Vec::new()
        }
        Outcome::NotYet(not_yet) => panic!("{not_yet:?}"),
    }
}

const STANDARD: &str = "use tenantclasses.lessor.io/standard";

#[test]
fn r52_a_class_is_taken_by_who_may_use_it() {
    let spec = json!({"class": "standard", "namespaces": ["acme"]});
    let old = tenant("acme", &spec);
    let change =
        |pointer: &str, value: Value| door("acme").update(&old, &set(&old, pointer, value));
    assert_eq!(asked(&create(&json!({"class": "standard"}))), [STANDARD]);
    assert_eq!(
        asked(&change("/spec/class", json!("weak"))),
        ["use tenantclasses.lessor.io/weak", STANDARD]
    );
    assert_eq!(
        asked(&change("/spec/members", json!([{"role": "admin", "kind": "User", "name": "bob"}]))),
        [STANDARD]
    );
    assert_eq!(asked(&change("/spec/suspended", json!(true))), [""; 0]);
    assert_eq!(asked(&change("/metadata/labels", json!({"a": "b"}))), [""; 0]);
    for who in [Who::Administrator, Who::Lessor] {
        assert_eq!(asked(&create(&json!({"class": "standard"})).by(who)), [""; 0]);
    }
    // A class that does not exist yet is asked for all the same.
    assert_eq!(asked(&create(&json!({"class": "later"}))), ["use tenantclasses.lessor.io/later"]);
}

#[test]
fn r52_the_answers_decide() {
    let old = tenant("acme", &json!({"class": "standard", "namespaces": ["acme"]}));
    let weaker = door("acme").update(&old, &set(&old, "/spec/class", json!("weak")));
    let needs = || match weaker.outcome(&world(), Phase::Validating).0 {
        Outcome::NeedsAccess(needs) => needs,
        other => panic!("{other:?}"),
    };
    assert!(needs().answered(&[true, true]).allowed());
    for answers in [&[false, true][..], &[true, false], &[true], &[]] {
        let refused = needs().answered(answers);
        let leading = refused.leading().unwrap();
        assert_eq!(
            (leading.reason.as_str(), leading.field.as_str()),
            ("ClassNotAllowed", "spec.class")
        );
    }
    let silent = needs().unanswered();
    let leading = silent.leading().unwrap();
    assert_eq!(
        (leading.reason.as_str(), leading.reason.code()),
        ("TenancyContextUnavailable", 503)
    );
    let assumed = needs().assumed();
    assert!(assumed.allowed() && assumed.warnings.len() == 2, "{assumed:?}");
}

#[test]
fn r107_the_status_is_the_controllers() {
    let world = world();
    let old = tenant("acme", &json!({"class": "standard"}));
    let new =
        set(&old, "/status", json!({"namespaces": [{"name": "globex", "uid": "uid-globex"}]}));
    for who in [
        Who::Admin,
        Who::Account,
        Who::Administrator,
        Who::Node("n"),
        Who::Controller("namespace-controller"),
    ] {
        ask("lessor.io/tenants/status")
            .name("acme")
            .namespace("")
            .by(who)
            .update(&old, &new)
            .denied(&world, "ManagedObjectProtected", "status");
    }
    ask("lessor.io/tenants/status")
        .name("acme")
        .namespace("")
        .by(Who::Lessor)
        .update(&old, &new)
        .allowed(&world);
}

#[test]
fn a_class_is_checked() {
    let world = world();
    let class = |spec: &Value| json!({"apiVersion": "lessor.io/v1", "kind": "TenantClass", "metadata": {"name": "c"}, "spec": spec});
    let door = |spec: &Value| {
        ask("lessor.io/tenantclasses")
            .name("c")
            .namespace("")
            .by(Who::Administrator)
            .create(&class(spec))
    };
    door(&json!({})).allowed(&world);
    door(&json!({"roles": ["cluster-admin"]})).denied(&world, "RoleRefForbidden", "spec.roles[0]");
    door(&json!("text")).denied(&world, "Invalid", "spec");
}
