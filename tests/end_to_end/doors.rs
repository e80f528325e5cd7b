//! Every way to write a managed object is closed to tenants, whatever RBAC says.

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::caller::{APPLY, Answer, Caller, JSON_PATCH, MERGE, STRATEGIC, collection, path};
use super::world::{World, config_map};
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("managed_objects_have_no_door", managed_objects_have_no_door);
    suite.steady("own_objects_have_every_door", own_objects_have_every_door);
    suite.steady("reserved_names_by_every_door", reserved_names_by_every_door);
    suite.steady("rules_hold_to_the_end", rules_hold_to_the_end);
}

const MANAGED: &str = "metadata.labels[lessor.io/managed]";

/// Every kind of object that Lessor keeps in a namespace, as stored.
async fn managed(world: &World) -> Result<Vec<Value>> {
    let name = world.name.as_str();
    let source = world.source(json!({"password": "first"})).await?;
    world
        .class(json!({"secrets": [{"name": source, "keys": ["password"]}],
        "quota": {"pods": "10"}, "limits": {"default": {"memory": "64Mi"}}}))
        .await?;
    let secrets = json!([{"name": "db", "from": {"secret": source}}]);
    world.tenant(json!({"class": name, "secrets": secrets})).await?;
    let mut found = Vec::new();
    for (version, kind, plural) in [
        ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
        ("v1", "ResourceQuota", "resourcequotas"),
        ("v1", "LimitRange", "limitranges"),
        ("v1", "Secret", "secrets"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
    ] {
        let root = if version == "v1" { "api" } else { "apis" };
        let items = world
            .list(&format!(
                "/{root}/{version}/namespaces/{name}/{plural}?labelSelector=lessor.io%2Fmanaged"
            ))
            .await?;
        let mut object = items.into_iter().next().with_context(|| format!("no {kind}"))?;
        object["apiVersion"] = json!(version);
        object["kind"] = json!(kind);
        found.push(object);
    }
    Ok(found)
}

/// Every way to write an object: its name and the answer.
async fn doors(
    caller: &Caller,
    object: &Value,
    query: &str,
) -> Result<Vec<(&'static str, Answer)>> {
    let at = format!("{}?{query}", path(object));
    let mut relabelled = object.clone();
    relabelled["metadata"]["labels"]["e2e"] = json!("1");
    let mut stripped = object.clone();
    stripped["metadata"]["labels"] = json!({});
    let label = json!({"metadata": {"labels": {"e2e": "2"}}});
    let strip = json!([{"op": "replace", "path": "/metadata/labels", "value": {}}]);
    let add = json!([{"op": "add", "path": "/metadata/annotations", "value": {"e2e": "1"}}]);
    let applied = json!({"apiVersion": object["apiVersion"], "kind": object["kind"],
        "metadata": {"name": object["metadata"]["name"], "labels": {"e2e": "3"}},
        "roleRef": object["roleRef"]});
    let mut applied = applied;
    if object["roleRef"].is_null() {
        applied.as_object_mut().context("an object")?.remove("roleRef");
    }
    let forced = format!("{at}&fieldManager=e2e&force=true");
    Ok(vec![
        ("PUT", caller.put(&at, &relabelled).await?),
        ("PUT without the label", caller.put(&at, &stripped).await?),
        ("JSON patch", caller.patch(&at, JSON_PATCH, &add).await?),
        ("JSON patch of the label", caller.patch(&at, JSON_PATCH, &strip).await?),
        ("merge patch", caller.patch(&at, MERGE, &label).await?),
        ("strategic merge patch", caller.patch(&at, STRATEGIC, &label).await?),
        ("apply", caller.patch(&forced, APPLY, &applied).await?),
        ("DELETE", caller.delete(&at).await?),
    ])
}

async fn managed_objects_have_no_door(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let objects = managed(&world).await?;
    let member = world.member();
    for object in &objects {
        let kind = object["kind"].as_str().unwrap_or_default();
        for query in ["dryRun=All", "pretty=false"] {
            for (door, answer) in doors(&world.open, object, query).await? {
                answer
                    .denied_at(Reason::ManagedObjectProtected, MANAGED)
                    .with_context(|| format!("{kind} by {door}, {query}"))?;
            }
            let all = format!("{}?{query}&labelSelector=lessor.io%2Fmanaged", collection(object));
            let answer = world.open.delete(&all).await?;
            answer
                .denied_at(Reason::ManagedObjectProtected, MANAGED)
                .with_context(|| format!("{kind} by deletecollection, {query}"))?;
        }
        let owner = json!({"metadata": {"ownerReferences": [{"apiVersion": "v1",
            "kind": "ConfigMap", "name": "x", "uid": "00000000-0000-0000-0000-000000000000"}]}});
        let answer = world.open.patch(&path(object), MERGE, &owner).await?;
        answer.denied_at(Reason::OwnerReferenceForbidden, "metadata.ownerReferences")?;
        let finalizer = json!({"metadata": {"finalizers": ["example.com/hostage"]}});
        let answer = world.open.patch(&path(object), MERGE, &finalizer).await?;
        answer.denied_at(Reason::FinalizerForbidden, "metadata.finalizers")?;
        // The roles as shipped.
        let answer = member.delete(&path(object)).await?;
        if matches!(kind, "ResourceQuota" | "LimitRange") {
            answer.refused_by_rbac()?;
        } else {
            answer.denied_at(Reason::ManagedObjectProtected, MANAGED)?;
        }
        let now = world.stored(&path(object)).await?;
        ensure!(
            now["metadata"]["resourceVersion"] == object["metadata"]["resourceVersion"],
            "{kind} was written: {now}"
        );
    }
    Ok(())
}

/// The twin: the tenant's own object beside each managed one.
async fn own_objects_have_every_door(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let objects = managed(&world).await?;
    let member = world.member();
    for object in &objects {
        let mut own = object.clone();
        own["metadata"] = json!({"name": "own", "namespace": world.name, "labels": {"a": "b"}});
        if matches!(object["kind"].as_str(), Some("ResourceQuota" | "LimitRange")) {
            // Bounds are the platform's: not even a further one is the tenant's to write.
            world.open.create(&own).await?.denied_at(Reason::KindNotAllowed, "kind")?;
            continue;
        }
        member.create(&own).await?.object()?;
        for (door, answer) in doors(&member, &own, "dryRun=All").await? {
            answer.object().with_context(|| format!("{} by {door}", own["kind"]))?;
        }
        for (door, answer) in doors(&member, &own, "pretty=false").await? {
            answer.object().with_context(|| format!("{} by {door}", own["kind"]))?;
        }
    }
    Ok(())
}

async fn reserved_names_by_every_door(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let name = world.name.as_str();
    let reserved = config_map(name, "lessor-mine");
    let mut generated = config_map(name, "");
    generated["metadata"] = json!({"generateName": "lessor-", "namespace": name});
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "lessor-mine", "namespace": name}, "rules": []});
    let forbidden = Reason::ReservedNameForbidden;
    world.open.create(&reserved).await?.denied_at(forbidden, "metadata.name")?;
    world.open.create_dry(&reserved).await?.denied_at(forbidden, "metadata.name")?;
    world.open.apply(&reserved).await?.denied_at(forbidden, "metadata.name")?;
    world.open.create(&generated).await?.denied_at(forbidden, "metadata.generateName")?;
    // Roles are among the kinds that a PUT creates.
    world.open.put(&path(&role), &role).await?.denied_at(forbidden, "metadata.name")?;
    // The same kind by each of its served versions.
    for version in ["autoscaling/v1", "autoscaling/v2"] {
        let scaler = json!({"apiVersion": version, "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "lessor-mine", "namespace": name}, "spec": {"maxReplicas": 2,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}});
        world.open.create(&scaler).await?.denied_at(forbidden, "metadata.name")?;
    }
    let mut fine = role;
    fine["metadata"]["name"] = json!("mine");
    world.open.put(&path(&fine), &fine).await?.object()?;
    world.open.apply(&config_map(name, "mine")).await?.object()?;
    Ok(())
}

/// An object that is being deleted is judged like any other; to let it go is free.
async fn rules_hold_to_the_end(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let mut object = config_map(&world.name, "held");
    object["metadata"]["finalizers"] = json!(["example.com/held"]);
    let member = world.member();
    member.create(&object).await?.object()?;
    member.delete(&path(&object)).await?.object()?;
    let stored = world.stored(&path(&object)).await?;
    ensure!(stored["metadata"]["deletionTimestamp"].is_string(), "{stored}");
    let stolen = json!({"metadata": {"labels": {"lessor.io/tenant": "globex"}}});
    let answer = member.patch(&path(&object), MERGE, &stolen).await?;
    let field = "metadata.labels[lessor.io/tenant]";
    answer.denied_at(Reason::TenantIdentityMismatch, field)?;
    let managed = json!({"metadata": {"labels": {"lessor.io/managed": "true"}}});
    let answer = member.patch(&path(&object), MERGE, &managed).await?;
    answer.denied_either(&[Reason::ReservedKeyForbidden, Reason::ManagedObjectProtected])?;
    let released = json!({"metadata": {"finalizers": null}});
    member.patch(&path(&object), MERGE, &released).await?.object()?;
    ensure!(world.admin.get(&path(&object)).await?.code == 404, "it did not go");
    Ok(())
}
