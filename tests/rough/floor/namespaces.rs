//! Whose a Namespace is.

use anyhow::{Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::ground::{Ground, SOON, allowed, refused};
use crate::end_to_end::caller::{APPLY, Answer, Caller, JSON_PATCH, MERGE, STRATEGIC};
use crate::eventually::eventually;
use crate::installation::{NAMESPACE, SECRETS};

/// Writes metadata into a Namespace by every door. A null takes a key away.
async fn doors(
    ground: &Ground,
    caller: &Caller,
    namespace: &str,
    metadata: &Value,
) -> Result<Vec<(String, Answer)>> {
    let root = Ground::namespace(namespace);
    let mut merged = ground.stored(&root).await?;
    let mut operations = Vec::new();
    for (part, entries) in metadata.as_object().into_iter().flatten() {
        for (key, value) in entries.as_object().into_iter().flatten() {
            match value {
                Value::Null => {
                    merged["metadata"][part].as_object_mut().and_then(|all| all.remove(key));
                }
                value => merged["metadata"][part][key] = value.clone(),
            }
        }
        if entries.is_array() {
            merged["metadata"][part] = entries.clone();
        }
        let path = format!("/metadata/{part}");
        operations.push(json!({"op": "add", "path": path, "value": merged["metadata"][part]}));
    }
    let (patch, operations) = (json!({"metadata": metadata}), Value::Array(operations));
    let mut answers = Vec::new();
    for subresource in ["", "/status", "/finalize"] {
        let at = format!("{root}{subresource}?dryRun=All");
        answers.push((format!("PUT {subresource}"), caller.put(&at, &merged).await?));
        // finalize takes PUT alone.
        if subresource == "/finalize" {
            continue;
        }
        for (content, body) in [(MERGE, &patch), (STRATEGIC, &patch), (JSON_PATCH, &operations)] {
            let answer = caller.patch(&at, content, body).await?;
            answers.push((format!("{content} {subresource}"), answer));
        }
    }
    if !metadata.to_string().contains("null") {
        let mut applied = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
        applied["metadata"]["name"] = json!(namespace);
        let at = format!("{root}?dryRun=All&fieldManager=floor&force=true");
        answers.push(("apply".to_owned(), caller.patch(&at, APPLY, &applied).await?));
    }
    answers.push(("really".to_owned(), caller.patch(&root, MERGE, &patch).await?));
    Ok(answers)
}

async fn closed(
    ground: &Ground,
    caller: &Caller,
    namespace: &str,
    metadata: &Value,
    reason: Reason,
) -> Result<()> {
    for (door, answer) in doors(ground, caller, namespace, metadata).await? {
        refused(&answer, reason, &format!("{namespace} {metadata} by {door}"))?;
    }
    Ok(())
}

async fn open(ground: &Ground, who: &Caller, namespace: &str, metadata: &Value) -> Result<()> {
    for (door, answer) in doors(ground, who, namespace, metadata).await? {
        allowed(answer, &format!("{namespace} {metadata} by {door}"))?;
    }
    Ok(())
}

fn label(key: &str, value: Value) -> Value {
    let mut metadata = json!({"labels": {}});
    metadata["labels"][key] = value;
    metadata
}

pub(super) async fn attack(ground: &Ground) -> Result<()> {
    let (alice, name, other, free) = (&ground.alice, &ground.name, &ground.other, &ground.free);
    let tenant = |value: Value| label("lessor.io/tenant", value);
    for (metadata, reason) in [
        (tenant(json!(null)), Reason::NamespaceIdentityImmutable),
        (tenant(json!("")), Reason::NamespaceIdentityImmutable),
        (tenant(json!(other)), Reason::NamespaceForeign),
        (label("lessor.io/tenant-uid", json!("x")), Reason::NamespaceIdentityImmutable),
        (label("lessor.io/tenant-uid", json!(null)), Reason::NamespaceIdentityImmutable),
        (json!({"annotations": {"lessor.io/adopt": other}}), Reason::NamespaceIdentityImmutable),
        (
            label("pod-security.kubernetes.io/enforce", json!("privileged")),
            Reason::PodSecurityLevelManaged,
        ),
        (label("pod-security.kubernetes.io/enforce", json!(null)), Reason::PodSecurityLevelManaged),
        (
            label("pod-security.kubernetes.io/warn-version", json!("v1.20")),
            Reason::PodSecurityLevelManaged,
        ),
    ] {
        closed(ground, alice, name, &metadata, reason).await?;
    }
    closed(ground, alice, other, &tenant(json!(name)), Reason::NamespaceForeign).await?;
    closed(ground, alice, free, &tenant(json!(name)), Reason::NamespaceNotAdoptable).await?;
    let adopt = json!({"annotations": {"lessor.io/adopt": name}});
    closed(ground, alice, free, &adopt, Reason::NamespaceNotAdoptable).await?;
    let owner = |version: &str, kind: &str| {
        json!({"ownerReferences": [{"apiVersion": version, "kind": kind, "name": name,
            "uid": "00000000-0000-0000-0000-000000000000"}]})
    };
    let forbidden = Reason::OwnerReferenceForbidden;
    closed(ground, alice, name, &owner("v1", "Node"), forbidden).await?;
    closed(ground, alice, free, &owner("lessor.io/v1", "Tenant"), forbidden).await?;
    closed(ground, &ground.admin, name, &owner("lessor.io/v1", "Tenant"), forbidden).await?;
    let system = ["kube-system", "kube-public", "kube-node-lease", "default", NAMESPACE, SECRETS];
    for namespace in system {
        for caller in [alice, &ground.admin] {
            let reason = Reason::SystemNamespaceProtected;
            closed(ground, caller, namespace, &tenant(json!(name)), reason).await?;
        }
    }
    let made =
        |metadata: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
    let labels = json!({"lessor.io/tenant": name});
    for metadata in [
        json!({"name": format!("{name}-made"), "labels": labels}),
        json!({"generateName": format!("{name}-"), "labels": labels}),
    ] {
        let object = made(metadata);
        let answer = alice.create(&object).await?;
        refused(&answer, Reason::NamespaceNotAdoptable, &object.to_string())?;
        if object["metadata"]["name"].is_string() {
            refused(&alice.apply(&object).await?, Reason::NamespaceNotAdoptable, "by apply")?;
        }
    }

    // Twins: one's own labels, and who may do all this.
    for namespace in [name.as_str(), other, free, "kube-system", NAMESPACE] {
        open(ground, alice, namespace, &label("team", json!("a"))).await?;
    }
    open(ground, alice, free, &label("pod-security.kubernetes.io/enforce", json!("baseline")))
        .await?;
    open(ground, &ground.admin, free, &adopt).await?;
    open(ground, &ground.admin, free, &json!({"annotations": {"lessor.io/adopt": null}})).await?;
    let level = |level: &str| label("pod-security.kubernetes.io/enforce", json!(level));
    open(ground, &ground.admin, name, &level("baseline")).await?;
    open(ground, &ground.controller, name, &level("restricted")).await?;
    let restored = made(json!({"name": format!("{name}-restored"), "labels": labels}));
    allowed(ground.admin.create_dry(&restored).await?, "a backup brings its labels")?;
    allowed(ground.controller.create_dry(&restored).await?, "Lessor makes namespaces")?;
    let plain = made(json!({"name": format!("{name}-plain"), "labels": {"team": "a"}}));
    allowed(alice.create(&plain).await?, "a plain namespace")?;
    allowed(alice.delete(&Ground::namespace(&format!("{name}-plain"))).await?, "and away")?;
    let now = ground.stored(&Ground::namespace(name)).await?;
    ensure!(now["metadata"]["labels"]["lessor.io/tenant"] == name.as_str(), "{now}");
    Ok(())
}

/// Deletes a tenant's Namespace and waits until it is gone.
pub(super) async fn go(ground: &Ground) -> Result<()> {
    let root = Ground::namespace(&ground.other);
    let policy = format!(
        "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies/lessor-default-deny",
        ground.other
    );
    // Whoever empties namespaces may not empty one that lives.
    for cleaner in ["namespace-controller", "generic-garbage-collector"] {
        let user = format!("system:serviceaccount:kube-system:{cleaner}");
        let caller = ground.admin.speaking_for(&user, &["floor:open"]);
        let answer = caller.delete(&policy).await?;
        refused(&answer, Reason::ManagedObjectProtected, cleaner)?;
    }
    allowed(ground.admin.delete(&root).await?, "an administrator deletes it")?;
    // Terminating, and still nobody else's to empty.
    let answer = ground.alice.delete(&policy).await?;
    ensure!(
        answer.code == 404 || answer.denied_by_floor(Reason::ManagedObjectProtected).is_ok(),
        "{answer:?}"
    );
    eventually(SOON, async || {
        let answer = ground.admin.get(&root).await?;
        ensure!(answer.code == 404, "still there: {}", answer.body["status"]);
        Ok(())
    })
    .await
}
