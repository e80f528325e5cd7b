//! RBAC objects as JSON.

use serde_json::{Value, json};

use super::PolicyRule;
use crate::rules::install::labels;

const COMPONENT: &str = "rbac";

pub(super) fn service_account(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "namespace": namespace, "labels": labels(COMPONENT)},
        "automountServiceAccountToken": false,
    })
}

pub(super) fn cluster_role(name: &str, rules: &[&[PolicyRule]]) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": labels(COMPONENT)},
        "rules": policy_rules(rules),
    })
}

/// Its rules are filled in by the API server's aggregation and are therefore absent.
pub(super) fn aggregated_cluster_role(name: &str, label: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": labels(COMPONENT)},
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {label: "true"}}]},
    })
}

pub(super) fn role(namespace: &str, name: &str, rules: &[&[PolicyRule]]) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": namespace, "labels": labels(COMPONENT)},
        "rules": policy_rules(rules),
    })
}

/// Binds a ClusterRole to a ServiceAccount of `namespace`, everywhere.
pub(super) fn cluster_role_binding(
    name: &str,
    role: &str,
    namespace: &str,
    account: &str,
) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name, "labels": labels(COMPONENT)},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    })
}

/// Binds the Role `name` of namespace `target` to a ServiceAccount of `namespace`.
pub(super) fn role_binding(target: &str, name: &str, namespace: &str, account: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": target, "labels": labels(COMPONENT)},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    })
}

fn policy_rules(rules: &[&[PolicyRule]]) -> Vec<Value> {
    rules.iter().copied().flatten().map(policy_rule).collect()
}

fn policy_rule(rule: &PolicyRule) -> Value {
    let mut value = json!({
        "apiGroups": [rule.group],
        "resources": rule.resources,
        "verbs": rule.verbs,
    });
    if !rule.names.is_empty() {
        value["resourceNames"] = json!(rule.names);
    }
    value
}
