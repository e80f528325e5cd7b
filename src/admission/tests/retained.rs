//! Namespaces between states: provisioning and retained.

use serde_json::{Value, json};

use super::harness::{REPLICASETS, Who, ask, set};
use super::pods::{pod, stored};
use super::world::world;

fn deployment() -> Value {
    json!({"kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"template": {"metadata": {}, "spec": pod()["spec"]}}})
}

#[test]
fn while_provisioning_only_the_platform_and_lessor_write() {
    let world = world();
    let map = json!({"kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt"}});
    for who in [Who::Admin, Who::Account, Who::Administrator, Who::Node("n")] {
        ask("configmaps").namespace("fresh").by(who).create(&map).denied(
            &world,
            "IsolationNotReady",
            "metadata.namespace",
        );
        ask("configmaps").namespace("fresh").by(who).update(&map, &map).denied(
            &world,
            "IsolationNotReady",
            "metadata.namespace",
        );
        ask("configmaps").namespace("fresh").by(who).delete(&map).allowed(&world);
    }
    for who in [
        Who::Controller("root-ca-cert-publisher"),
        Who::Controller("service-account-controller"),
        Who::Lessor,
    ] {
        ask("configmaps").namespace("fresh").by(who).create(&map).allowed(&world);
    }
}

#[test]
fn a_retained_namespace_starts_nothing_new_except_for_administrators() {
    let world = world();
    let cases = [
        ("pods", pod()),
        ("apps/deployments", deployment()),
        ("batch/jobs", json!({"kind": "Job", "metadata": {"name": "x"}})),
        (
            "replicationcontrollers",
            json!({"kind": "ReplicationController", "metadata": {"name": "x"}}),
        ),
    ];
    for (resource, object) in &cases {
        for who in [Who::Admin, Who::Account, REPLICASETS, Who::Node("n")] {
            ask(resource).namespace("old").by(who).create(object).denied(
                &world,
                "NamespaceForeign",
                "metadata.namespace",
            );
        }
        for who in [Who::Administrator, Who::Lessor] {
            ask(resource).namespace("old").by(who).create(object).allowed(&world);
        }
        for who in [Who::Admin, Who::Administrator, Who::Controller("namespace-controller")] {
            ask(resource).namespace("old").by(who).delete(object).allowed(&world);
        }
    }
    let scale =
        |n: i64| json!({"kind": "Scale", "metadata": {"name": "web"}, "spec": {"replicas": n}});
    ask("apps/deployments/scale").namespace("old").update(&scale(1), &scale(2)).denied(
        &world,
        "NamespaceForeign",
        "metadata.namespace",
    );
    ask("apps/deployments/scale").namespace("old").update(&scale(2), &scale(0)).allowed(&world);
    let mut old = stored();
    old["metadata"]["labels"]["lessor.io/tenant"] = json!("initech");
    let image = set(&old, "/spec/containers/0/image", json!("example.com/other"));
    ask("pods").namespace("old").update(&old, &image).denied(
        &world,
        "NamespaceForeign",
        "metadata.namespace",
    );
    let note = set(&old, "/metadata/annotations", json!({"note": "seen"}));
    ask("pods").namespace("old").update(&old, &note).allowed(&world);
    let ready = set(&old, "/status", json!({"phase": "Running"}));
    ask("pods/status").namespace("old").by(Who::Node("n")).update(&old, &ready).allowed(&world);
    ask("pods/eviction").namespace("old").create(&json!({"kind": "Eviction"})).allowed(&world);
}

#[test]
fn a_retained_namespace_stays_isolated_and_its_data_can_come_back() {
    let world = world();
    let ask = |target: &str| ask(target).namespace("old");
    for (resource, object, reason, field) in [
        (
            "networking.k8s.io/networkpolicies",
            json!({"kind": "NetworkPolicy", "metadata": {"name": "x"}, "spec": {"ingress": [{}]}}),
            "NetworkPolicyWidens",
            "spec.ingress[0].from",
        ),
        (
            "rbac.authorization.k8s.io/rolebindings",
            json!({"kind": "RoleBinding", "metadata": {"name": "x"},
            "roleRef": {"kind": "Role", "name": "x"}, "subjects": [{"kind": "User", "name": "mallory"}]}),
            "RoleBindingSubjectForbidden",
            "subjects[0]",
        ),
        (
            "services",
            json!({"kind": "Service", "metadata": {"name": "x"}, "spec": {"selector": {"a": "b"}, "externalIPs": ["203.0.113.1"]}}),
            "ExternalIPForbidden",
            "spec.externalIPs",
        ),
        (
            "secrets",
            json!({"kind": "Secret", "metadata": {"name": "x"}, "type": "kubernetes.io/service-account-token"}),
            "ServiceAccountTokenForbidden",
            "type",
        ),
        (
            "configmaps",
            json!({"kind": "ConfigMap", "metadata": {"name": "x", "labels": {"lessor.io/managed": "true"}}}),
            "ReservedKeyForbidden",
            "metadata.labels[lessor.io/managed]",
        ),
        (
            "configmaps",
            json!({"kind": "ConfigMap", "metadata": {"name": "x", "labels": {"lessor.io/tenant": "globex"}}}),
            "TenantIdentityMismatch",
            "metadata.labels[lessor.io/tenant]",
        ),
    ] {
        for who in [Who::Admin, Who::Account] {
            ask(resource).by(who).create(&object).denied(&world, reason, field);
            if reason != "ReservedKeyForbidden" {
                ask(resource).by(who).delete(&object).allowed(&world);
            }
        }
        ask(resource).by(Who::Administrator).create(&object).allowed(&world);
    }
    for (resource, object) in [
        (
            "configmaps",
            json!({"kind": "ConfigMap", "metadata": {"name": "x", "labels": {"lessor.io/tenant": "initech"}}}),
        ),
        ("secrets", json!({"kind": "Secret", "metadata": {"name": "x"}, "type": "Opaque"})),
        (
            "persistentvolumeclaims",
            json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "x"}, "spec": {"storageClassName": "fast"}}),
        ),
        (
            "services",
            json!({"kind": "Service", "metadata": {"name": "x"}, "spec": {"selector": {"a": "b"}}}),
        ),
        ("example.com/certificates", json!({"kind": "Certificate", "metadata": {"name": "x"}})),
    ] {
        ask(resource).create(&object).allowed(&world);
    }
    ask("pods/exec").connect(&json!({"kind": "PodExecOptions"})).denied(
        &world,
        "ConnectForbidden",
        "",
    );
    let policy = json!({"kind": "NetworkPolicy", "metadata": {"name": "lessor-default-deny",
        "labels": {"lessor.io/managed": "true", "lessor.io/tenant": "initech"}}});
    ask("networking.k8s.io/networkpolicies").delete(&policy).denied(
        &world,
        "ManagedObjectProtected",
        "metadata.labels[lessor.io/managed]",
    );
    ask("networking.k8s.io/networkpolicies").by(Who::Administrator).create(&policy).allowed(&world);
}
