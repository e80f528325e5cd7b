//! What the measurements judge: tenants of three namespaces, and reviews as an
//! API server sends them.

use lessor::admission::offline::Judge;
use lessor::admission::{Endpoint, Phase, Request, wire};
use lessor::api::{Callers, ClusterFacts};
use lessor::cluster::files::{self, Manifest};
use lessor::snapshot::Snapshot;
use serde_json::{Value, json};

/// Nothing measured depends on the time.
pub(crate) const NOW: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

/// Namespaces of each tenant, as `tenant-N-{web,data,batch}`.
pub(crate) const NAMESPACES: usize = 3;
/// The namespace that every review of the corpus is in.
pub(crate) const NAMESPACE: &str = "tenant-0-web";

/// The mutating endpoint of everybody.
pub(crate) const MUTATE: Endpoint = Endpoint { phase: Phase::Mutating, administrator: false };
/// The validating endpoint of everybody.
pub(crate) const VALIDATE: Endpoint = Endpoint { phase: Phase::Validating, administrator: false };

/// Namespaces of one tenant.
pub(crate) fn namespaces(tenant: usize) -> [String; NAMESPACES] {
    ["web", "data", "batch"].map(|part| format!("tenant-{tenant}-{part}"))
}

/// The Tenant of a number: quota, a member, and a secret mounted into every
/// workload.
pub(crate) fn tenant(number: usize) -> Value {
    json!({
        "apiVersion": "lessor.io/v1", "kind": "Tenant",
        "metadata": {"name": format!("tenant-{number}")},
        "spec": {
            "class": "measured",
            "namespaces": namespaces(number),
            "members": [{"role": "admin", "kind": "Group", "name": format!("tenant-{number}-admins")}],
            "quota": {"requests.cpu": "6", "requests.memory": "24Gi", "pods": "60"},
            "secrets": [{"name": "database", "from": {"secret": "database"},
                "mounts": [{"path": "/var/run/secrets/database"}]}]
        }
    })
}

fn class() -> Value {
    let mut spec = serde_json::to_value(lessor::rules::default_class().spec).unwrap();
    spec["secrets"] = json!([{"name": "database", "keys": ["url", "password"]}]);
    json!({"apiVersion": "lessor.io/v1", "kind": "TenantClass",
        "metadata": {"name": "measured"}, "spec": spec})
}

/// A cluster of this many tenants, all provisioned.
pub(crate) fn snapshot(tenants: usize) -> Snapshot {
    let manifests: Vec<Manifest> =
        std::iter::once(class()).chain((0..tenants).map(tenant)).map(Manifest::built_in).collect();
    let callers = Callers::of_namespace("lessor-system");
    files::snapshot(&manifests, ClusterFacts::default(), callers).unwrap()
}

/// The bytes of a review; `old` makes it an UPDATE, or a DELETE without `object`.
pub(crate) fn review(
    group: &str,
    resource: &str,
    object: Option<&Value>,
    old: Option<&Value>,
) -> Vec<u8> {
    let subject = object.or(old).unwrap();
    let operation = match (object, old) {
        (Some(_), None) => "CREATE",
        (Some(_), Some(_)) => "UPDATE",
        _ => "DELETE",
    };
    let version = subject["apiVersion"].as_str().unwrap().rsplit('/').next().unwrap();
    let kind = json!({"group": group, "version": version, "kind": subject["kind"]});
    let resource = json!({"group": group, "version": version, "resource": resource});
    serde_json::to_vec(&json!({
        "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "7b6c2a1e-5a43-4f39-9a7e-0f2e6d1c9a55",
            "kind": kind, "resource": resource, "requestKind": kind, "requestResource": resource,
            "name": subject["metadata"]["name"], "namespace": NAMESPACE, "operation": operation,
            "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller",
                "uid": "0c9b5f3e-1d40-4a2f-8f0e-5b1c6a4b9e01",
                "groups": ["system:serviceaccounts", "system:serviceaccounts:kube-system",
                    "system:authenticated"]},
            "object": object, "oldObject": old, "dryRun": false,
            "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"}
        }
    }))
    .unwrap()
}

/// A typical Pod of a Deployment: three containers, defaults filled in by the
/// API server, and its token volume. About 6 KiB.
pub(crate) fn pod() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "generateName": "shop-6f9c8d7b5c-", "namespace": NAMESPACE,
            "labels": {"app": "shop", "pod-template-hash": "6f9c8d7b5c", "version": "v42"},
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9090"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet",
                "name": "shop-6f9c8d7b5c", "uid": "a3a1f6a0-9b4e-4e5c-8f52-3d0a7d1f6f10",
                "controller": true, "blockOwnerDeletion": true}],
            "managedFields": [{"manager": "kube-controller-manager", "operation": "Update",
                "apiVersion": "v1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
                "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app": {}, "f:version": {}}},
                    "f:spec": {"f:containers": {"k:{\"name\":\"shop\"}": {".": {}, "f:image": {}}}}}}]
        },
        "spec": {
            "volumes": [
                {"name": "kube-api-access-x7d2k", "projected": {"defaultMode": 420, "sources": [
                    {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                    {"configMap": {"name": "kube-root-ca.crt",
                        "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                    {"downwardAPI": {"items": [{"path": "namespace",
                        "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}]}},
                {"name": "config", "configMap": {"name": "shop", "defaultMode": 420}},
                {"name": "cache", "emptyDir": {"sizeLimit": "256Mi"}}],
            "containers": [container("shop", 8080), container("proxy", 8443),
                container("exporter", 9090)],
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst", "serviceAccountName": "default",
            "serviceAccount": "default", "securityContext": {"fsGroup": 2000},
            "schedulerName": "default-scheduler", "priority": 0, "enableServiceLinks": true,
            "preemptionPolicy": "PreemptLowerPriority",
            "tolerations": [
                {"key": "node.kubernetes.io/not-ready", "operator": "Exists",
                    "effect": "NoExecute", "tolerationSeconds": 300},
                {"key": "node.kubernetes.io/unreachable", "operator": "Exists",
                    "effect": "NoExecute", "tolerationSeconds": 300}]
        },
        "status": {}
    })
}

fn container(name: &str, port: u16) -> Value {
    let probe = |path: &str| {
        json!({"httpGet": {"path": path, "port": port, "scheme": "HTTP"}, "timeoutSeconds": 1,
            "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3})
    };
    json!({
        "name": name, "image": format!("registry.example/{name}:v42"),
        "args": ["--listen", format!(":{port}"), "--log-format", "json"],
        "ports": [{"name": "http", "containerPort": port, "protocol": "TCP"}],
        "env": [
            {"name": "POD_NAME", "valueFrom": {"fieldRef":
                {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
            {"name": "DATABASE_POOL", "value": "16"},
            {"name": "FEATURES", "valueFrom": {"configMapKeyRef": {"name": "shop", "key": "features"}}}],
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "volumeMounts": [
            {"name": "config", "readOnly": true, "mountPath": "/etc/shop"},
            {"name": "cache", "mountPath": "/var/cache/shop"},
            {"name": "kube-api-access-x7d2k", "readOnly": true,
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
        "livenessProbe": probe("/livez"), "readinessProbe": probe("/readyz"),
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
        "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": true}
    })
}

/// The same request as the validating endpoint gets it: with the object that
/// the mutating one left.
pub(crate) fn mutated(body: &[u8], snapshot: &Snapshot) -> Vec<u8> {
    let request = decided(body, MUTATE, snapshot);
    let mut review: Value = serde_json::from_slice(body).unwrap();
    if let Some(object) = request.object {
        review["request"]["object"] = object;
    }
    serde_json::to_vec(&review).unwrap()
}

/// Decides a review that must be allowed: a refusal would measure another path.
pub(crate) fn decided(body: &[u8], endpoint: Endpoint, snapshot: &Snapshot) -> Request {
    let mut request = wire::parse(body).unwrap();
    let decision = Judge::new(snapshot, NOW).decide(&mut request, endpoint);
    let allowed = decision.allowed() && decision.tenant.is_some();
    assert!(allowed, "{endpoint:?} of {}: {decision:?}", request.target());
    request
}
