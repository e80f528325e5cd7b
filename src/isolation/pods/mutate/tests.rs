use serde_json::{Value, json};

use super::*;
use crate::document::{Mutator, difference};
use crate::isolation::fixtures::{World, create, update};
use crate::isolation::{Caller, Change, Findings};
use crate::names::MIRROR_POD_ANNOTATION;

/// The changes as a person reads them, the Pod after, and the warnings.
fn mutated(world: &World, pod: &Value, change: &Change<'_>) -> (Vec<String>, Value, Vec<String>) {
    let mut after = pod.clone();
    let mut mutator = Mutator::new(&mut after);
    let mut out = Findings::default();
    mutate(&world.context(), change, &mut mutator, &mut out).unwrap();
    let operations = mutator.into_operations();
    assert!(out.is_clean());
    let lines = difference(&operations).iter().map(ToString::to_string).collect();
    (lines, after, out.warnings)
}

fn created(world: &World, pod: &Value) -> (Vec<String>, Value, Vec<String>) {
    mutated(world, pod, &create(pod))
}

fn baseline() -> World {
    let mut world = World::default();
    world.tenant.pod_security = PodSecurityLevel::Baseline;
    world
}

use crate::api::{ImagePullPolicyRule, PodSecurityLevel};

#[test]
fn a_bare_pod_is_given_everything() {
    let pod = json!({"metadata": {"name": "a", "labels": {"app": "web"}}, "spec": {
        "containers": [{"name": "a", "image": "i", "imagePullPolicy": "IfNotPresent"}]}});
    let (lines, _, warnings) = created(&World::rich(), &pod);
    insta::assert_snapshot!(lines.join("\n"), @r#"
    + metadata.labels[lessor.io/tenant]: "acme"
    + metadata.labels.team: "blue"
    + spec.automountServiceAccountToken: false
    + spec.volumes[+]: {"name":"lessor-secret-db","secret":{"defaultMode":292,"items":[{"key":"token","path":"token"}],"secretName":"db"}}
    + spec.containers[0].volumeMounts[+]: {"mountPath":"/etc/db","name":"lessor-secret-db","readOnly":true}
    + spec.volumes[+]: {"name":"lessor-secret-ca","secret":{"defaultMode":292,"items":[{"key":"token","path":"token"}],"secretName":"ca"}}
    + spec.containers[0].volumeMounts[+]: {"mountPath":"/etc/ca","name":"lessor-secret-ca","readOnly":true}
    + spec.nodeSelector.pool: "gold"
    + spec.tolerations[+]: {"effect":"NoSchedule","key":"pool","operator":"Equal","value":"gold"}
    + spec.runtimeClassName: "gvisor"
    + spec.containers[0].imagePullPolicy: "Always"
    + spec.securityContext.seccompProfile: {"type":"RuntimeDefault"}
    + spec.securityContext.runAsNonRoot: true
    + spec.containers[0].securityContext.allowPrivilegeEscalation: false
    + spec.containers[0].securityContext.capabilities.drop[+]: "ALL"
    "#);
    assert_eq!(
        warnings,
        ["Pods run with runAsNonRoot: true; an image that runs as root will fail to start"]
    );
}

#[test]
fn explicit_values_are_never_overwritten() {
    let pod = json!({
        "metadata": {"labels": {"lessor.io/tenant": "globex", "team": "red"}},
        "spec": {
            "automountServiceAccountToken": true, "nodeSelector": {"pool": "silver"},
            "tolerations": [{"key": "pool", "value": "gold", "effect": "NoSchedule", "tolerationSeconds": 3}],
            "runtimeClassName": "runc",
            "securityContext": {"seccompProfile": {"type": "Unconfined"}, "runAsNonRoot": false},
            "volumes": [{"name": "lessor-secret-ca", "emptyDir": {}}],
            "containers": [{"name": "a", "imagePullPolicy": "Always",
                "volumeMounts": [{"name": "mine", "mountPath": "/etc/ca/"}],
                "securityContext": {"allowPrivilegeEscalation": true, "capabilities": {"drop": ["ALL"]}}}]}});
    assert_eq!(created(&World::rich(), &pod).0, [""; 0]);
}

#[test]
fn capabilities_are_appended_to() {
    let pod = json!({"spec": {"containers": [{"securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["NET_RAW"]}}}]}});
    let (_, after, _) = created(&World::default(), &pod);
    assert_eq!(
        after["spec"]["containers"][0]["securityContext"]["capabilities"],
        json!({"add": ["NET_BIND_SERVICE"], "drop": ["NET_RAW", "ALL"]})
    );
}

#[test]
fn hardening_follows_the_level_and_the_system() {
    let pod = json!({"spec": {"containers": [{"name": "a"}]}});
    let (_, after, warnings) = created(&baseline(), &pod);
    assert_eq!(
        after["spec"]["securityContext"],
        json!({"seccompProfile": {"type": "RuntimeDefault"}})
    );
    assert!(after["spec"]["containers"][0].get("securityContext").is_none());
    assert!(warnings.is_empty());

    let windows = json!({"spec": {"os": {"name": "windows"}, "containers": [{"name": "a"}]}});
    let (_, after, _) = created(&World::default(), &windows);
    assert_eq!(after["spec"]["securityContext"], json!({"runAsNonRoot": true}));
    assert!(after["spec"]["containers"][0].get("securityContext").is_none());
}

#[test]
fn a_choice_of_every_container_is_a_choice() {
    let chosen = json!({"seccompProfile": {"type": "Localhost"}, "runAsNonRoot": true});
    let mut pod = json!({"spec": {"containers": [{"securityContext": chosen}], "initContainers": [{"securityContext": chosen}]}});
    assert!(created(&World::default(), &pod).1["spec"].get("securityContext").is_none());
    pod["spec"]["containers"][0] = json!({"name": "a"});
    let (_, after, warnings) = created(&World::default(), &pod);
    assert_eq!(
        after["spec"]["securityContext"],
        json!({"seccompProfile": {"type": "RuntimeDefault"}, "runAsNonRoot": true})
    );
    assert_eq!(warnings.len(), 1);
    pod["spec"]["securityContext"] = json!({"runAsUser": 1000});
    assert!(created(&World::default(), &pod).2.is_empty());
}

#[test]
fn root_in_a_user_namespace_is_left_to_the_standard() {
    let pod = json!({"spec": {"hostUsers": false, "containers": [{"name": "a"}]}});
    let mut world = World::default();
    for (version, is_set) in [("latest", false), ("v1.35", false), ("v1.34", true)] {
        version.clone_into(&mut world.tenant.pod_security_version);
        let (_, after, _) = created(&world, &pod);
        assert_eq!(
            after["spec"]["securityContext"].get("runAsNonRoot").is_some(),
            is_set,
            "{version}"
        );
    }
}

fn with_token(automount: &Value) -> Value {
    let mount = json!({"name": "kube-api-access-x7k2p", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true});
    json!({"spec": {"automountServiceAccountToken": automount,
        "containers": [{"volumeMounts": [{"name": "v", "mountPath": "/v"}, mount]}], "initContainers": [{"volumeMounts": [mount]}],
        "volumes": [{"name": "v", "emptyDir": {}}, {"name": "kube-api-access-x7k2p", "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}]}}]}})
}

#[test]
fn the_automatic_token_goes_unless_it_was_asked_for() {
    for automount in [Value::Null, json!(false)] {
        let (_, after, _) = created(&World::default(), &with_token(&automount));
        assert_eq!(after["spec"]["volumes"], json!([{"name": "v", "emptyDir": {}}]));
        assert_eq!(
            after["spec"]["containers"][0]["volumeMounts"],
            json!([{"name": "v", "mountPath": "/v"}])
        );
        assert_eq!(after["spec"]["initContainers"][0]["volumeMounts"], json!([]));
        assert_eq!(after["spec"]["automountServiceAccountToken"], false);
    }
    let mut twice = with_token(&Value::Null);
    let volumes = twice["spec"]["volumes"].as_array_mut().unwrap();
    let mut other = volumes[1].clone();
    other["name"] = json!("kube-api-access-aaaaa");
    volumes.insert(0, other);
    let mounts = twice["spec"]["containers"][0]["volumeMounts"].as_array_mut().unwrap();
    mounts.insert(0, mounts[1].clone());
    let (_, after, _) = created(&World::default(), &twice);
    assert_eq!(after["spec"]["volumes"], json!([{"name": "v", "emptyDir": {}}]));
    assert_eq!(
        after["spec"]["containers"][0]["volumeMounts"],
        json!([{"name": "v", "mountPath": "/v"}])
    );
    let asked = with_token(&json!(true));
    assert_eq!(created(&World::default(), &asked).1["spec"]["volumes"], asked["spec"]["volumes"]);
    let mut own = with_token(&Value::Null);
    own["spec"]["volumes"][1]["projected"]["sources"][0]["serviceAccountToken"]["audience"] =
        json!("vault");
    assert_eq!(created(&World::default(), &own).1["spec"]["volumes"], own["spec"]["volumes"]);
}

#[test]
fn images_are_always_pulled_where_the_class_wants_it() {
    let pod = json!({"spec": {"containers": [{"imagePullPolicy": "Never"}], "volumes": [{"name": "i", "image": {"reference": "r"}}]}});
    let mut world = World::default();
    let (_, after, _) = created(&world, &pod);
    assert_eq!(after["spec"]["containers"][0]["imagePullPolicy"], "Always");
    assert_eq!(after["spec"]["volumes"][0]["image"]["pullPolicy"], "Always");
    world.class.image_pull_policy = ImagePullPolicyRule::Any;
    let (_, after, _) = created(&world, &pod);
    assert_eq!(after["spec"]["containers"][0]["imagePullPolicy"], "Never");
    assert_eq!(after["spec"]["volumes"], pod["spec"]["volumes"]);
}

#[test]
fn an_update_only_puts_back_labels_the_pod_had() {
    let world = World::rich();
    let old = json!({"metadata": {"labels": {"lessor.io/tenant": "acme", "app": "x"}}, "spec": {"containers": [{}]}});
    let new = json!({"metadata": {"labels": {"app": "y"}}, "spec": {"containers": [{}]}});
    assert_eq!(
        mutated(&world, &new, &update(&old, &new)).0,
        ["+ metadata.labels[lessor.io/tenant]: \"acme\""]
    );
    assert_eq!(mutated(&world, &new, &update(&new, &new)).0, [""; 0]);
    let claims = json!({"metadata": {"labels": {"lessor.io/tenant": "globex"}}, "spec": {}});
    assert_eq!(mutated(&world, &claims, &update(&old, &claims)).0, [""; 0]);
}

#[test]
fn new_ephemeral_containers_are_hardened() {
    let old =
        json!({"spec": {"ephemeralContainers": [{"name": "a"}], "containers": [{"name": "c"}]}});
    let mut new = old.clone();
    new["spec"]["ephemeralContainers"] = json!([{"name": "a"}, {"name": "b"}]);
    let change = Change { subresource: "ephemeralcontainers", ..update(&old, &new) };
    assert_eq!(
        mutated(&World::rich(), &new, &change).0,
        [
            "+ spec.ephemeralContainers[1].imagePullPolicy: \"Always\"",
            "+ spec.ephemeralContainers[1].securityContext.allowPrivilegeEscalation: false",
            "+ spec.ephemeralContainers[1].securityContext.capabilities.drop[+]: \"ALL\"",
        ]
    );
}

#[test]
fn mirror_pods_and_other_objects_are_left_alone() {
    let pod = json!({"metadata": {"annotations": {MIRROR_POD_ANNOTATION: "x"}}, "spec": {"containers": [{"name": "a"}]}});
    let world = World::rich();
    let by_node = Change { caller: Caller::Node, ..create(&pod) };
    assert_eq!(mutated(&world, &pod, &by_node).0, [""; 0]);
    assert!(!created(&world, &pod).0.is_empty());
    assert_eq!(
        mutated(&world, &pod, &Change { resource: "deployments", ..create(&pod) }).0,
        [""; 0]
    );
    assert_eq!(
        mutated(&world, &pod, &Change { subresource: "status", ..update(&pod, &pod) }).0,
        [""; 0]
    );
    assert_eq!(created(&world, &json!({"spec": 3})).0, [""; 0]);
}
