//! Pods as the fixtures of the Pod Security Standards write them, judged as
//! written: what the standard admits at the tenant's level and version is
//! admitted, what it refuses is refused by its name.

use serde_json::{Value, json};

use super::world::custom;
use crate::admission::{Decision, User, offline};
use crate::snapshot::Snapshot;

fn world(level: &str, version: &str) -> Snapshot {
    custom(
        &json!({"podSecurity": {"minimum": "baseline", "default": level, "version": version}}),
        &json!({"isolation": {"podSecurity": level}}),
    )
}

fn check(world: &Snapshot, pod: &Value) -> Decision {
    let mut object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}});
    super::world::merge(&mut object, pod);
    let mut request = offline::create(object, "acme", &User::default()).unwrap();
    offline::Judge::new(world, jiff::Timestamp::UNIX_EPOCH).review_as_written(&mut request)
}

fn pod(spec: &Value) -> Value {
    let container = json!({"image": "registry.k8s.io/pause", "name": "container1"});
    let mut all = json!({"containers": [container], "initContainers": [
        {"image": "registry.k8s.io/pause", "name": "initcontainer1"}]});
    super::world::merge(&mut all, spec);
    json!({"spec": all})
}

fn restricted(spec: &Value) -> Value {
    let context = json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
    let mut pod = pod(
        &json!({"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}}),
    );
    for list in ["containers", "initContainers"] {
        pod["spec"][list][0]["securityContext"] = context.clone();
    }
    super::world::merge(&mut pod["spec"], spec);
    pod
}

#[track_caller]
fn admitted(world: &Snapshot, pod: &Value) {
    let found = check(world, pod);
    assert!(found.allowed(), "{pod}: {:?}", found.violations);
}

#[track_caller]
fn refused(world: &Snapshot, pod: &Value) {
    let found = check(world, pod);
    let leading = found.leading().unwrap_or_else(|| panic!("{pod} is allowed"));
    assert_eq!(leading.reason.as_str(), "PodSecurityViolation", "{pod}: {:?}", found.violations);
    assert!(leading.message.starts_with("violates PodSecurity \""), "{}", leading.message);
}

#[test]
fn what_baseline_admits() {
    for version in ["v1.0", "v1.19", "v1.25", "v1.33", "latest"] {
        let world = world("baseline", version);
        admitted(&world, &pod(&json!({})));
        for spec in [
            json!({"volumes": [{"name": "a"}, {"name": "b", "emptyDir": {}}, {"name": "c", "configMap": {"name": "t"}}]}),
            json!({"securityContext": {"runAsUser": 0, "runAsNonRoot": false}}),
            json!({"securityContext": {"sysctls": []}}),
            json!({"securityContext": {"sysctls": [{"name": "kernel.shm_rmid_forced", "value": "0"},
                {"name": "net.ipv4.tcp_syncookies", "value": "0"}]}}),
            json!({"securityContext": {"seLinuxOptions": {"type": "container_t", "level": "s0"}}}),
            json!({"securityContext": {"appArmorProfile": {"type": "RuntimeDefault"}}}),
            json!({"securityContext": {"windowsOptions": {"hostProcess": false}}}),
            json!({"hostUsers": false}),
            json!({"hostNetwork": false, "hostPID": false, "hostIPC": false}),
        ] {
            admitted(&world, &pod(&spec));
        }
        let mut ports = pod(&json!({}));
        ports["spec"]["containers"][0]["ports"] = json!([{"containerPort": 12345, "hostPort": 0}]);
        ports["spec"]["containers"][0]["securityContext"] = json!({"procMount": "Default",
            "capabilities": {"add": ["AUDIT_WRITE", "CHOWN", "NET_BIND_SERVICE"]}});
        admitted(&world, &ports);
        let mut annotated = pod(&json!({}));
        annotated["metadata"] = json!({"name": "x", "annotations": {
            "container.apparmor.security.beta.kubernetes.io/container1": "localhost/foo"}});
        admitted(&world, &annotated);
    }
}

#[test]
fn what_restricted_admits() {
    for version in ["v1.0", "v1.8", "v1.19", "v1.22", "v1.25", "v1.35", "latest"] {
        let world = world("restricted", version);
        admitted(&world, &restricted(&json!({})));
        for spec in [
            json!({"volumes": [{"name": "volume0"}, {"name": "volume1", "emptyDir": {}},
                {"name": "volume2", "secret": {"secretName": "test"}},
                {"name": "volume3", "persistentVolumeClaim": {"claimName": "test"}},
                {"name": "volume4", "downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
                {"name": "volume5", "configMap": {"name": "test"}},
                {"name": "volume6", "projected": {"sources": []}},
                {"name": "volume7", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]}),
            json!({"securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "Localhost", "localhostProfile": "x"}}}),
            json!({"serviceAccountName": "default", "automountServiceAccountToken": true}),
            json!({"terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "restartPolicy": "Always",
                "schedulerName": "default-scheduler", "enableServiceLinks": true, "priority": 0}),
        ] {
            admitted(&world, &restricted(&spec));
        }
    }
    let world = world("restricted", "v1.25");
    let windows =
        pod(&json!({"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": true}}));
    admitted(&world, &windows);
}

#[test]
fn what_baseline_refuses_is_refused_by_its_name() {
    let world = world("baseline", "latest");
    for spec in [
        json!({"hostNetwork": true}),
        json!({"hostPID": true}),
        json!({"hostIPC": true}),
        json!({"volumes": [{"name": "v", "hostPath": {}}]}),
        json!({"volumes": [{"name": "a", "hostPath": {"path": "/a"}}, {"name": "b", "hostPath": {"path": "/b"}}]}),
        json!({"securityContext": {"seLinuxOptions": {"role": "somevalue"}}}),
        json!({"securityContext": {"sysctls": [{"name": "othersysctl", "value": "1"}]}}),
        json!({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
        json!({"hostNetwork": true, "securityContext": {"windowsOptions": {"hostProcess": true}}}),
    ] {
        refused(&world, &pod(&spec));
    }
    for context in [
        json!({"privileged": true}),
        json!({"procMount": "Unmasked"}),
        json!({"capabilities": {"add": ["NET_RAW"]}}),
        json!({"capabilities": {"add": ["chown"]}}),
        json!({"capabilities": {"add": ["CAP_CHOWN"]}}),
    ] {
        for list in ["containers", "initContainers"] {
            let mut bad = pod(&json!({}));
            bad["spec"][list][0]["securityContext"] = context.clone();
            refused(&world, &bad);
        }
    }
}

#[test]
fn what_restricted_refuses_is_refused_by_its_name() {
    let world = world("restricted", "latest");
    refused(&world, &pod(&json!({})));
    refused(&world, &restricted(&json!({"securityContext": {}})));
    refused(
        &world,
        &restricted(
            &json!({"securityContext": {"runAsNonRoot": false, "seccompProfile": {"type": "RuntimeDefault"}}}),
        ),
    );
    refused(
        &world,
        &restricted(
            &json!({"securityContext": {"runAsNonRoot": true, "runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}}}),
        ),
    );
    for source in [
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "gitRepo",
        "nfs",
        "iscsi",
        "glusterfs",
        "rbd",
        "flexVolume",
        "cinder",
        "cephfs",
        "flocker",
        "fc",
        "azureFile",
        "vsphereVolume",
        "quobyte",
        "azureDisk",
        "portworxVolume",
        "scaleIO",
        "storageos",
        "hostPath",
    ] {
        refused(&world, &restricted(&json!({"volumes": [{"name": "volume1", source: {}}]})));
    }
    for (field, value) in [
        ("allowPrivilegeEscalation", json!(true)),
        ("capabilities", json!({})),
        ("runAsNonRoot", json!(false)),
    ] {
        for list in ["containers", "initContainers"] {
            let mut bad = restricted(&json!({}));
            bad["spec"][list][0]["securityContext"][field] = value.clone();
            refused(&world, &bad);
        }
    }
}
