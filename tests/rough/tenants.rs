//! Tenants and what runs in them.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::installation::Installation;

/// How long a Tenant may take on a busy machine.
const READY: Duration = Duration::from_secs(40);

/// Applies a Tenant with further fields of its spec, without waiting for it.
pub(super) async fn apply(
    lessor: &Installation,
    name: &str,
    namespaces: &[&str],
    more: &str,
) -> Result<()> {
    let namespaces = namespaces.join(", ");
    lessor
        .apply(&format!(
            "apiVersion: lessor.io/v1\nkind: Tenant\nmetadata: {{name: {name}}}\n\
             spec: {{namespaces: [{namespaces}]{more}}}\n"
        ))
        .await
}

/// Makes a Tenant with one namespace of its own name and waits until it is Ready.
pub(super) async fn ready(lessor: &Installation, name: &str) -> Result<()> {
    apply(lessor, name, &[name], "").await?;
    lessor.ready(name, READY).await?;
    Ok(())
}

pub(super) fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
}

/// A Pod that asks for nothing.
pub(super) fn pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": pod_spec()})
}

/// A Deployment whose Pods carry the label `app` with its name.
pub(super) fn deployment(name: &str, replicas: u32) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod_spec()},
        },
    })
}

pub(super) fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80}]},
    })
}

fn pod_spec() -> Value {
    json!({"containers": [{"name": "main", "image": "registry.example/app:1"}]})
}

/// Collections of a namespace.
pub(super) struct In<'a>(pub(super) &'a str);

impl In<'_> {
    pub(super) fn core(&self, rest: &str) -> String {
        format!("/api/v1/namespaces/{}/{rest}", self.0)
    }

    pub(super) fn group(&self, group: &str, rest: &str) -> String {
        format!("/apis/{group}/v1/namespaces/{}/{rest}", self.0)
    }
}
