//! What is left of a deleted Tenant, under both policies.

use anyhow::{Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::caller::path;
use super::world::{SOON, World, config_map, pod, workload};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("deleted_with_delete", deleted_with_delete);
    suite.steady("deleted_with_retain", deleted_with_retain);
}

/// A tenant with two namespaces, a workload, data and a copied secret.
async fn inhabited(world: &World, policy: &str) -> Result<(String, String)> {
    let (name, dev) = (world.name.clone(), format!("{}-dev", world.name));
    let source = world.source(json!({"a": "1"})).await?;
    world
        .class(json!({"secrets": [{"name": source, "keys": ["a"]}], "quota": {"pods": "9"}}))
        .await?;
    world
        .tenant(json!({"class": name, "namespaces": [name, dev], "deletionPolicy": policy,
            "secrets": [{"name": "db", "from": {"secret": source}}]}))
        .await?;
    let member = world.member();
    for object in [
        workload("Deployment", &name, "web", &json!({"replicas": 1})),
        pod(&dev, "bare"),
        config_map(&name, "data"),
    ] {
        member.create(&object).await?.object()?;
    }
    Ok((name, dev))
}

async fn delete(world: &World) -> Result<()> {
    let at = format!("/apis/lessor.io/v1/tenants/{}", world.name);
    world.admin.delete(&at).await?.object()?;
    world.until_gone(&at, SOON).await
}

async fn deleted_with_delete(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, dev) = inhabited(&world, "Delete").await?;
    delete(&world).await?;
    for namespace in [&name, &dev] {
        world.until_gone(&format!("/api/v1/namespaces/{namespace}"), SOON).await?;
    }
    // A Tenant of the same name begins anew.
    world.tenant(json!({"class": name})).await?;
    ensure!(world.admin.get(&path(&config_map(&name, "data"))).await?.code == 404);
    Ok(())
}

async fn deleted_with_retain(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, dev) = inhabited(&world, "Retain").await?;
    let uid = world.stored(&format!("/api/v1/namespaces/{name}")).await?["metadata"]["uid"].clone();
    delete(&world).await?;
    for namespace in [&name, &dev] {
        is_retained(&world, namespace).await?;
    }
    ensure!(world.admin.get(&path(&config_map(&name, "data"))).await?.is_success());
    ensure!(world.admin.get(&path(&pod(&dev, "bare"))).await?.is_success());
    // Somebody else of the same name inherits nothing.
    let stranger = json!([{"role": "admin", "kind": "Group", "name": "e2e:strangers"}]);
    let again = world.tenant_object(json!({"class": name, "members": stranger,
        "namespaces": [name, dev], "secrets": []}));
    let tenant = format!("/apis/lessor.io/v1/tenants/{name}");
    let created = world.admin.apply(&again).await?;
    if created.is_success() {
        let refused = |tenant: &Value| {
            let conditions = tenant["status"]["conditions"].as_array().cloned().unwrap_or_default();
            conditions.iter().any(|condition| {
                condition["type"] == "NamespacesReady"
                    && condition["status"] == "False"
                    && ["AdoptionDenied", "NameConflict"]
                        .iter()
                        .any(|reason| condition["reason"] == *reason)
            })
        };
        world.until(&tenant, SOON, refused).await?;
    } else {
        created.denied_either(&[Reason::NamespaceForeign, Reason::NamespaceNotAdoptable])?;
    }
    let namespace = world.stored(&format!("/api/v1/namespaces/{name}")).await?;
    ensure!(namespace["metadata"]["uid"] == uid, "the namespace was replaced");
    for namespace in [&name, &dev] {
        is_retained(&world, namespace).await?;
        let rbac =
            format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings");
        ensure!(world.list(&rbac).await?.is_empty(), "a stranger was let in");
    }
    // An administrator gives it over, and only that counts.
    let adopt = json!({"metadata": {"annotations": {"lessor.io/adopt": name}}});
    for namespace in [&name, &dev] {
        let at = format!("/api/v1/namespaces/{namespace}");
        world.admin.patch(&at, super::caller::MERGE, &adopt).await?.object()?;
    }
    eventually(SOON, async || world.admin.apply(&again).await?.object()).await?;
    world.lessor.ready(&name, SOON).await?;
    ensure!(world.admin.get(&path(&config_map(&name, "data"))).await?.is_success());
    Ok(())
}

/// Still isolated, closed for what would run, without members and copies.
async fn is_retained(world: &World, namespace: &str) -> Result<()> {
    let network = format!("/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies");
    let deny = format!("{network}/lessor-default-deny");
    ensure!(world.admin.get(&deny).await?.is_success(), "{namespace} lost its isolation");
    let quota = format!("/api/v1/namespaces/{namespace}/resourcequotas/lessor-quota");
    ensure!(world.admin.get(&quota).await?.is_success(), "{namespace} lost its quota");
    let secret = format!("/api/v1/namespaces/{namespace}/secrets/db");
    ensure!(world.admin.get(&secret).await?.code == 404, "{namespace} kept the secret");
    let foreign = Reason::NamespaceForeign;
    eventually(SOON, async || {
        for object in
            [pod(namespace, "new"), workload("Deployment", namespace, "new", &Value::Null)]
        {
            let answer = world.open.create_dry(&object).await?;
            answer.denied_at(foreign, "metadata.namespace")?;
        }
        ensure!(!world.member().may(namespace, "get", "pods").await?, "members have access");
        Ok(())
    })
    .await?;
    let protected = Reason::ManagedObjectProtected;
    world.open.delete(&deny).await?.denied(protected)?;
    world.open.delete(&format!("{network}?dryRun=All")).await?.denied(protected)?;
    // What is left may be read, and be deleted.
    let settings = config_map(namespace, "settings");
    world.open.create(&settings).await?.object()?;
    world.open.delete(&path(&settings)).await?.object()?;
    Ok(())
}
