//! What is left of a deleted Tenant, under both policies.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::audit::by_lessor;
use super::caller::path;
use super::world::{SOON, World, config_map, pod, workload};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("deleted_with_delete", deleted_with_delete);
    suite.steady("deleted_with_retain", deleted_with_retain);
}

/// Deletion waits for Pods and for Namespaces, which take their time.
const GONE: Duration = Duration::from_secs(90);

fn of(version: &str, kind: &str, namespace: &str, spec: &Value) -> Value {
    json!({"apiVersion": version, "kind": kind,
        "metadata": {"name": "x", "namespace": namespace}, "spec": spec})
}

/// A tenant with two namespaces, every kind of workload, data and a copied secret.
async fn inhabited(world: &World, policy: &str) -> Result<(String, String)> {
    let (name, dev) = (world.name.clone(), format!("{}-dev", world.name));
    let source = world.source(json!({"a": "1"})).await?;
    world
        .class(json!({"secrets": [{"name": source, "keys": ["a"]}], "quota": {"pods": "20"},
        "storageClasses": ["standard"]}))
        .await?;
    world
        .tenant(json!({"class": name, "namespaces": [name, dev], "deletionPolicy": policy,
            "secrets": [{"name": "db", "from": {"secret": source}}]}))
        .await?;
    let containers = json!({"containers": [{"name": "a", "image": "i"}]});
    let mut once = json!({"spec": containers});
    once["spec"]["restartPolicy"] = json!("Never");
    let member = world.member();
    for object in [
        workload("Deployment", &name, "web", &json!({"replicas": 1})),
        pod(&dev, "bare"),
        config_map(&name, "data"),
        workload("ReplicaSet", &dev, "set", &json!({"replicas": 1})),
        workload("StatefulSet", &dev, "db", &json!({"replicas": 1, "serviceName": "db"})),
        workload("DaemonSet", &dev, "agent", &json!({})),
        of("batch/v1", "Job", &dev, &json!({"template": once})),
        of(
            "batch/v1",
            "CronJob",
            &dev,
            &json!({"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": once}}}),
        ),
        of(
            "v1",
            "ReplicationController",
            &dev,
            &json!({"replicas": 1, "selector": {"a": "b"},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": containers}}),
        ),
        of(
            "v1",
            "PersistentVolumeClaim",
            &dev,
            &json!({"storageClassName": "standard",
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
        ),
    ] {
        member.create(&object).await?.object().with_context(|| object.to_string())?;
    }
    Ok((name, dev))
}

async fn delete(world: &World) -> Result<()> {
    let at = format!("/apis/lessor.io/v1/tenants/{}", world.name);
    world.admin.delete(&at).await?.object()?;
    world.until_gone(&at, GONE).await
}

async fn deleted_with_delete(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, dev) = inhabited(&world, "Delete").await?;
    delete(&world).await?;
    for namespace in [&name, &dev] {
        world.until_gone(&format!("/api/v1/namespaces/{namespace}"), SOON).await?;
    }
    in_order(&world, &[&name, &dev])?;
    // A Tenant of the same name begins anew.
    world.tenant(json!({"class": name})).await?;
    ensure!(world.admin.get(&path(&config_map(&name, "data"))).await?.code == 404);
    Ok(())
}

/// What runs goes before what keeps it apart, and the Namespace last.
fn in_order(world: &World, namespaces: &[&str]) -> Result<()> {
    const PHASES: [&[&str]; 6] = [
        &["rolebindings"],
        &[
            "pods",
            "deployments",
            "replicasets",
            "statefulsets",
            "daemonsets",
            "jobs",
            "cronjobs",
            "replicationcontrollers",
        ],
        &["persistentvolumeclaims"],
        &["secrets"],
        &["networkpolicies", "resourcequotas", "limitranges"],
        &["namespaces"],
    ];
    let mut seen = Vec::new();
    for event in by_lessor(&world.test.plane, 0)? {
        let object = &event["objectRef"];
        let part = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
        let own = namespaces.contains(&part("namespace").as_str());
        if own && event["verb"] == "delete" && event["responseStatus"]["code"] == 200 {
            let phase = PHASES.iter().position(|kinds| kinds.contains(&part("resource").as_str()));
            seen.push((phase.with_context(|| format!("unexpected: {object}"))?, part("resource")));
        }
    }
    ensure!(seen.is_sorted_by_key(|(phase, _)| *phase), "{seen:?}");
    let phases: std::collections::BTreeSet<usize> = seen.iter().map(|(phase, _)| *phase).collect();
    ensure!(phases.len() == PHASES.len(), "phases without a deletion: {seen:?}");
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
