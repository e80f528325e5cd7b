use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::isolation::kinds_fixtures::{any_caller, any_object, by, change, verdicts};

const TENANT: &str = "metadata.labels[lessor.io/tenant]";
const RESOURCES: [&str; 3] = ["namespaces", "namespaces/status", "namespaces/finalize"];

fn exists(name: &str) -> bool {
    ["acme", "globex"].contains(&name)
}

fn facts<'a>(owner: Option<&'a str>, intended_by: Option<&'a str>) -> Facts<'a> {
    Facts { owner, intended_by, tenants: &exists }
}

fn namespace(labels: Value) -> Value {
    let mut namespace = json!({"kind": "Namespace", "metadata": {"name": "acme"}});
    namespace["metadata"]["labels"] = labels;
    namespace
}

fn annotated(annotations: Value) -> Value {
    let mut namespace = json!({"kind": "Namespace", "metadata": {"name": "acme"}});
    namespace["metadata"]["annotations"] = annotations;
    namespace
}

fn owned() -> Value {
    namespace(
        json!({"lessor.io/tenant": "acme", "lessor.io/managed": "true", "lessor.io/tenant-uid": "1"}),
    )
}

fn judged(change: &Change, facts: &Facts) -> Vec<String> {
    verdicts(|out| judge(change, facts, &ClusterFacts::default(), out))
}

/// Judges an update through all three resources, which must agree.
fn update(old: &Value, new: &Value, facts: &Facts, caller: Caller) -> Vec<String> {
    let [main, status, finalize] = RESOURCES
        .map(|resource| judged(&by(change(resource, Some(old), Some(new)), caller, "x"), facts));
    assert_eq!(main, status);
    assert_eq!(main, finalize);
    main
}

fn relabelled(label: Option<&str>) -> Value {
    let mut namespace = owned();
    namespace["metadata"]["labels"]["lessor.io/tenant"] = json!(label);
    if label.is_none() {
        namespace["metadata"]["labels"].as_object_mut().unwrap().remove("lessor.io/tenant");
    }
    namespace
}

#[test]
fn identity_cannot_be_dropped_changed_or_moved() {
    let mine = facts(Some("acme"), None);
    let immutable = [format!("NamespaceIdentityImmutable {TENANT}")];
    for label in [None, Some(""), Some("nobody")] {
        assert_eq!(update(&owned(), &relabelled(label), &mine, Caller::Other), immutable);
    }
    assert_eq!(
        update(&owned(), &relabelled(Some("globex")), &mine, Caller::Other),
        [format!("NamespaceForeign {TENANT}")]
    );
    let mut new = owned();
    new["metadata"]["labels"]["lessor.io/tenant-uid"] = json!("2");
    assert_eq!(
        update(&owned(), &new, &mine, Caller::Other),
        ["NamespaceIdentityImmutable metadata.labels[lessor.io/tenant-uid]"]
    );
    let mut new = owned();
    new["metadata"]["labels"]["team"] = json!("a");
    assert!(update(&owned(), &new, &mine, Caller::Other).is_empty());
    assert!(update(&owned(), &relabelled(None), &mine, Caller::Lessor).is_empty());
}

#[test]
fn an_unmanaged_namespace_is_not_taken_by_a_label() {
    let (old, none) = (namespace(json!({})), facts(None, None));
    let new = namespace(json!({"lessor.io/tenant": "acme"}));
    let refused = [format!("NamespaceNotAdoptable {TENANT}")];
    assert_eq!(update(&old, &new, &none, Caller::Other), refused);
    assert_eq!(update(&old, &new, &facts(None, Some("acme")), Caller::Other), refused);
    assert_eq!(update(&old, &new, &none, Caller::Administrator), refused, "by the annotation only");
    assert_eq!(update(&old, &new, &none, Caller::Platform), refused);
    assert!(update(&old, &namespace(json!({"team": "a"})), &none, Caller::Other).is_empty());
}

#[test]
fn administrators_adopt_by_annotation() {
    let (old, none) = (namespace(json!({})), facts(None, None));
    let adopt = |tenant: &str| annotated(json!({"lessor.io/adopt": tenant}));
    assert_eq!(
        update(&old, &adopt("acme"), &none, Caller::Other),
        ["NamespaceNotAdoptable metadata.annotations[lessor.io/adopt]"]
    );
    assert!(update(&old, &adopt("acme"), &none, Caller::Administrator).is_empty());
    let foreign = ["NamespaceForeign metadata.annotations[lessor.io/adopt]"];
    for held in [facts(Some("globex"), None), facts(None, Some("globex"))] {
        assert_eq!(update(&old, &adopt("acme"), &held, Caller::Administrator), foreign);
    }
    let mut out = Findings::default();
    let new = adopt("later");
    let request = by(change("namespaces", Some(&old), Some(&new)), Caller::Administrator, "root");
    judge(&request, &none, &ClusterFacts::default(), &mut out);
    assert!(out.is_clean());
    assert_eq!(out.warnings, ["no Tenant \"later\" exists yet; the Namespace waits for it"]);
}

#[test]
fn administrators_repair_and_restore() {
    let mine = facts(Some("acme"), None);
    for damaged in [None, Some(""), Some("globex")] {
        assert!(update(&relabelled(damaged), &owned(), &mine, Caller::Administrator).is_empty());
    }
    assert_eq!(
        update(&owned(), &relabelled(Some("globex")), &mine, Caller::Administrator),
        [format!("NamespaceForeign {TENANT}")]
    );
    let new = owned();
    let restore = by(change("namespaces", None, Some(&new)), Caller::Administrator, "backup");
    assert!(judged(&restore, &facts(None, None)).is_empty());
    let retained = facts(None, None);
    assert!(update(&owned(), &namespace(json!({})), &retained, Caller::Administrator).is_empty());
    assert!(!update(&owned(), &namespace(json!({})), &retained, Caller::Other).is_empty());
}

#[test]
fn only_lessor_creates_namespaces_of_tenants() {
    let new = namespace(json!({"lessor.io/tenant": "acme"}));
    let create = change("namespaces", None, Some(&new));
    for facts in [facts(None, None), facts(None, Some("acme"))] {
        assert_eq!(judged(&create, &facts), [format!("NamespaceNotAdoptable {TENANT}")]);
        assert!(judged(&by(create, Caller::Lessor, "lessor"), &facts).is_empty());
    }
    let plain = namespace(json!({"team": "a", "istio-injection": "enabled"}));
    assert!(judged(&change("namespaces", None, Some(&plain)), &facts(None, None)).is_empty());
}

#[test]
fn system_namespaces_belong_to_nobody() {
    for name in ["kube-system", "default", "lessor-system", "lessor-secrets"] {
        let mut old = namespace(json!({}));
        old["metadata"]["name"] = json!(name);
        let mut new = old.clone();
        new["metadata"]["labels"]["lessor.io/tenant"] = json!("acme");
        let refused = [format!("SystemNamespaceProtected {TENANT}")];
        for caller in [Caller::Other, Caller::Administrator, Caller::Platform] {
            assert_eq!(update(&old, &new, &facts(None, None), caller), refused);
        }
        assert_eq!(update(&new, &old, &facts(None, None), Caller::Other), refused);
        assert!(update(&new, &old, &facts(None, None), Caller::Administrator).is_empty());
        let mut new = old.clone();
        new["metadata"]["labels"]["team"] = json!("a");
        assert!(update(&old, &new, &facts(None, None), Caller::Other).is_empty());
    }
}

#[test]
fn namespaces_have_no_owners() {
    let mine = facts(Some("acme"), None);
    let with = |references: Value| {
        let mut namespace = owned();
        namespace["metadata"]["ownerReferences"] = references;
        namespace
    };
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "1"});
    let tenant = json!({"apiVersion": "lessor.io/v1", "kind": "Tenant", "uid": "forged", "controller": true});
    let refused = ["OwnerReferenceForbidden metadata.ownerReferences[0]"];
    assert_eq!(update(&owned(), &with(json!([map])), &mine, Caller::Other), refused);
    assert_eq!(update(&owned(), &with(json!([tenant])), &mine, Caller::Other), refused);
    assert_eq!(update(&owned(), &with(json!([tenant])), &mine, Caller::Administrator), refused);
    assert_eq!(
        update(&with(json!([map])), &with(json!([map, tenant])), &mine, Caller::Other),
        ["OwnerReferenceForbidden metadata.ownerReferences[1]"]
    );
    assert!(update(&with(json!([tenant])), &owned(), &mine, Caller::Other).is_empty());
    let (bare, none) = (namespace(json!({})), facts(None, None));
    let mut new = bare.clone();
    new["metadata"]["ownerReferences"] = json!([map]);
    assert!(update(&bare, &new, &none, Caller::Other).is_empty(), "not a tenant's");
    new["metadata"]["ownerReferences"] = json!([tenant]);
    assert_eq!(update(&bare, &new, &none, Caller::Other), refused);
}

#[test]
fn labels_that_others_trust_are_not_a_tenants_to_write() {
    let mine = facts(Some("acme"), None);
    let labelled = |key: &str| {
        let mut namespace = owned();
        namespace["metadata"]["labels"][key] = json!("x");
        namespace
    };
    for key in ["control-plane", "admissions.enforcer/disabled", "admission.gatekeeper.sh/ignore"] {
        let expected =
            [format!("ReservedKeyForbidden {}", crate::document::child("metadata.labels", key))];
        assert_eq!(update(&owned(), &labelled(key), &mine, Caller::Other), expected);
        assert_eq!(update(&labelled(key), &owned(), &mine, Caller::Other), expected);
        assert!(update(&owned(), &labelled(key), &mine, Caller::Administrator).is_empty());
        assert!(update(&owned(), &labelled(key), &facts(None, None), Caller::Lessor).is_empty());
    }
    let enforce = "pod-security.kubernetes.io/enforce";
    let expected = [format!("PodSecurityLevelManaged metadata.labels[{enforce}]")];
    assert_eq!(update(&owned(), &labelled(enforce), &mine, Caller::Other), expected);
    assert_eq!(update(&labelled(enforce), &owned(), &mine, Caller::Other), expected);
    let mut new = owned();
    new["metadata"]["annotations"] =
        json!({"scheduler.alpha.kubernetes.io/node-selector": "pool=a"});
    assert_eq!(
        update(&owned(), &new, &mine, Caller::Other),
        ["ReservedKeyForbidden metadata.annotations[scheduler.alpha.kubernetes.io/node-selector]"]
    );
    new["metadata"]["annotations"] =
        json!({"kubectl.kubernetes.io/last-applied-configuration": "{}"});
    assert!(update(&owned(), &new, &mine, Caller::Other).is_empty());
}

#[test]
fn finalizers_cannot_wedge_or_skip_deletion() {
    let mine = facts(Some("acme"), None);
    let mut wedged = owned();
    wedged["metadata"]["finalizers"] = json!(["example.com/a"]);
    assert_eq!(
        update(&owned(), &wedged, &mine, Caller::Other),
        ["FinalizerForbidden metadata.finalizers[0]"]
    );
    assert!(update(&wedged, &owned(), &mine, Caller::Other).is_empty());
    assert!(update(&owned(), &wedged, &mine, Caller::Administrator).is_empty());
    let mut held = owned();
    held["metadata"]["finalizers"] = json!(["lessor.io/tenant"]);
    let released = update(&held, &owned(), &mine, Caller::Other);
    assert_eq!(released, ["FinalizerForbidden metadata.finalizers"]);
    let mut live = owned();
    live["spec"] = json!({"finalizers": ["kubernetes"]});
    assert_eq!(
        update(&live, &owned(), &mine, Caller::Other),
        ["FinalizerForbidden spec.finalizers"]
    );
    assert!(update(&live, &owned(), &mine, Caller::Platform).is_empty());
}

#[test]
fn an_active_namespace_is_deleted_through_its_tenant() {
    let old = owned();
    let delete = change("namespaces", Some(&old), None);
    let refused = ["ManagedObjectProtected metadata.name"];
    assert_eq!(judged(&delete, &facts(Some("acme"), None)), refused);
    assert_eq!(judged(&delete, &facts(None, Some("acme"))), refused, "just created");
    assert!(judged(&delete, &facts(None, None)).is_empty(), "retained");
    assert!(judged(&delete, &facts(None, Some("globex"))).is_empty(), "somebody else's");
    for caller in [Caller::Lessor, Caller::Administrator] {
        assert!(judged(&by(delete, caller, "x"), &facts(Some("acme"), None)).is_empty());
    }
    let mut going = owned();
    going["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert!(
        judged(&change("namespaces", Some(&going), None), &facts(Some("acme"), None)).is_empty()
    );
}

const NAMES: &[&str] = &[
    "metadata",
    "labels",
    "annotations",
    "name",
    "acme",
    "globex",
    "kube-system",
    "lessor.io/tenant",
    "lessor.io/adopt",
    "control-plane",
    "spec",
    "finalizers",
    "ownerReferences",
    "status",
    "deletionTimestamp",
    "team",
];

proptest! {
    #[test]
    fn no_input_panics(
        old in prop::option::of(any_object(NAMES)),
        new in prop::option::of(any_object(NAMES)),
        caller in any_caller(),
        owner in prop::option::of(Just("acme")),
        intended in prop::option::of(Just("globex")),
    ) {
        let request = by(change("namespaces", old.as_ref(), new.as_ref()), caller, "x");
        judged(&request, &facts(owner, intended));
    }

    #[test]
    fn administrators_may_write_anything_that_is_not_lessors(
        old in any_object(NAMES),
        status in any_object(NAMES),
        owner in prop::option::of(Just("acme")),
    ) {
        let mut new = old.clone();
        prop_assume!(new.is_object());
        new["status"] = status;
        prop_assert!(update(&old, &new, &facts(owner, None), Caller::Administrator).is_empty());
        let delete = by(change("namespaces", Some(&old), None), Caller::Administrator, "root");
        prop_assert!(judged(&delete, &facts(owner, None)).is_empty());
    }

    #[test]
    fn others_never_change_a_key_of_lessor(
        old in any_object(NAMES),
        to in prop::option::of("[a-z]{0,8}"),
        owner in prop::option::of(Just("acme")),
        intended in prop::option::of(Just("globex")),
    ) {
        let mut old = old;
        prop_assume!(old.is_object());
        old["metadata"] = json!({"name": "acme", "labels": {}});
        let mut new = old.clone();
        if let Some(to) = &to {
            new["metadata"]["labels"]["lessor.io/tenant"] = json!(to);
        } else {
            old["metadata"]["labels"]["lessor.io/tenant"] = json!("acme");
        }
        prop_assert!(!update(&old, &new, &facts(owner, intended), Caller::Other).is_empty());
    }
}
