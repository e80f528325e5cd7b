//! What protects Lessor's own workloads: disruption budgets, a quota that lets
//! their priority in, and network policies.

use serde_json::{Value, json};

use super::settings::Install;
use super::workloads::{CONTROLLER, HEALTH_PORT, WEBHOOK, WEBHOOK_PORT};
use super::{labels, selector};
use crate::names;

pub(super) fn objects(install: &Install) -> Vec<Value> {
    let mut objects = vec![
        critical_pods(install),
        disruption_budget(install, names::WEBHOOK_SERVICE, WEBHOOK),
        disruption_budget(install, names::CONTROLLER_DEPLOYMENT, CONTROLLER),
        policy(
            install,
            names::DEFAULT_DENY_POLICY,
            &json!({
                "podSelector": {},
                "policyTypes": ["Ingress", "Egress"],
            }),
        ),
        policy(install, "lessor-egress", &egress(install)),
        policy(install, "lessor-webhook", &admission()),
    ];
    if let Some(monitoring) = &install.monitoring_namespace {
        objects.push(policy(install, "lessor-metrics", &metrics(monitoring)));
    }
    objects
}

/// Some clusters admit critical priorities only where a quota speaks of them.
fn critical_pods(install: &Install) -> Value {
    // Twice the replicas: a rollout surges.
    let pods = 2 * (u32::from(install.webhook_replicas) + u32::from(install.controller_replicas));
    json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {
            "name": "lessor-critical-pods",
            "namespace": install.namespace,
            "labels": labels("quota"),
        },
        "spec": {
            "hard": {"pods": pods.to_string()},
            "scopeSelector": {"matchExpressions": [{
                "scopeName": "PriorityClass",
                "operator": "In",
                "values": ["system-cluster-critical"],
            }]},
        },
    })
}

/// One Pod may go at a time. Pods that are not ready may always go, else a
/// broken rollout would hold up every drain.
fn disruption_budget(install: &Install, name: &str, component: &str) -> Value {
    json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name, "namespace": install.namespace, "labels": labels(component)},
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector(component)},
        },
    })
}

fn policy(install: &Install, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": install.namespace, "labels": labels("network")},
        "spec": spec,
    })
}

/// The API server and DNS. The API server's addresses are not known here and no
/// selector matches them, so its ports are open to any address.
fn egress(install: &Install) -> Value {
    let api_server: Vec<_> = install.api_server_ports.iter().map(|p| tcp(*p)).collect();
    let mut dns = vec![json!({
        "namespaceSelector": {"matchLabels": {names::NAMESPACE_NAME_LABEL: "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    })];
    dns.extend(install.dns.iter().map(|cidr| json!({"ipBlock": {"cidr": cidr}})));
    json!({
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [
            {"ports": api_server},
            {"to": dns, "ports": [{"protocol": "UDP", "port": 53}, tcp(53)]},
        ],
    })
}

/// Any source: the API server's addresses are not known here, and on many
/// clusters it comes from a node's or a tunnel's. Who calls is told by client
/// certificate where the API server has one.
fn admission() -> Value {
    json!({
        "podSelector": {"matchLabels": selector(WEBHOOK)},
        "policyTypes": ["Ingress"],
        "ingress": [{"ports": [tcp(WEBHOOK_PORT)]}],
    })
}

fn metrics(monitoring: &str) -> Value {
    json!({
        "podSelector": {},
        "policyTypes": ["Ingress"],
        "ingress": [{
            "from": [{
                "namespaceSelector": {"matchLabels": {names::NAMESPACE_NAME_LABEL: monitoring}},
            }],
            "ports": [tcp(HEALTH_PORT)],
        }],
    })
}

fn tcp(port: u16) -> Value {
    json!({"protocol": "TCP", "port": port})
}
