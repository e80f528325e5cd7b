use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::isolation::kinds_fixtures::{any_caller, any_object, by, change, verdicts};

const PROTECTED: &str = "ManagedObjectProtected metadata.labels[lessor.io/managed]";
const ACTIVE: NamespaceState = NamespaceState { terminating: false, live_pods: 0 };
const EMPTY: NamespaceState = NamespaceState { terminating: true, live_pods: 0 };
const NAMESPACE_CONTROLLER: &str = "system:serviceaccount:kube-system:namespace-controller";

fn policy() -> Value {
    json!({"kind": "NetworkPolicy", "spec": {"podSelector": {}}, "metadata": {
        "name": "lessor-default-deny", "labels": {"lessor.io/managed": "true"}}})
}

fn judged(change: &Change, state: NamespaceState) -> Vec<String> {
    verdicts(|out| judge_managed(change, state, out))
}

fn with(path: &str, value: Value) -> Value {
    let mut object = policy();
    let (parent, name) = path.rsplit_once('/').unwrap();
    object.pointer_mut(parent).unwrap()[name] = value;
    object
}

#[test]
fn only_lessor_and_administrators_change_a_managed_object() {
    let (old, new) = (policy(), with("/spec/podSelector", json!({"matchLabels": {"a": "b"}})));
    let update = change("networking.k8s.io/networkpolicies", Some(&old), Some(&new));
    assert_eq!(judged(&update, ACTIVE), [PROTECTED]);
    assert_eq!(judged(&by(update, Caller::Platform, "system:kube-scheduler"), ACTIVE), [PROTECTED]);
    for caller in [Caller::Lessor, Caller::Administrator] {
        assert!(judged(&by(update, caller, "x"), ACTIVE).is_empty());
    }
    let nothing = change("networking.k8s.io/networkpolicies", Some(&old), Some(&old));
    assert_eq!(judged(&nothing, ACTIVE), [PROTECTED]);
    let mut own = old.clone();
    own["metadata"]["labels"] = json!({});
    let update = change("networking.k8s.io/networkpolicies", Some(&own), Some(&own));
    assert!(judged(&update, ACTIVE).is_empty(), "an object of the tenant's own");
}

#[test]
fn stripping_the_label_frees_nothing() {
    let (old, new) = (policy(), with("/metadata/labels", json!({})));
    let update = change("networking.k8s.io/networkpolicies", Some(&old), Some(&new));
    assert_eq!(judged(&update, ACTIVE), [PROTECTED]);
    let adopt = change("networking.k8s.io/networkpolicies", Some(&new), Some(&old));
    assert!(judged(&adopt, ACTIVE).is_empty(), "a reserved key, which `judge` refuses");
}

#[test]
fn owners_and_finalizers_have_their_own_reasons() {
    let old = policy();
    let owner = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "c", "uid": "1"}]);
    let new = with("/metadata/ownerReferences", owner);
    let update = change("networking.k8s.io/networkpolicies", Some(&old), Some(&new));
    assert_eq!(judged(&update, ACTIVE), ["OwnerReferenceForbidden metadata.ownerReferences"]);
    let new = with("/metadata/finalizers", json!(["a/b"]));
    let update = change("networking.k8s.io/networkpolicies", Some(&old), Some(&new));
    assert_eq!(judged(&update, ACTIVE), ["FinalizerForbidden metadata.finalizers"]);
    assert!(judged(&by(update, Caller::Administrator, "root"), ACTIVE).is_empty());
}

#[test]
fn a_namespace_is_emptied_when_its_last_pod_is_gone() {
    let old = policy();
    let delete = change("networking.k8s.io/networkpolicies", Some(&old), None);
    assert_eq!(judged(&delete, EMPTY), [PROTECTED]);
    let cleaner = by(delete, Caller::Platform, NAMESPACE_CONTROLLER);
    assert!(judged(&cleaner, EMPTY).is_empty());
    assert_eq!(judged(&cleaner, ACTIVE), [PROTECTED]);
    assert_eq!(judged(&cleaner, NamespaceState { terminating: true, live_pods: 1 }), [PROTECTED]);
    for near in ["system:serviceaccount:acme:namespace-controller", "namespace-controller"] {
        assert_eq!(judged(&by(delete, Caller::Other, near), EMPTY), [PROTECTED]);
    }
    assert!(judged(&by(delete, Caller::Administrator, "root"), ACTIVE).is_empty());
}

#[test]
fn the_platform_keeps_house() {
    let old = policy();
    let mut status = with("/status", json!({"used": {}}));
    status["metadata"]["resourceVersion"] = json!("2");
    let write = change("resourcequotas/status", Some(&old), Some(&status));
    assert_eq!(judged(&write, ACTIVE), [PROTECTED]);
    assert!(
        judged(&by(write, Caller::Platform, "system:kube-controller-manager"), ACTIVE).is_empty()
    );
    assert!(judged(&by(write, Caller::Other, "system:apiserver"), ACTIVE).is_empty());
    let stripped = with("/metadata/labels", json!({}));
    let write = change("resourcequotas/status", Some(&old), Some(&stripped));
    assert_eq!(judged(&by(write, Caller::Other, "system:apiserver"), ACTIVE), [PROTECTED]);

    let mut going = with("/metadata/finalizers", json!(["foregroundDeletion"]));
    going["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let mut gone = going.clone();
    gone["metadata"]["finalizers"] = json!([]);
    let release = change("networking.k8s.io/networkpolicies", Some(&going), Some(&gone));
    assert!(judged(&by(release, Caller::Platform, CLEANERS[1]), EMPTY).is_empty());
    assert_eq!(judged(&release, EMPTY), ["FinalizerForbidden metadata.finalizers"]);

    let slice = change("discovery.k8s.io/endpointslices", Some(&old), Some(&stripped));
    assert!(judged(&by(slice, Caller::Platform, CLEANERS[2]), ACTIVE).is_empty());
}

const NAMES: &[&str] = &[
    "metadata",
    "labels",
    "annotations",
    "lessor.io/managed",
    "lessor.io/tenant",
    "true",
    "status",
    "spec",
    "finalizers",
    "ownerReferences",
    "deletionTimestamp",
    "apiVersion",
    "lessor.io/v1",
    "name",
    "generateName",
    "lessor-x",
    "kubernetes.io/config.mirror",
    "nodeName",
];

proptest! {
    #[test]
    fn nobody_else_writes_what_was_managed(
        mut old in any_object(NAMES),
        new in any_object(NAMES),
        subresource in prop::sample::select(&["", "/status", "/scale"][..]),
    ) {
        prop_assume!(old.is_object());
        old["metadata"] = policy()["metadata"].clone();
        let resource = format!("configmaps{subresource}");
        let update = change(&resource, Some(&old), Some(&new));
        prop_assert!(!judged(&update, EMPTY).is_empty());
        prop_assert!(!judged(&change(&resource, Some(&old), None), EMPTY).is_empty());
    }

    #[test]
    fn no_input_panics(
        old in prop::option::of(any_object(NAMES)),
        new in prop::option::of(any_object(NAMES)),
        caller in any_caller(),
        live_pods in 0_usize..2,
    ) {
        let change = by(change("pods", old.as_ref(), new.as_ref()), caller, "system:node:a");
        judged(&change, NamespaceState { terminating: true, live_pods });
        let world = crate::isolation::kinds_fixtures::World::new();
        verdicts(|out| super::super::judge(&world.context(), &change, out));
    }
}
