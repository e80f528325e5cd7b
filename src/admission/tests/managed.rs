//! Chapter 8: managed objects, reserved keys and names.

use serde_json::{Value, json};

use super::harness::{REPLICASETS, Who, ask, set, unset};
use super::world::world;
use crate::snapshot::{Change, NamespaceView, Snapshot};

const MANAGED: &str = "metadata.labels[lessor.io/managed]";
const KINDS: [(&str, &str); 6] = [
    ("networking.k8s.io/networkpolicies", "NetworkPolicy"),
    ("resourcequotas", "ResourceQuota"),
    ("limitranges", "LimitRange"),
    ("rbac.authorization.k8s.io/rolebindings", "RoleBinding"),
    ("secrets", "Secret"),
    ("serviceaccounts", "ServiceAccount"),
];
const OTHERS: [Who; 4] = [Who::Admin, Who::Account, Who::Node("n"), REPLICASETS];

fn managed(kind: &str) -> Value {
    json!({"kind": kind, "metadata": {"name": "lessor-x",
        "labels": {"lessor.io/managed": "true", "lessor.io/tenant": "acme"}}})
}

#[test]
fn r20_managed_objects_are_lessors() {
    let world = world();
    for (resource, kind) in KINDS {
        let old = managed(kind);
        let changed = set(&old, "/spec", json!({"a": 1}));
        let stripped = unset(&changed, "/metadata/labels/lessor.io~1managed");
        let bare = set(&changed, "/metadata/labels", json!({}));
        for who in OTHERS {
            for new in [&changed, &stripped, &bare] {
                ask(resource).by(who).update(&old, new).denied(
                    &world,
                    "ManagedObjectProtected",
                    MANAGED,
                );
            }
            ask(resource).by(who).delete(&old).denied(&world, "ManagedObjectProtected", MANAGED);
            ask(resource).by(who).name("").delete(&old).denied(
                &world,
                "ManagedObjectProtected",
                MANAGED,
            );
        }
        for who in [Who::Lessor, Who::Administrator] {
            ask(resource).by(who).update(&old, &changed).allowed(&world);
            ask(resource).by(who).delete(&old).allowed(&world);
            ask(resource).by(who).create(&old).allowed(&world);
        }
        // The tenant's own object of the kind may always go.
        ask(resource).delete(&unset(&old, "/metadata/labels/lessor.io~1managed")).allowed(&world);
    }
}

#[test]
fn r104_r117_no_owner_and_no_finalizer_on_managed_objects() {
    let world = world();
    for (resource, kind) in KINDS {
        let old = managed(kind);
        let owned = set(
            &old,
            "/metadata/ownerReferences",
            json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "x"}]),
        );
        let held = set(&old, "/metadata/finalizers", json!(["a/b"]));
        for who in OTHERS {
            ask(resource).by(who).update(&old, &owned).denied(
                &world,
                "OwnerReferenceForbidden",
                "metadata.ownerReferences",
            );
            ask(resource).by(who).update(&old, &held).denied(
                &world,
                "FinalizerForbidden",
                "metadata.finalizers",
            );
        }
    }
    let map = json!({"kind": "ConfigMap", "metadata": {"name": "a", "finalizers": ["a/b"],
        "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "b", "uid": "x"}]}});
    ask("configmaps").create(&map).allowed(&world);
    let owned = set(&map, "/metadata/ownerReferences/0/apiVersion", json!("lessor.io/v1"));
    ask("configmaps").create(&owned).denied(
        &world,
        "OwnerReferenceForbidden",
        "metadata.ownerReferences[0]",
    );
}

#[test]
fn r105_keys_of_lessor_are_not_taken() {
    let world = world();
    let map =
        json!({"kind": "ConfigMap", "metadata": {"name": "a", "labels": {}, "annotations": {}}});
    for (pointer, field) in [
        ("/metadata/labels/lessor.io~1managed", MANAGED),
        ("/metadata/labels/lessor.io~1service", "metadata.labels[lessor.io/service]"),
        (
            "/metadata/annotations/lessor.io~1description",
            "metadata.annotations[lessor.io/description]",
        ),
    ] {
        for who in [Who::Admin, Who::Account, Who::Node("n")] {
            let bad = set(&map, pointer, json!("true"));
            ask("configmaps").by(who).create(&bad).denied(&world, "ReservedKeyForbidden", field);
            ask("configmaps").by(who).update(&map, &bad).denied(
                &world,
                "ReservedKeyForbidden",
                field,
            );
            ask("configmaps").by(who).namespace("open").create(&bad).allowed(&world);
        }
    }
    let foreign = set(&map, "/metadata/labels/lessor.io~1tenant", json!("globex"));
    ask("configmaps").create(&foreign).denied(
        &world,
        "TenantIdentityMismatch",
        "metadata.labels[lessor.io/tenant]",
    );
    ask("configmaps")
        .create(&set(&map, "/metadata/labels/lessor.io~1tenant", json!("acme")))
        .allowed(&world);
    let ours = set(&map, "/metadata/finalizers", json!(["lessor.io/tenant"]));
    ask("configmaps").create(&ours).denied(&world, "FinalizerForbidden", "metadata.finalizers[0]");
    for who in [Who::Admin, Who::Account] {
        let named = set(&map, "/metadata/name", json!("lessor-x"));
        ask("configmaps").by(who).name("lessor-x").create(&named).denied(
            &world,
            "ReservedNameForbidden",
            "metadata.name",
        );
    }
}

fn terminating(live: bool) -> Snapshot {
    let mut world = world();
    let view =
        NamespaceView { terminating: true, ..world.namespace("acme").unwrap().as_ref().clone() };
    world.apply(Change::Namespace(view));
    let (namespace, name) = ("acme".to_owned(), "web".to_owned());
    world.apply(Change::LivePod { namespace, name, exists: live });
    world
}

#[test]
fn r118_policies_outlive_the_pods_they_hold() {
    for (resource, kind) in KINDS {
        let old = managed(kind);
        for cleaner in ["namespace-controller", "generic-garbage-collector"] {
            let delete = || ask(resource).by(Who::Controller(cleaner)).name("").delete(&old);
            delete().allowed(&terminating(false));
            delete().denied(&terminating(true), "ManagedObjectProtected", MANAGED);
            delete().denied(&world(), "ManagedObjectProtected", MANAGED);
        }
        for who in OTHERS {
            ask(resource).by(who).delete(&old).denied(
                &terminating(false),
                "ManagedObjectProtected",
                MANAGED,
            );
        }
    }
}

#[test]
fn an_outage_of_nobody_stops_housekeeping() {
    let world = world();
    let quota = set(&managed("ResourceQuota"), "/status", json!({"used": {"pods": "1"}}));
    for who in [Who::Controller("resourcequota-controller"), Who::Lessor] {
        ask("resourcequotas/status")
            .by(who)
            .update(&managed("ResourceQuota"), &quota)
            .allowed(&world);
    }
    ask("resourcequotas/status").update(&managed("ResourceQuota"), &quota).denied(
        &world,
        "ManagedObjectProtected",
        MANAGED,
    );
    let slice = json!({"kind": "EndpointSlice", "metadata": {"name": "web-x", "labels":
        {"lessor.io/managed": "true"}}, "endpoints": []});
    ask("discovery.k8s.io/endpointslices")
        .by(Who::Controller("endpointslice-controller"))
        .create(&slice)
        .allowed(&world);
    ask("discovery.k8s.io/endpointslices")
        .by(Who::Controller("endpointslice-controller"))
        .delete(&slice)
        .allowed(&world);
}
