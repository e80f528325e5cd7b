//! Volumes that hold a tenant's data.

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::ground::{Ground, allowed, refused};
use crate::end_to_end::caller::{JSON_PATCH, MERGE, path};

const UID: &str = "11111111-1111-1111-1111-111111111111";

/// Volumes as administrators leave them behind; none has a claim that exists.
pub(super) struct Volumes {
    /// Labelled, with a claim that is gone.
    claimed: Value,
    /// Labelled, with no claim yet.
    waiting: Value,
    /// Of no tenant.
    plain: Value,
}

fn volume(name: &str, tenant: Option<&str>, claim: Value) -> Value {
    let mut volume = json!({"apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": name}, "spec": {"capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "floor", "csi": {"driver": "example.com", "volumeHandle": name}}});
    if let Some(tenant) = tenant {
        volume["metadata"]["labels"] = json!({"lessor.io/tenant": tenant});
    }
    if !claim.is_null() {
        volume["spec"]["claimRef"] = claim;
    }
    volume
}

fn claim(namespace: &str, name: &str) -> Value {
    json!({"namespace": namespace, "name": name, "uid": UID})
}

pub(super) async fn prepare(ground: &Ground) -> Result<Volumes> {
    let name = ground.name.as_str();
    let made = |suffix: &str, tenant, claim| volume(&format!("{name}-{suffix}"), tenant, claim);
    let volumes = Volumes {
        claimed: made("claimed", Some(name), claim(name, "data")),
        waiting: made("waiting", Some(name), Value::Null),
        plain: made("plain", None, claim(&ground.free, "data")),
    };
    ground
        .apply(&[volumes.claimed.clone(), volumes.waiting.clone(), volumes.plain.clone()])
        .await?;
    Ok(volumes)
}

pub(super) async fn attack(ground: &Ground, volumes: &Volumes) -> Result<()> {
    let (alice, name, other) = (&ground.alice, ground.name.as_str(), ground.other.as_str());
    let binder = "system:serviceaccount:kube-system:persistent-volume-binder";
    let binder = ground.admin.speaking_for(binder, &["floor:open"]);
    let claimed = path(&volumes.claimed);
    let rebind = |claim: Value| json!({"spec": {"claimRef": claim}});
    let patches = [
        rebind(json!({"namespace": other, "name": "data"})),
        rebind(json!({"name": "another"})),
        rebind(json!({"uid": "22222222-2222-2222-2222-222222222222"})),
        rebind(json!({"uid": null})),
        rebind(json!(null)),
    ];
    for caller in [alice, &binder] {
        for patch in &patches {
            for at in [format!("{claimed}?dryRun=All"), claimed.clone()] {
                let answer = caller.patch(&at, MERGE, patch).await?;
                refused(&answer, Reason::VolumeBindingForbidden, &patch.to_string())?;
            }
        }
        let remove = json!([{"op": "remove", "path": "/spec/claimRef/uid"}]);
        let answer = caller.patch(&claimed, JSON_PATCH, &remove).await?;
        refused(&answer, Reason::VolumeBindingForbidden, "the uid is taken out")?;
        for tenant in [json!(other), json!(null)] {
            let patch = json!({"metadata": {"labels": {"lessor.io/tenant": tenant}}});
            let answer = caller.patch(&claimed, MERGE, &patch).await?;
            refused(&answer, Reason::TenantIdentityMismatch, &patch.to_string())?;
        }
    }
    let stored = ground.stored(&claimed).await?;
    ensure!(stored["spec"]["claimRef"]["uid"] == UID, "{stored}");

    let note = json!({"metadata": {"annotations": {"example.com/note": "x"}}});
    allowed(alice.patch(&claimed, MERGE, &note).await?, "what is not its claim")?;
    let first = rebind(claim(name, "first"));
    allowed(binder.patch(&path(&volumes.waiting), MERGE, &first).await?, "a first claim")?;
    let elsewhere = rebind(claim(&ground.free, "another"));
    allowed(alice.patch(&path(&volumes.plain), MERGE, &elsewhere).await?, "a volume of nobody's")?;
    for caller in [&ground.admin, &ground.controller] {
        for patch in &patches {
            let answer = caller.patch(&format!("{claimed}?dryRun=All"), MERGE, patch).await?;
            allowed(answer, &patch.to_string())?;
        }
    }
    for volume in [&volumes.claimed, &volumes.waiting, &volumes.plain] {
        let answer = ground.admin.delete(&path(volume)).await?;
        answer.object().context("deleted at the end")?;
    }
    Ok(())
}
