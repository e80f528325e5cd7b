//! Objects that Lessor keeps.

use anyhow::{Context as _, Result};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::ground::{Ground, allowed, refused};
use crate::end_to_end::caller::{
    APPLY, Answer, Caller, JSON_PATCH, MERGE, STRATEGIC, collection, path,
};

const KINDS: [(&str, &str, &str); 5] = [
    ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
    ("v1", "ResourceQuota", "resourcequotas"),
    ("v1", "LimitRange", "limitranges"),
    ("v1", "Secret", "secrets"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
];

/// One managed object of each kind, as stored.
async fn managed(ground: &Ground) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    for (version, kind, plural) in KINDS {
        let root = if version == "v1" { "api" } else { "apis" };
        let at = format!(
            "/{root}/{version}/namespaces/{}/{plural}?labelSelector=lessor.io%2Fmanaged",
            ground.name
        );
        let list = ground.stored(&at).await?;
        let mut object = list["items"][0].clone();
        (object["apiVersion"], object["kind"]) = (json!(version), json!(kind));
        object["metadata"]["name"].as_str().with_context(|| format!("no {kind}"))?;
        found.push(object);
    }
    Ok(found)
}

/// Every way to change an object, as a dry run or not.
async fn doors(
    caller: &Caller,
    object: &Value,
    query: &str,
) -> Result<Vec<(&'static str, Answer)>> {
    let at = format!("{}?{query}", path(object));
    let mut relabelled = object.clone();
    relabelled["metadata"]["labels"]["floor"] = json!("1");
    let mut stripped = object.clone();
    stripped["metadata"]["labels"] = json!({});
    let label = json!({"metadata": {"labels": {"floor": "2"}}});
    let strip = json!([{"op": "add", "path": "/metadata/labels", "value": {}}]);
    let owned = json!({"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap",
        "name": "x", "uid": "00000000-0000-0000-0000-000000000000"}]}});
    let hostage = json!({"metadata": {"finalizers": ["example.com/hostage"]}});
    let mut applied = json!({"apiVersion": object["apiVersion"], "kind": object["kind"],
        "metadata": {"name": object["metadata"]["name"], "labels": {"floor": "3"}}});
    if !object["roleRef"].is_null() {
        applied["roleRef"] = object["roleRef"].clone();
    }
    let forced = format!("{at}&fieldManager=floor&force=true");
    Ok(vec![
        ("PUT", caller.put(&at, &relabelled).await?),
        ("PUT without labels", caller.put(&at, &stripped).await?),
        ("JSON patch of the labels", caller.patch(&at, JSON_PATCH, &strip).await?),
        ("merge patch", caller.patch(&at, MERGE, &label).await?),
        ("strategic merge patch", caller.patch(&at, STRATEGIC, &label).await?),
        ("an owner", caller.patch(&at, MERGE, &owned).await?),
        ("a finalizer", caller.patch(&at, MERGE, &hostage).await?),
        ("apply", caller.patch(&forced, APPLY, &applied).await?),
        ("DELETE", caller.delete(&at).await?),
    ])
}

pub(super) async fn attack(ground: &Ground) -> Result<()> {
    let (alice, name) = (&ground.alice, ground.name.as_str());
    let protected = Reason::ManagedObjectProtected;
    for object in managed(ground).await? {
        let kind = object["kind"].as_str().unwrap_or_default();
        for query in ["dryRun=All", "pretty=false"] {
            for (door, answer) in doors(alice, &object, query).await? {
                refused(&answer, protected, &format!("{kind} by {door}, {query}"))?;
            }
            let all = format!("{}?{query}&labelSelector=lessor.io%2Fmanaged", collection(&object));
            refused(&alice.delete(&all).await?, protected, &format!("all of {kind}, {query}"))?;
        }
        ground.untouched(&object).await.with_context(|| kind.to_owned())?;
        // Administrators repair, and Lessor goes on.
        for caller in [&ground.admin, &ground.controller] {
            for (door, answer) in doors(caller, &object, "dryRun=All").await? {
                allowed(answer, &format!("{kind} by {door}"))?;
            }
        }
        same_of_ones_own(ground, &object).await?;
    }
    let forged = json!({"status": {"used": {"pods": "0"}}});
    let quota = format!("/api/v1/namespaces/{name}/resourcequotas/lessor-quota/status?dryRun=All");
    refused(&alice.patch(&quota, MERGE, &forged).await?, protected, "usage is forged")?;
    let account = "system:serviceaccount:kube-system:resourcequota-controller";
    let counting = ground.admin.speaking_for(account, &["floor:open"]);
    allowed(counting.patch(&quota, MERGE, &forged).await?, "usage is counted")?;
    Ok(())
}

/// The twin: an object of the tenant's own, and the same in nobody's namespace.
async fn same_of_ones_own(ground: &Ground, object: &Value) -> Result<()> {
    let (alice, kind) = (&ground.alice, object["kind"].as_str().unwrap_or_default());
    let mut own = object.clone();
    own["metadata"] = json!({"name": "own", "namespace": ground.name, "labels": {"a": "b"}});
    if kind == "NetworkPolicy" {
        own["spec"] = json!({"podSelector": {}});
    }
    allowed(alice.create(&own).await?, kind)?;
    let claimed = json!({"metadata": {"labels": {"lessor.io/managed": "true"}}});
    let answer = alice.patch(&path(&own), MERGE, &claimed).await?;
    refused(&answer, Reason::ReservedKeyForbidden, &format!("{kind} that says it is managed"))?;
    for (door, answer) in doors(alice, &own, "dryRun=All").await? {
        allowed(answer, &format!("one's own {kind} by {door}"))?;
    }
    allowed(alice.delete(&path(&own)).await?, kind)?;
    let mut forged = own;
    forged["metadata"] = json!({"name": "own", "namespace": ground.name,
        "labels": {"lessor.io/managed": "true"}});
    let answer = alice.create(&forged).await?;
    refused(&answer, Reason::ReservedKeyForbidden, &format!("{kind} made as managed"))?;
    forged["metadata"]["namespace"] = json!(ground.free);
    allowed(alice.create(&forged).await?, &format!("{kind} in nobody's namespace"))?;
    for (door, answer) in doors(alice, &forged, "dryRun=All").await? {
        allowed(answer, &format!("{kind} in nobody's namespace by {door}"))?;
    }
    allowed(alice.delete(&path(&forged)).await?, kind)?;
    Ok(())
}
