//! Chapter 1: Namespaces and identity.

use serde_json::{Value, json};

use super::harness::{Ask, REPLICASETS, Who, ask, set, unset};
use super::world::world;
use crate::admission::{offline, wire};

/// Both doors beside the object itself keep metadata changes (CVE-2026-30963).
const DOORS: [&str; 3] = ["namespaces", "namespaces/status", "namespaces/finalize"];

fn namespace(name: &str, tenant: Option<&str>) -> Value {
    let mut object = json!({"kind": "Namespace", "metadata": {"name": name,
        "uid": format!("uid-{name}"), "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]}});
    if let Some(tenant) = tenant {
        object["metadata"]["labels"]["lessor.io/tenant"] = json!(tenant);
        object["metadata"]["labels"]["lessor.io/tenant-uid"] =
            json!(format!("uid-tenant-{tenant}"));
        object["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = json!("restricted");
    }
    object
}

fn edit(door: &str, name: &str, old: &Value, new: &Value) -> Ask {
    ask(door).name(name).namespace(name).update(old, new)
}

const LABELS: &str = "/metadata/labels";
const TENANT: &str = "metadata.labels[lessor.io/tenant]";

#[test]
fn r1_a_tenant_does_not_touch_its_identity() {
    let world = world();
    let own = namespace("acme", Some("acme"));
    for door in DOORS {
        for (new, field) in [
            (unset(&own, "/metadata/labels/lessor.io~1tenant"), TENANT),
            (set(&own, "/metadata/labels/lessor.io~1tenant", json!("")), TENANT),
            (set(&own, "/metadata/labels/lessor.io~1tenant", json!("initrode")), TENANT),
            (
                unset(&own, "/metadata/labels/lessor.io~1tenant-uid"),
                "metadata.labels[lessor.io/tenant-uid]",
            ),
            (
                set(&own, "/metadata/labels/lessor.io~1x", json!("1")),
                "metadata.labels[lessor.io/x]",
            ),
            (
                set(&own, "/metadata/annotations", json!({"lessor.io/x": "1"})),
                "metadata.annotations[lessor.io/x]",
            ),
            (set(&own, LABELS, json!({})), TENANT),
        ] {
            for who in [Who::Admin, Who::Account] {
                edit(door, "acme", &own, &new).by(who).denied(
                    &world,
                    "NamespaceIdentityImmutable",
                    field,
                );
            }
        }
        edit(door, "acme", &own, &set(&own, "/metadata/labels/team", json!("a"))).allowed(&world);
    }
    let moved = set(&own, "/metadata/labels/lessor.io~1tenant", json!("globex"));
    edit("namespaces", "acme", &own, &moved).denied(&world, "NamespaceForeign", TENANT);
}

#[test]
fn r1_is_decided_by_the_recorded_uid_and_not_by_the_label() {
    let world = world();
    // The label is gone already; the status still records the UID.
    let stripped = unset(&namespace("acme", Some("acme")), "/metadata/labels/lessor.io~1tenant");
    let claimed = set(&stripped, "/metadata/labels/lessor.io~1tenant", json!("initrode"));
    edit("namespaces", "acme", &stripped, &claimed).denied(
        &world,
        "NamespaceIdentityImmutable",
        TENANT,
    );
}

#[test]
fn r2_r7_a_tenants_namespace_has_no_owners() {
    let world = world();
    let own = namespace("acme", Some("acme"));
    let owner = |version: &str, kind: &str| json!({"apiVersion": version, "kind": kind, "name": "globex", "uid": "forged", "controller": true});
    for door in DOORS {
        for owners in [
            json!([owner("lessor.io/v1", "Tenant")]),
            json!([owner("v1", "ConfigMap")]),
            json!([owner("capsule.clastix.io/v1beta2", "Tenant")]),
            json!([{"kind": "Tenant"}]),
        ] {
            let new = set(&own, "/metadata/ownerReferences", owners);
            edit(door, "acme", &own, &new).denied(
                &world,
                "OwnerReferenceForbidden",
                "metadata.ownerReferences[0]",
            );
        }
        let before = set(&own, "/metadata/ownerReferences", json!([owner("v1", "ConfigMap")]));
        let both = set(&before, "/metadata/ownerReferences/-", owner("lessor.io/v1", "Tenant"));
        edit(door, "acme", &before, &both).denied(
            &world,
            "OwnerReferenceForbidden",
            "metadata.ownerReferences[1]",
        );
        edit(door, "acme", &before, &own).allowed(&world);
    }
    let open = namespace("open", None);
    let taken = set(&open, "/metadata/ownerReferences", json!([owner("lessor.io/v1", "Tenant")]));
    for who in [Who::Admin, Who::Administrator] {
        edit("namespaces", "open", &open, &taken).by(who).denied(
            &world,
            "OwnerReferenceForbidden",
            "metadata.ownerReferences[0]",
        );
    }
    let taken = set(&open, "/metadata/ownerReferences", json!([owner("v1", "ConfigMap")]));
    edit("namespaces", "open", &open, &taken).allowed(&world);
}

#[test]
fn r3_r4_r5_no_namespace_is_taken() {
    let world = world();
    for door in DOORS {
        let foreign = namespace("globex", Some("globex"));
        let new = set(&foreign, "/metadata/labels/lessor.io~1tenant", json!("acme"));
        edit(door, "globex", &foreign, &new).denied(&world, "NamespaceForeign", TENANT);
        let open = namespace("open", None);
        let new = set(&open, "/metadata/labels/lessor.io~1tenant", json!("acme"));
        edit(door, "open", &open, &new).denied(&world, "NamespaceNotAdoptable", TENANT);
        let adopted = set(&open, "/metadata/annotations", json!({"lessor.io/adopt": "acme"}));
        edit(door, "open", &open, &adopted).denied(
            &world,
            "NamespaceNotAdoptable",
            "metadata.annotations[lessor.io/adopt]",
        );
        for name in [
            "kube-system",
            "kube-public",
            "kube-node-lease",
            "default",
            "lessor-system",
            "lessor-secrets",
        ] {
            let system = namespace(name, None);
            let new = set(&system, "/metadata/labels/lessor.io~1tenant", json!("acme"));
            for who in [Who::Admin, Who::Administrator] {
                edit(door, name, &system, &new).by(who).denied(
                    &world,
                    "SystemNamespaceProtected",
                    TENANT,
                );
            }
            edit(door, name, &system, &set(&system, "/metadata/labels/a", json!("b")))
                .allowed(&world);
        }
        edit(door, "open", &open, &set(&open, "/metadata/labels/a", json!("b"))).allowed(&world);
    }
    let open = namespace("open", None);
    let adopted = set(&open, "/metadata/annotations", json!({"lessor.io/adopt": "acme"}));
    edit("namespaces", "open", &open, &adopted).by(Who::Administrator).allowed(&world);
}

#[test]
fn r18_labels_that_others_trust_are_not_the_tenants() {
    let world = world();
    let own = namespace("acme", Some("acme"));
    for key in [
        "company.com/system",
        "control-plane",
        "admissions.enforcer/disabled",
        "admission.gatekeeper.sh/ignore",
        "policy.sigstore.dev/include",
        "istio-injection",
    ] {
        let new = set(&own, &format!("/metadata/labels/{}", key.replace('/', "~1")), json!("true"));
        let field = crate::document::child("metadata.labels", key);
        for door in DOORS {
            edit(door, "acme", &own, &new).denied(&world, "ReservedKeyForbidden", &field);
        }
        edit("namespaces", "acme", &own, &new).by(Who::Administrator).allowed(&world);
    }
    let plugin = set(
        &own,
        "/metadata/annotations",
        json!({"scheduler.alpha.kubernetes.io/node-selector": "a=b"}),
    );
    edit("namespaces", "acme", &own, &plugin).denied(
        &world,
        "ReservedKeyForbidden",
        "metadata.annotations[scheduler.alpha.kubernetes.io/node-selector]",
    );
}

/// The level that the API server itself enforces.
const ENFORCE: &str = "/metadata/labels/pod-security.kubernetes.io~1enforce";

#[test]
fn r21_the_pod_security_level_is_not_the_tenants() {
    let world = world();
    let own = namespace("acme", Some("acme"));
    for door in DOORS {
        for new in [set(&own, ENFORCE, json!("privileged")), unset(&own, ENFORCE)] {
            edit(door, "acme", &own, &new).denied(
                &world,
                "PodSecurityLevelManaged",
                "metadata.labels[pod-security.kubernetes.io/enforce]",
            );
        }
        for key in ["audit", "warn", "enforce-version", "audit-version", "warn-version"] {
            let new = set(
                &own,
                &format!("/metadata/labels/pod-security.kubernetes.io~1{key}"),
                json!("v1.0"),
            );
            edit(door, "acme", &own, &new).denied(
                &world,
                "PodSecurityLevelManaged",
                &format!("metadata.labels[pod-security.kubernetes.io/{key}]"),
            );
        }
    }
}

#[test]
fn r48_only_lessor_creates_a_tenants_namespace() {
    let world = world();
    let mut generated = namespace("", Some("acme"));
    generated["metadata"] =
        json!({"generateName": "acme-", "labels": {"lessor.io/tenant": "acme"}});
    for who in [Who::Admin, Who::Account, REPLICASETS] {
        ask("namespaces").name("").namespace("").by(who).create(&generated).denied(
            &world,
            "NamespaceNotAdoptable",
            TENANT,
        );
        let named = namespace("acme-3", Some("acme"));
        ask("namespaces").name("acme-3").namespace("acme-3").by(who).create(&named).denied(
            &world,
            "NamespaceNotAdoptable",
            TENANT,
        );
    }
    let named = namespace("acme-3", Some("acme"));
    ask("namespaces")
        .name("acme-3")
        .namespace("acme-3")
        .by(Who::Lessor)
        .create(&named)
        .allowed(&world);
    ask("namespaces")
        .name("free")
        .namespace("free")
        .create(&namespace("free", None))
        .allowed(&world);
}

#[test]
fn r50_an_administrator_can_always_repair_and_delete() {
    let world = world();
    // Labelled for a tenant that does not record it, with an owner and a finalizer.
    let mut broken = namespace("old", Some("initech"));
    broken["metadata"]["ownerReferences"] =
        json!([{"apiVersion": "lessor.io/v1", "kind": "Tenant", "name": "x", "uid": "y"}]);
    broken["metadata"]["finalizers"] = json!(["a/b"]);
    let touched = set(&broken, "/metadata/labels/a", json!("b"));
    edit("namespaces", "old", &broken, &touched).by(Who::Administrator).allowed(&world);
    edit("namespaces", "old", &broken, &touched).allowed(&world);
    for who in [Who::Admin, Who::Administrator, Who::Controller("namespace-controller")] {
        ask("namespaces").name("old").namespace("old").by(who).delete(&broken).allowed(&world);
    }
    let own = namespace("acme", Some("acme"));
    ask("namespaces").name("").namespace("acme").delete(&own).denied(
        &world,
        "ManagedObjectProtected",
        "metadata.name",
    );
    ask("namespaces")
        .name("acme")
        .namespace("acme")
        .by(Who::Administrator)
        .delete(&own)
        .allowed(&world);
}

#[test]
fn a_recorded_review_speaks_of_the_namespace_of_its_name() {
    let world = world();
    let (mut old, mut new) = (namespace("acme", Some("acme")), namespace("acme", Some("acme")));
    (old["metadata"]["uid"], new["metadata"]["uid"]) = (json!("elsewhere"), json!("elsewhere"));
    new["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = json!("privileged");
    for object in [&mut old, &mut new] {
        object["metadata"]["labels"].as_object_mut().unwrap().remove("lessor.io/tenant");
    }
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "operation": "UPDATE", "name": "acme", "namespace": "acme",
        "resource": {"group": "", "version": "v1", "resource": "namespaces"},
        "object": new, "oldObject": old, "userInfo": {"username": "alice"}}});
    let mut request = wire::parse(review.to_string().as_bytes()).unwrap();
    let decision = offline::Judge::new(&world, jiff::Timestamp::UNIX_EPOCH).review(&mut request);
    assert_eq!(decision.leading().unwrap().reason.as_str(), "PodSecurityLevelManaged");
}

#[test]
fn r104_nothing_holds_a_namespace_hostage() {
    let world = world();
    let own = namespace("acme", Some("acme"));
    for door in DOORS {
        let held = set(&own, "/metadata/finalizers", json!(["a/b"]));
        edit(door, "acme", &own, &held).denied(
            &world,
            "FinalizerForbidden",
            "metadata.finalizers[0]",
        );
        edit(door, "acme", &held, &own).allowed(&world);
        let emptied = set(&own, "/spec/finalizers", json!([]));
        edit(door, "acme", &own, &emptied).denied(&world, "FinalizerForbidden", "spec.finalizers");
        edit(door, "acme", &own, &emptied)
            .by(Who::Controller("namespace-controller"))
            .allowed(&world);
    }
}
