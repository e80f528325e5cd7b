//! The identity of Namespaces: own, foreign, nobody's and the platform's.

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::caller::{APPLY, Answer, Caller, JSON_PATCH, MERGE, STRATEGIC};
use super::world::{SOON, World};
use crate::eventually::eventually;
use crate::installation::{NAMESPACE, SECRETS};
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("own_namespace_keeps_its_identity", own_namespace_keeps_its_identity);
    suite.steady("foreign_namespaces_stay_foreign", foreign_namespaces_stay_foreign);
    suite.steady("namespaces_are_not_taken", namespaces_are_not_taken);
    suite.steady("namespaces_change_hands_by_adoption", namespaces_change_hands_by_adoption);
}

const TENANT: &str = "metadata.labels[lessor.io/tenant]";

/// Writes `metadata` into a Namespace by every door of every subresource.
/// A null takes a key away.
async fn doors(
    world: &World,
    caller: &Caller,
    namespace: &str,
    metadata: &Value,
) -> Result<Vec<(String, Answer)>> {
    let root = format!("/api/v1/namespaces/{namespace}");
    let stored = world.stored(&root).await?;
    let mut merged = stored.clone();
    merge(&mut merged["metadata"], metadata);
    let patch = json!({"metadata": metadata});
    let mut operations = Vec::new();
    for part in ["labels", "annotations", "ownerReferences"] {
        if !metadata[part].is_null() {
            let value = merged["metadata"][part].clone();
            operations
                .push(json!({"op": "add", "path": format!("/metadata/{part}"), "value": value}));
        }
    }
    let operations = Value::Array(operations);
    let mut answers = Vec::new();
    for subresource in ["", "/status", "/finalize"] {
        let at = format!("{root}{subresource}?dryRun=All");
        let mut done = vec![("PUT", caller.put(&at, &merged).await?)];
        // finalize takes PUT alone.
        if subresource != "/finalize" {
            done.push(("JSON patch", caller.patch(&at, JSON_PATCH, &operations).await?));
            done.push(("merge patch", caller.patch(&at, MERGE, &patch).await?));
            done.push(("strategic", caller.patch(&at, STRATEGIC, &patch).await?));
        }
        let removes = metadata.to_string().contains("null");
        if subresource.is_empty() && !removes {
            let mut applied =
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
            applied["metadata"]["name"] = json!(namespace);
            let at = format!("{at}&fieldManager=e2e&force=true");
            done.push(("apply", caller.patch(&at, APPLY, &applied).await?));
        }
        answers.extend(
            done.into_iter()
                .map(|(door, answer)| (format!("{door} namespaces{subresource}"), answer)),
        );
    }
    let really = format!("{root}?pretty=false");
    answers.push(("merge patch, really".to_owned(), caller.patch(&really, MERGE, &patch).await?));
    Ok(answers)
}

/// RFC 7386, enough for metadata.
fn merge(target: &mut Value, patch: &Value) {
    for (key, value) in patch.as_object().into_iter().flatten() {
        match value {
            Value::Object(_) => merge(&mut target[key], value),
            Value::Null => {
                target.as_object_mut().and_then(|target| target.remove(key));
            }
            _ => target[key] = value.clone(),
        }
    }
}

async fn refused(
    world: &World,
    namespace: &str,
    metadata: &Value,
    reason: Reason,
    field: &str,
) -> Result<()> {
    for (door, answer) in doors(world, &world.open, namespace, metadata).await? {
        answer
            .denied_at(reason, field)
            .with_context(|| format!("{namespace} {metadata} by {door}"))?;
    }
    Ok(())
}

async fn own_namespace_keeps_its_identity(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, other) = (world.name.as_str(), format!("{}-two", world.name));
    let mut second = world.tenant_object(json!({}));
    second["metadata"]["name"] = json!(other);
    world.apply_all(&[second]).await?;
    world.plain_tenant().await?;
    let label = |key: &str, value: Value| {
        let mut metadata = json!({"labels": {}});
        metadata["labels"][key] = value;
        metadata
    };
    let immutable = Reason::NamespaceIdentityImmutable;
    for value in [json!(null), json!(""), json!("nobody")] {
        refused(&world, name, &label("lessor.io/tenant", value), immutable, TENANT).await?;
    }
    refused(
        &world,
        name,
        &label("lessor.io/tenant", json!(other)),
        Reason::NamespaceForeign,
        TENANT,
    )
    .await?;
    let uid = "metadata.labels[lessor.io/tenant-uid]";
    refused(&world, name, &label("lessor.io/tenant-uid", json!(null)), immutable, uid).await?;
    let mine = "metadata.annotations[lessor.io/mine]";
    refused(&world, name, &json!({"annotations": {"lessor.io/mine": "x"}}), immutable, mine)
        .await?;
    for key in ["control-plane", "admission.gatekeeper.sh/ignore", "admissions.enforcer/disabled"] {
        let field = lessor::document::child("metadata.labels", key);
        refused(&world, name, &label(key, json!("x")), Reason::ReservedKeyForbidden, &field)
            .await?;
    }
    for mode in ["enforce", "audit", "warn", "enforce-version"] {
        let key = format!("pod-security.kubernetes.io/{mode}");
        let field = format!("metadata.labels[{key}]");
        let lower = if mode == "enforce-version" { "v1.20" } else { "privileged" };
        for value in [json!(lower), json!(null)] {
            refused(&world, name, &label(&key, value), Reason::PodSecurityLevelManaged, &field)
                .await?;
        }
    }
    let owner = |kind: &str, version: &str| {
        json!({"apiVersion": version, "kind": kind, "name": "x", "controller": false,
            "uid": format!("00000000-0000-0000-0000-{:012}", kind.len())})
    };
    for owners in [
        json!([owner("Tenant", "lessor.io/v1")]),
        json!([owner("Node", "v1")]),
        json!([owner("Node", "v1"), owner("Tenant", "lessor.io/v1")]),
    ] {
        let field = "metadata.ownerReferences[0]";
        let metadata = json!({"ownerReferences": owners});
        refused(&world, name, &metadata, Reason::OwnerReferenceForbidden, field).await?;
    }
    // The twin: a label of one's own, by every door; and the roles as shipped give none of them.
    for (door, answer) in doors(&world, &world.open, name, &label("team", json!("a"))).await? {
        answer.object().with_context(|| door)?;
    }
    for (door, answer) in doors(&world, &world.member(), name, &label("team", json!("b"))).await? {
        answer.refused_by_rbac().with_context(|| door)?;
    }
    let path = format!("/api/v1/namespaces/{name}");
    let answer = world.open.delete(&path).await?;
    answer.denied_at(Reason::ManagedObjectProtected, "metadata.name")?;
    world.member().delete(&path).await?.refused_by_rbac()
}

async fn foreign_namespaces_stay_foreign(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, other) = (world.name.as_str(), format!("{}-two", world.name));
    let mut second = world.tenant_object(json!({"members": []}));
    second["metadata"]["name"] = json!(other);
    world.apply_all(&[second]).await?;
    world.plain_tenant().await?;
    world.lessor.ready(&other, SOON).await?;
    let own = json!({"labels": {"lessor.io/tenant": name}});
    refused(&world, &other, &own, Reason::NamespaceForeign, TENANT).await?;
    let adopted = json!({"annotations": {"lessor.io/adopt": name}});
    let field = "metadata.annotations[lessor.io/adopt]";
    refused(&world, &other, &adopted, Reason::NamespaceForeign, field).await?;
    for (door, answer) in doors(&world, &world.member(), &other, &own).await? {
        answer.refused_by_rbac().with_context(|| door)?;
    }
    // Not even an administrator moves a namespace by a slip.
    let path = format!("/api/v1/namespaces/{other}");
    let answer = world.admin.patch(&path, MERGE, &json!({"metadata": own})).await?;
    answer.denied_at(Reason::NamespaceForeign, TENANT)
}

async fn namespaces_are_not_taken(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let name = world.name.as_str();
    world.plain_tenant().await?;
    let free = format!("{name}-free");
    let namespace =
        |name: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    world.apply_all(&[namespace(&free)]).await?;
    let own = json!({"labels": {"lessor.io/tenant": name}});
    refused(&world, &free, &own, Reason::NamespaceNotAdoptable, TENANT).await?;
    let adopted = json!({"annotations": {"lessor.io/adopt": name}});
    let field = "metadata.annotations[lessor.io/adopt]";
    refused(&world, &free, &adopted, Reason::NamespaceNotAdoptable, field).await?;
    let owners = json!({"ownerReferences": [{"apiVersion": "lessor.io/v1", "kind": "Tenant",
        "name": name, "uid": "00000000-0000-0000-0000-000000000000"}]});
    let owner = "metadata.ownerReferences[0]";
    refused(&world, &free, &owners, Reason::OwnerReferenceForbidden, owner).await?;
    let system = ["kube-system", "kube-public", "kube-node-lease", "default", NAMESPACE, SECRETS];
    for namespace in system {
        refused(&world, namespace, &own, Reason::SystemNamespaceProtected, TENANT).await?;
        let path = format!("/api/v1/namespaces/{namespace}");
        let answer = world.admin.patch(&path, MERGE, &json!({"metadata": own})).await?;
        answer.denied_at(Reason::SystemNamespaceProtected, TENANT)?;
        let harmless = json!({"metadata": {"annotations": {"e2e": name}}});
        world.open.patch(&format!("{path}?dryRun=All"), MERGE, &harmless).await?.object()?;
    }
    let mut made = namespace(&format!("{name}-made"));
    made["metadata"]["labels"] = own["labels"].clone();
    let mut generated = made.clone();
    generated["metadata"] = json!({"generateName": format!("{name}-"), "labels": own["labels"]});
    for create in [&made, &generated] {
        let answer = world.open.create(create).await?;
        answer.denied_at(Reason::NamespaceNotAdoptable, TENANT)?;
        let answer = world.open.create_dry(create).await?;
        answer.denied_at(Reason::NamespaceNotAdoptable, TENANT)?;
    }
    world.open.apply(&made).await?.denied_at(Reason::NamespaceNotAdoptable, TENANT)?;
    let mut plain = made.clone();
    plain["metadata"]["labels"] = json!({"team": "a"});
    world.open.create(&plain).await?.object()?;
    ensure!(world.lessor.tenant(name).await?["status"]["namespaces"][0]["name"] == name);
    Ok(())
}

/// What is refused to everybody an administrator does by an annotation.
async fn namespaces_change_hands_by_adoption(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let name = world.name.as_str();
    let old = format!("{name}-old");
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": old}});
    world.apply_all(&[namespace]).await?;
    let wanted = world.tenant_object(json!({"namespaces": [name, old]}));
    eventually(SOON, async || {
        let answer = world.admin.create_dry(&wanted).await?;
        answer.denied_at(Reason::NamespaceNotAdoptable, "spec.namespaces[1]")
    })
    .await?;
    let path = format!("/api/v1/namespaces/{old}");
    let adopt = json!({"metadata": {"annotations": {"lessor.io/adopt": name}}});
    world.admin.patch(&path, MERGE, &adopt).await?.object()?;
    eventually(SOON, async || world.admin.apply(&wanted).await?.object()).await?;
    let tenant = world.lessor.ready(name, SOON).await?;
    ensure!(tenant["status"]["readyNamespaces"] == 2, "{}", tenant["status"]);
    let stored = world.stored(&path).await?;
    ensure!(stored["metadata"]["labels"]["lessor.io/tenant"] == name, "{stored}");
    ensure!(stored["metadata"]["uid"].is_string(), "{stored}");
    Ok(())
}
