//! Which tenant a Pod says it is of.

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::ground::{Ground, SOON, allowed, refused};
use crate::end_to_end::caller::{MERGE, path};
use crate::eventually::eventually;

const TENANT: &str = "lessor.io/tenant";

/// A Pod that the level `restricted` admits, so that the floor has the word.
fn pod(namespace: &str, name: &str, tenant: Option<&str>) -> Value {
    let mut pod = Ground::object("v1", "Pod", namespace, name);
    pod["spec"] = json!({"containers": [{"name": "app", "image": "registry.example.com/app:1",
        "securityContext": {"allowPrivilegeEscalation": false, "runAsNonRoot": true,
            "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}}]});
    if let Some(tenant) = tenant {
        pod["metadata"]["labels"] = json!({TENANT: tenant});
    }
    pod
}

fn relabelled(tenant: &Value) -> Value {
    json!({"metadata": {"labels": {TENANT: tenant}}})
}

/// A Pod from the time when Lessor ran.
pub(super) async fn prepare(ground: &Ground) -> Result<()> {
    let made = ground.alice.create(&pod(&ground.name, "before", None)).await?.object()?;
    ensure!(made["metadata"]["labels"][TENANT] == ground.name.as_str(), "{made}");
    Ok(())
}

pub(super) async fn attack(ground: &Ground) -> Result<()> {
    let (alice, name, other) = (&ground.alice, ground.name.as_str(), ground.other.as_str());
    let mismatch = Reason::TenantIdentityMismatch;
    let bare = pod(name, "bare", None);
    refused(&alice.create(&bare).await?, Reason::InjectionMissing, "a Pod that nobody completed")?;
    refused(&alice.create(&pod(name, "stolen", Some(other))).await?, mismatch, "another's")?;
    let before = path(&pod(name, "before", None));
    for at in [before.clone(), format!("{before}/status")] {
        for tenant in [json!(other), json!(null), json!("")] {
            let answer = alice.patch(&at, MERGE, &relabelled(&tenant)).await?;
            refused(&answer, mismatch, &format!("{at} becomes {tenant}"))?;
        }
    }
    let binding = |labels: Value| {
        json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "before",
            "labels": labels}, "target": {"kind": "Node", "name": "n"}})
    };
    let bind = format!("{before}/binding?dryRun=All");
    let answer = alice.post(&bind, &binding(json!({TENANT: other}))).await?;
    refused(&answer, mismatch, "a binding that relabels")?;
    closed(ground).await?;

    allowed(alice.create(&pod(name, "right", Some(name))).await?, "the right label")?;
    let team = json!({"metadata": {"labels": {"team": "a"}}});
    allowed(alice.patch(&before, MERGE, &team).await?, "one's own label")?;
    allowed(alice.patch(&format!("{before}/status"), MERGE, &team).await?, "by the status")?;
    allowed(alice.post(&bind, &binding(json!({}))).await?, "a binding without labels")?;
    allowed(ground.admin.create(&bare).await?, "an administrator's, who may fill retained ones")?;
    let answer = ground.admin.create(&pod(name, "slip", Some(other))).await?;
    refused(&answer, mismatch, "not even an administrator's passes for another's")?;
    for namespace in [ground.free.as_str(), "kube-system"] {
        for pod in [pod(namespace, "floor", None), pod(namespace, "floor-claims", Some(other))] {
            allowed(alice.create(&pod).await?, namespace)?;
            allowed(alice.delete(&path(&pod)).await?, namespace)?;
        }
    }
    Ok(())
}

/// New workloads of a tenant do not start, and their owner is told why.
async fn closed(ground: &Ground) -> Result<()> {
    let name = ground.name.as_str();
    let mut deployment = Ground::object("apps/v1", "Deployment", name, "late");
    let template = pod(name, "x", None)["spec"].clone();
    deployment["spec"] = json!({"replicas": 1, "selector": {"matchLabels": {"app": "late"}},
        "template": {"metadata": {"labels": {"app": "late"}}, "spec": template}});
    allowed(ground.alice.create(&deployment).await?, "no floor judges Deployments")?;
    let events = format!("/api/v1/namespaces/{name}/events?fieldSelector=reason%3DFailedCreate");
    eventually(SOON, async || {
        let list = ground.stored(&events).await?;
        let told = list.to_string().contains("denied request: InjectionMissing: ");
        ensure!(told, "no event says why: {list}");
        Ok(())
    })
    .await
    .context("its Pods are refused")?;
    allowed(ground.alice.delete(&path(&deployment)).await?, "and away")?;
    Ok(())
}
