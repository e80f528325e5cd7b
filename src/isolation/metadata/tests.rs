use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::isolation::kinds_fixtures::{World, any_caller, any_object, by, change, verdicts};
use crate::isolation::{Caller, Change};

fn judged(change: &Change) -> Vec<String> {
    let world = World::new();
    verdicts(|out| judge(&world.context(), change, out))
}

fn object(metadata: Value) -> Value {
    let mut object = json!({"kind": "ConfigMap"});
    object["metadata"] = metadata;
    object
}

/// Judges an update between two metadata by the tenant's admin.
fn update(old: Value, new: Value) -> Vec<String> {
    let (old, new) = (object(old), object(new));
    judged(&change("configmaps", Some(&old), Some(&new)))
}

fn create(metadata: Value) -> Vec<String> {
    judged(&change("configmaps", None, Some(&object(metadata))))
}

const TENANT: &str = "metadata.labels[lessor.io/tenant]";

#[test]
fn the_identity_is_the_tenants_own_or_absent() {
    let label = |name: &str| json!({"name": "a", "labels": {"lessor.io/tenant": name}});
    let none = json!({"name": "a"});
    assert!(create(label("acme")).is_empty());
    assert!(create(none.clone()).is_empty());
    assert_eq!(create(label("globex")), [format!("TenantIdentityMismatch {TENANT}")]);
    assert_eq!(create(label("")), [format!("TenantIdentityMismatch {TENANT}")]);
    assert_eq!(
        update(label("acme"), label("globex")),
        [format!("TenantIdentityMismatch {TENANT}")]
    );
    assert_eq!(update(label("acme"), none.clone()), [format!("ReservedKeyForbidden {TENANT}")]);
    assert!(update(none.clone(), label("acme")).is_empty());
    assert!(update(label("globex"), label("acme")).is_empty(), "a repair");
    assert!(update(label("globex"), none).is_empty(), "a repair");
    assert!(update(label("globex"), label("globex")).is_empty(), "the old state is not judged");
}

#[test]
fn reserved_keys_are_not_added_changed_or_removed() {
    for which in ["labels", "annotations"] {
        for key in ["lessor.io/managed", "lessor.io/service", "lessor.io/suspended-from"] {
            let with = |value: &str| json!({"name": "a", which: {key: value}});
            let expected = [format!("ReservedKeyForbidden metadata.{which}[{key}]")];
            assert_eq!(create(with("true")), expected);
            assert_eq!(update(with("a"), with("b")), expected);
            assert_eq!(update(with("a"), json!({"name": "a"})), expected);
            assert!(update(with("a"), with("a")).is_empty());
        }
    }
    assert_eq!(
        create(json!({"annotations": {"lessor.io/tenant": "acme"}})),
        ["ReservedKeyForbidden metadata.annotations[lessor.io/tenant]"]
    );
    assert!(
        create(json!({"labels": {"example.com/lessor.io": "a", "notlessor.io/a": "b"}})).is_empty()
    );
}

#[test]
fn rules_hold_while_an_object_is_being_deleted() {
    let old = json!({"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a/b"]});
    let mut new = old.clone();
    new["labels"] = json!({"lessor.io/tenant": "globex"});
    assert_eq!(update(old, new), [format!("TenantIdentityMismatch {TENANT}")]);
}

#[test]
fn platform_controllers_copy_what_was_judged() {
    let copied = object(json!({"annotations": {"lessor.io/suspended-from": "3"}}));
    let sync = change("apps/replicasets", None, Some(&copied));
    assert!(judged(&by(sync, Caller::Platform, "deployment-controller")).is_empty());
    assert!(!judged(&sync).is_empty());
    let labelled = object(json!({"labels": {"lessor.io/managed": "true"}}));
    let slice = change("discovery.k8s.io/endpointslices", None, Some(&labelled));
    assert!(judged(&by(slice, Caller::Platform, "endpointslice-controller")).is_empty());
    for resource in ["pods", "apps/replicasets"] {
        let pod = by(change(resource, None, Some(&labelled)), Caller::Platform, "controller");
        assert_eq!(judged(&pod), ["ReservedKeyForbidden metadata.labels[lessor.io/managed]"]);
    }
    let foreign = object(json!({"labels": {"lessor.io/tenant": "globex"}}));
    let pod = by(change("apps/replicasets", None, Some(&foreign)), Caller::Platform, "controller");
    assert_eq!(judged(&pod), [format!("TenantIdentityMismatch {TENANT}")]);
}

#[test]
fn administrators_restore_managed_objects() {
    let restored = object(json!({"name": "lessor-quota", "labels": {"lessor.io/managed": "true"}}));
    let restore = change("configmaps", None, Some(&restored));
    assert!(judged(&by(restore, Caller::Administrator, "root")).is_empty());
    assert!(judged(&by(restore, Caller::Lessor, "lessor")).is_empty());
    assert_eq!(
        judged(&restore),
        [
            "ReservedNameForbidden metadata.name",
            "ReservedKeyForbidden metadata.labels[lessor.io/managed]"
        ]
    );
}

#[test]
fn reserved_names_are_not_created() {
    assert_eq!(create(json!({"name": "lessor-quota"})), ["ReservedNameForbidden metadata.name"]);
    assert_eq!(
        create(json!({"generateName": "lessor-"})),
        ["ReservedNameForbidden metadata.generateName"]
    );
    for name in ["lessor", "lessors-map", "my-lessor-map"] {
        assert!(create(json!({"name": name})).is_empty());
    }
    assert!(update(json!({"name": "lessor-old"}), json!({"name": "lessor-old"})).is_empty());
    let event = object(json!({"name": "lessor-quota.1"}));
    assert!(judged(&change("events", None, Some(&event))).is_empty());
}

#[test]
fn owners_of_lessors_kinds_are_refused() {
    let owned = |version: &str| {
        json!({"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap"},
            {"apiVersion": version, "kind": "Tenant"}]})
    };
    let expected = ["OwnerReferenceForbidden metadata.ownerReferences[1]"];
    assert_eq!(create(owned("lessor.io/v1")), expected);
    assert_eq!(update(json!({}), owned("lessor.io/v1beta1")), expected);
    assert!(create(owned("apps/v1")).is_empty());
    assert!(update(owned("lessor.io/v1"), owned("lessor.io/v1")).is_empty());
}

#[test]
fn finalizers_of_lessor_come_and_go_with_lessor() {
    let none = json!({});
    let with = json!({"finalizers": ["example.com/a", "lessor.io/tenant"]});
    assert_eq!(create(with.clone()), ["FinalizerForbidden metadata.finalizers[1]"]);
    assert_eq!(update(none.clone(), with.clone()), ["FinalizerForbidden metadata.finalizers[1]"]);
    assert_eq!(update(with.clone(), none), ["FinalizerForbidden metadata.finalizers"]);
    assert!(update(with, json!({"finalizers": ["lessor.io/tenant"]})).is_empty());
    assert!(create(json!({"finalizers": ["example.com/a"]})).is_empty());
}

#[test]
fn a_mirror_pod_is_its_own_nodes() {
    let pod = json!({"kind": "Pod", "spec": {"nodeName": "n1"}, "metadata": {"name": "p-n1",
        "annotations": {"kubernetes.io/config.mirror": "hash"}}});
    let create = change("pods", None, Some(&pod));
    let expected = ["ReservedKeyForbidden metadata.annotations[kubernetes.io/config.mirror]"];
    assert_eq!(judged(&create), expected);
    assert_eq!(judged(&by(create, Caller::Administrator, "root")), expected);
    assert_eq!(judged(&by(create, Caller::Other, "system:node:n1")), expected);
    assert_eq!(judged(&by(create, Caller::Node, "system:node:n2")), expected);
    assert!(judged(&by(create, Caller::Node, "system:node:n1")).is_empty());
}

#[test]
fn replicators_are_refused() {
    for key in
        ["reflector.v1.k8s.emberstack.com/reflects", "replicator.v1.mittwald.de/replicate-from"]
    {
        assert_eq!(
            create(json!({"annotations": {key: "other/secret"}})),
            [format!("AnnotationForbidden metadata.annotations[{key}]")]
        );
        assert!(update(json!({"annotations": {key: "a"}}), json!({})).is_empty());
    }
    assert!(create(json!({"annotations": {"example.com/replicate": "a"}})).is_empty());
}

#[test]
fn a_template_claims_what_its_pods_would() {
    let world = World::new();
    let judged = |metadata: Value| {
        verdicts(|out| judge_template(&world.context(), &metadata, "spec.template.metadata", out))
    };
    assert!(judged(json!({"labels": {"lessor.io/tenant": "acme", "app": "web"}})).is_empty());
    assert_eq!(
        judged(json!({"labels": {"lessor.io/tenant": "globex"}})),
        ["TenantIdentityMismatch spec.template.metadata.labels[lessor.io/tenant]"]
    );
    assert_eq!(
        judged(json!({"annotations": {"kubernetes.io/config.mirror": "x", "lessor.io/a": "b"}})),
        [
            "ReservedKeyForbidden spec.template.metadata.annotations[kubernetes.io/config.mirror]",
            "ReservedKeyForbidden spec.template.metadata.annotations[lessor.io/a]"
        ]
    );
}

proptest! {
    #[test]
    fn another_owner_never_makes_a_refused_one_allowed(
        others in prop::collection::vec(any_object(&["apiVersion", "v1", "kind", "uid"]), 0..4),
        at in any::<prop::sample::Index>(),
        caller in any_caller(),
    ) {
        prop_assume!(caller != Caller::Lessor);
        let mut owners = others;
        let at = at.index(owners.len() + 1);
        owners.insert(at, json!({"apiVersion": "lessor.io/v1", "kind": "Tenant"}));
        let new = object(json!({"ownerReferences": owners}));
        let create = by(change("configmaps", None, Some(&new)), caller, "x");
        let expected = format!("OwnerReferenceForbidden metadata.ownerReferences[{at}]");
        prop_assert!(judged(&create).contains(&expected));
    }
}
