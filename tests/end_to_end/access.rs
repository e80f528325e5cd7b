//! Edits of the Tenant, of its class and of its secrets reach every namespace
//! without a restart, and what is taken away is gone.

use anyhow::{Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lessor::names::Reason;
use serde_json::json;

use super::caller::path;
use super::world::{SOON, World, pod};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("members_come_and_go", members_come_and_go);
    suite.steady("secrets_rotate_and_go", secrets_rotate_and_go);
    suite.steady("a_secret_of_ones_own_is_not_overwritten", own_secret_is_not_overwritten);
    suite.steady("a_class_change_takes_effect", a_class_change_takes_effect);
    suite.steady("a_dropped_namespace_is_retained", a_dropped_namespace_is_retained);
}

async fn members_come_and_go(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, dev) = (world.name.clone(), format!("{}-dev", world.name));
    let viewer = json!({"role": "view", "kind": "User", "name": "carol"});
    let admins = json!({"role": "admin", "kind": "Group", "name": world.group()});
    let with = |members: serde_json::Value| json!({"namespaces": [name, dev], "members": members});
    world.tenant(with(json!([admins, viewer]))).await?;
    let carol = world.admin.speaking_for("carol", &[]);
    let may = async |caller: &super::caller::Caller, verb: &str, resource: &str, expected: bool| {
        eventually(SOON, async || {
            for namespace in [&name, &dev] {
                let may = caller.may(namespace, verb, resource).await?;
                ensure!(may == expected, "{verb} {resource} in {namespace}: {may}");
            }
            Ok(())
        })
        .await
    };
    may(&carol, "list", "pods", true).await?;
    for (verb, resource) in [("create", "pods"), ("get", "secrets"), ("create", "pods/exec")] {
        may(&carol, verb, resource, false).await?;
    }
    let alice = world.member();
    for (verb, resource) in
        [("create", "pods"), ("create", "rolebindings.rbac.authorization.k8s.io")]
    {
        may(&alice, verb, resource, true).await?;
    }
    for (verb, resource) in [
        ("create", "pods/proxy"),
        ("get", "services/proxy"),
        ("create", "serviceaccounts/token"),
        ("impersonate", "serviceaccounts"),
        ("update", "resourcequotas"),
        ("delete", "limitranges"),
        ("patch", "endpointslices.discovery.k8s.io"),
        ("patch", "namespaces"),
        ("escalate", "roles.rbac.authorization.k8s.io"),
        ("bind", "clusterroles.rbac.authorization.k8s.io"),
    ] {
        may(&alice, verb, resource, false).await?;
    }
    // Another role for one, no role for the other.
    world.tenant(with(json!([{"role": "edit", "kind": "User", "name": "carol"}]))).await?;
    may(&carol, "create", "pods", true).await?;
    may(&alice, "list", "pods", false).await?;
    world.tenant(with(json!([]))).await?;
    may(&carol, "list", "pods", false).await?;
    let bindings = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{dev}/rolebindings");
    ensure!(world.list(&bindings).await?.is_empty(), "bindings are left");
    Ok(())
}

async fn secrets_rotate_and_go(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, dev) = (world.name.clone(), format!("{}-dev", world.name));
    let source = world.source(json!({"user": "u", "password": "first", "root": "never"})).await?;
    world.class(json!({"secrets": [{"name": source, "keys": ["user", "password"]}]})).await?;
    let spec = |keys: serde_json::Value| {
        json!({"class": name, "namespaces": [name, dev],
            "secrets": [{"name": "db", "from": {"secret": source, "keys": keys}}]})
    };
    let holds = async |expected: serde_json::Value| {
        for namespace in [&name, &dev] {
            let at = format!("/api/v1/namespaces/{namespace}/secrets/db");
            world.until(&at, SOON, |copy| copy["data"] == expected).await?;
        }
        anyhow::Ok(())
    };
    let code = |text: &str| STANDARD.encode(text);
    world.tenant(spec(json!([]))).await?;
    holds(json!({"user": code("u"), "password": code("first")})).await?;
    world.tenant(spec(json!(["password"]))).await?;
    holds(json!({"password": code("first")})).await?;
    world.source(json!({"user": "u", "password": "second", "root": "never"})).await?;
    holds(json!({"password": code("second")})).await?;
    let tenant = world.tenant(spec(json!(["password"]))).await?;
    ensure!(tenant["status"]["secrets"][0]["copies"] == 2, "{}", tenant["status"]);
    let version = tenant["status"]["secrets"][0]["version"].as_str().unwrap_or_default();
    ensure!(!version.is_empty() && !version.contains("second"), "{version}");
    // No longer wanted, no longer there.
    world.tenant(json!({"class": name, "namespaces": [name, dev]})).await?;
    for namespace in [&name, &dev] {
        let at = format!("/api/v1/namespaces/{namespace}/secrets/db");
        world.until_gone(&at, SOON).await?;
    }
    Ok(())
}

/// Somebody had the name first: it stays theirs, and the Tenant says why nothing
/// was distributed. Once they let go of it the copy comes, and is Lessor's.
async fn own_secret_is_not_overwritten(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let name = world.name.clone();
    let source = world.source(json!({"password": "distributed"})).await?;
    world.class(json!({"secrets": [{"name": source, "keys": ["password"]}]})).await?;
    world.tenant(json!({"class": name})).await?;
    let own = json!({"apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "db", "namespace": name}, "stringData": {"password": "mine"}});
    world.member().create(&own).await?.object()?;
    let before = world.stored(&path(&own)).await?;
    let secrets = json!([{"name": "db", "from": {"secret": source}}]);
    world.apply_all(&[world.tenant_object(json!({"class": name, "secrets": secrets}))]).await?;
    let told = |tenant: &serde_json::Value| {
        let conditions = tenant["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.iter().any(|condition| {
            condition["type"] == "SecretsSynced"
                && condition["status"] == "False"
                && condition["reason"] == "NameConflict"
                && condition["message"].as_str().is_some_and(|m| m.contains("db"))
        })
    };
    world.until(&format!("/apis/lessor.io/v1/tenants/{name}"), SOON, told).await?;
    let after = world.stored(&path(&own)).await?;
    ensure!(after["data"] == before["data"], "{after}");
    ensure!(after["metadata"]["uid"] == before["metadata"]["uid"], "{after}");
    world.member().delete(&path(&own)).await?.object()?;
    world.lessor.ready(&name, SOON).await?;
    let copy = world.stored(&path(&own)).await?;
    ensure!(copy["data"]["password"] == STANDARD.encode("distributed"), "{copy}");
    world.open.delete(&path(&own)).await?.denied(Reason::ManagedObjectProtected)?;
    Ok(())
}

async fn a_class_change_takes_effect(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let name = world.name.clone();
    let source = world.source(json!({"a": "1"})).await?;
    let class = |minimum: &str, pods: &str, secrets: serde_json::Value| {
        json!({"podSecurity": {"minimum": minimum, "default": minimum}, "secrets": secrets,
            "quota": {"pods": pods}})
    };
    let grant = json!([{"name": source, "keys": ["a"]}]);
    world.class(class("baseline", "10", grant.clone())).await?;
    let secrets = json!([{"name": "db", "from": {"secret": source}}]);
    world.tenant(json!({"class": name, "secrets": secrets})).await?;
    let root = |n: &str| {
        let mut pod = pod(&name, n);
        pod["spec"]["securityContext"] = json!({"runAsUser": 0});
        pod
    };
    world.member().create(&root("first")).await?.object()?;
    let quota = format!("/api/v1/namespaces/{name}/resourcequotas/lessor-quota");
    ensure!(world.stored(&quota).await?["spec"]["hard"]["pods"] == "10");
    // Stricter: the quota shrinks, the level rises.
    world.class(class("restricted", "3", grant.clone())).await?;
    world.until(&quota, SOON, |quota| quota["spec"]["hard"]["pods"] == "3").await?;
    let namespace = format!("/api/v1/namespaces/{name}");
    world
        .until(&namespace, SOON, |namespace| {
            namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
        })
        .await?;
    eventually(SOON, async || {
        let answer = world.member().create_dry(&root("second")).await?;
        answer.denied(Reason::PodSecurityViolation).map(|_| ())
    })
    .await?;
    // A grant that is withdrawn makes the Tenant invalid: it is told, and the copy goes.
    world.class(class("restricted", "3", json!([]))).await?;
    let told = |tenant: &serde_json::Value| {
        let conditions = tenant["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.iter().any(|condition| {
            condition["type"] == "Ready"
                && condition["status"] == "False"
                && condition["message"].as_str().is_some_and(|m| m.contains("spec.secrets[0]"))
        })
    };
    let at = format!("/apis/lessor.io/v1/tenants/{name}");
    world.until(&at, SOON, told).await?;
    world.until_gone(&format!("{namespace}/secrets/db"), SOON).await?;
    world.tenant(json!({"class": name, "secrets": []})).await?;
    // The Pod that was there is left alone.
    ensure!(world.admin.get(&path(&root("first"))).await?.is_success());
    Ok(())
}

async fn a_dropped_namespace_is_retained(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, dev) = (world.name.clone(), format!("{}-dev", world.name));
    world.tenant(json!({"namespaces": [name, dev]})).await?;
    world.member().create(&pod(&dev, "before")).await?.object()?;
    world.tenant(json!({"namespaces": [name]})).await?;
    eventually(SOON, async || {
        let answer = world.open.create_dry(&pod(&dev, "after")).await?;
        answer.denied_at(Reason::NamespaceForeign, "metadata.namespace")
    })
    .await?;
    let deny = format!("/apis/networking.k8s.io/v1/namespaces/{dev}/networkpolicies");
    let deny = format!("{deny}/lessor-default-deny");
    world.open.delete(&deny).await?.denied(Reason::ManagedObjectProtected)?;
    ensure!(world.admin.get(&path(&pod(&dev, "before"))).await?.is_success());
    eventually(SOON, async || {
        ensure!(!world.member().may(&dev, "list", "pods").await?, "members still have access");
        Ok(())
    })
    .await?;
    // Listed again, it is the tenant's again.
    world.tenant(json!({"namespaces": [name, dev]})).await?;
    eventually(SOON, async || world.member().create_dry(&pod(&dev, "after")).await?.object())
        .await?;
    Ok(())
}
