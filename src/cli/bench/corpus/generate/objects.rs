//! Objects as an API server sends them: defaults filled in.

use serde_json::{Value, json};

/// A Pod that meets the restricted standard, with this many containers.
pub(super) fn pod(name: &str, namespace: &str, containers: usize) -> Value {
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata(name, namespace)});
    pod["spec"] = pod_spec(containers);
    pod["metadata"]["annotations"] =
        json!({"prometheus.io/scrape": "true", "prometheus.io/port": "9090"});
    pod["status"] = json!({});
    pod
}

/// The smallest Pod that somebody would write, about 1 KiB as a review.
pub(super) fn small_pod(name: &str, namespace: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata(name, namespace),
        "spec": {"containers": [{"name": "app", "image": "registry.example/app:v42",
            "resources": {}, "imagePullPolicy": "IfNotPresent"}],
            "restartPolicy": "Always", "dnsPolicy": "ClusterFirst"}})
}

pub(super) fn metadata(name: &str, namespace: &str) -> Value {
    json!({"name": name, "namespace": namespace, "uid": "6cad4a26-8d11-4ece-9738-f7d93d9c1724",
        "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": "shop", "version": "v42"}})
}

fn pod_spec(containers: usize) -> Value {
    let names = ["shop", "proxy", "exporter"];
    let name = |number: usize| match names.get(number) {
        Some(name) => (*name).to_owned(),
        None => format!("worker-{number}"),
    };
    json!({
        "volumes": [
            {"name": "config", "configMap": {"name": "shop", "defaultMode": 420}},
            {"name": "cache", "emptyDir": {"sizeLimit": "256Mi"}}],
        "containers": (0..containers).map(|number| container(&name(number))).collect::<Vec<_>>(),
        "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst", "serviceAccountName": "default", "serviceAccount": "default",
        "automountServiceAccountToken": false,
        "securityContext": {"runAsNonRoot": true, "runAsUser": 10001, "fsGroup": 2000,
            "seccompProfile": {"type": "RuntimeDefault"}},
        "schedulerName": "default-scheduler", "enableServiceLinks": true,
    })
}

fn container(name: &str) -> Value {
    let probe = |path: &str| {
        json!({"httpGet": {"path": path, "port": "http", "scheme": "HTTP"}, "timeoutSeconds": 1,
            "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3})
    };
    json!({
        "name": name, "image": format!("registry.example/{name}:v42"),
        "args": ["--listen", ":8080", "--log-format", "json"],
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": [
            {"name": "POD_NAME", "valueFrom": {"fieldRef":
                {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
            {"name": "DATABASE_POOL", "value": "16"},
            {"name": "FEATURES",
                "valueFrom": {"configMapKeyRef": {"name": "shop", "key": "features"}}}],
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "volumeMounts": [
            {"name": "config", "readOnly": true, "mountPath": "/etc/shop"},
            {"name": "cache", "mountPath": "/var/cache/shop"}],
        "livenessProbe": probe("/livez"), "readinessProbe": probe("/readyz"),
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        "imagePullPolicy": "Always",
        "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": true}
    })
}

fn template() -> Value {
    json!({"metadata": {"labels": {"app": "shop", "version": "v42"}}, "spec": pod_spec(2)})
}

/// Every kind that makes Pods, with its group.
pub(super) fn workloads(namespace: &str) -> Vec<(&'static str, Value)> {
    let selector = json!({"matchLabels": {"app": "shop"}});
    let of = |version: &str, kind: &str, spec: Value| {
        json!({"apiVersion": version, "kind": kind, "metadata": metadata("shop", namespace),
            "spec": spec})
    };
    let mut job = template();
    job["spec"]["restartPolicy"] = json!("Never");
    let job = json!({"template": job, "backoffLimit": 6, "completions": 1, "parallelism": 1});
    let mut pod_template =
        json!({"apiVersion": "v1", "kind": "PodTemplate", "template": template()});
    pod_template["metadata"] = metadata("shop", namespace);
    vec![
        (
            "apps",
            of(
                "apps/v1",
                "Deployment",
                json!({"replicas": 3, "selector": selector,
            "template": template(), "strategy": {"type": "RollingUpdate"}}),
            ),
        ),
        (
            "apps",
            of(
                "apps/v1",
                "ReplicaSet",
                json!({"replicas": 3, "selector": selector,
            "template": template()}),
            ),
        ),
        (
            "apps",
            of(
                "apps/v1",
                "StatefulSet",
                json!({"replicas": 1, "selector": selector,
            "serviceName": "shop", "template": template()}),
            ),
        ),
        (
            "apps",
            of(
                "apps/v1",
                "DaemonSet",
                json!({"selector": selector,
            "template": template()}),
            ),
        ),
        ("batch", of("batch/v1", "Job", job.clone())),
        (
            "batch",
            of(
                "batch/v1",
                "CronJob",
                json!({"schedule": "15 2 * * *",
            "jobTemplate": {"spec": job}, "concurrencyPolicy": "Forbid"}),
            ),
        ),
        (
            "",
            of(
                "v1",
                "ReplicationController",
                json!({"replicas": 1,
            "selector": {"app": "shop"}, "template": template()}),
            ),
        ),
        ("", pod_template),
    ]
}

/// A ConfigMap with this many bytes of data.
pub(super) fn config_map(namespace: &str, bytes: usize, fill: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("shop", namespace),
        "data": {"settings": fill.repeat(bytes)}})
}
