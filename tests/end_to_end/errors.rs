//! What is wrong with a Tenant or a TenantClass, field by field.

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::caller::{Answer, MERGE, path};
use super::world::{SOON, World};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("schema_refuses_by_field", schema_refuses_by_field);
    suite.steady("tenants_are_held_to_their_class", tenants_are_held_to_their_class);
    suite.steady("classes_are_checked", classes_are_checked);
    suite.steady("status_is_the_controllers", status_is_the_controllers);
    suite.steady("a_missing_class_grants_nothing", a_missing_class_grants_nothing);
}

/// Refused by the CRD itself, with this field among the causes.
pub(super) fn by_schema(answer: &Answer, field: &str) -> Result<()> {
    let causes = answer.body["details"]["causes"].as_array().cloned().unwrap_or_default();
    let named = causes.iter().any(|cause| cause["field"] == field);
    let by_webhook = answer.body["message"].as_str().is_some_and(|m| m.contains("webhook"));
    ensure!(answer.code == 422 && named && !by_webhook, "expected 422 at {field}, got {answer:?}");
    Ok(())
}

async fn schema_refuses_by_field(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let long = "a".repeat(41);
    for (spec, field) in [
        (json!({"namespaces": ["Upper"]}), "spec.namespaces"),
        (json!({"namespaces": ["a", "a"]}), "spec.namespaces"),
        (
            json!({"members": [{"role": "view", "kind": "Robot", "name": "x"}]}),
            "spec.members[0].kind",
        ),
        (
            json!({"members": [{"role": "view", "kind": "ServiceAccount", "name": "x"}]}),
            "spec.members[0]",
        ),
        (
            json!({"members": [{"role": "view", "kind": "User", "name": "x", "namespace": "y"}]}),
            "spec.members[0]",
        ),
        (json!({"isolation": {"network": {"within": "Closed"}}}), "spec.isolation.network.within"),
        (
            json!({"isolation": {"network": {"egressTo": [{}]}}}),
            "spec.isolation.network.egressTo[0]",
        ),
        (
            json!({"isolation": {"network": {"ingressFrom": [{"peer": "a", "ports": [0]}]}}}),
            "spec.isolation.network.ingressFrom[0].ports[0]",
        ),
        (json!({"deletionPolicy": "Forget"}), "spec.deletionPolicy"),
        (
            json!({"secrets": [{"name": "a", "from": {"secret": "b"}, "mounts": [{"path": "relative"}]}]}),
            "spec.secrets[0].mounts[0].path",
        ),
        (
            json!({"secrets": [{"name": "a", "from": {"secret": "b"}}, {"name": "a", "from": {"secret": "c"}}]}),
            "spec.secrets",
        ),
    ] {
        let tenant = world.tenant_object(spec.clone());
        by_schema(&world.admin.create(&tenant).await?, field).with_context(|| spec.to_string())?;
    }
    let mut tenant = world.tenant_object(json!({}));
    tenant["metadata"]["name"] = json!(long);
    ensure!(world.admin.create(&tenant).await?.code == 422, "a name of 41 characters");
    for (spec, field) in [
        (json!({"podSecurity": {"minimum": "privileged"}}), "spec.podSecurity.minimum"),
        (json!({"podSecurity": {"version": "newest"}}), "spec.podSecurity.version"),
        (json!({"peers": [{"name": "p"}]}), "spec.peers[0]"),
        (json!({"tokens": {"maxExpirationSeconds": 60}}), "spec.tokens.maxExpirationSeconds"),
    ] {
        let class = world.class_object(&spec);
        by_schema(&world.admin.create(&class).await?, field).with_context(|| spec.to_string())?;
    }
    Ok(())
}

async fn tenants_are_held_to_their_class(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let name = world.name.as_str();
    let other = format!("{name}-other");
    world
        .class(json!({"namespaces": {"max": 2}, "roles": ["view"],
            "peers": [{"name": "db", "namespaces": ["databases"], "ports": [{"port": 5432}]}],
            "secrets": [{"name": "a", "keys": ["k"]}], "quota": {"pods": "5"},
            "egress": {"cidrs": ["203.0.113.0/24"]}}))
        .await?;
    let mut neighbour = world.tenant_object(json!({"class": name, "members": []}));
    neighbour["metadata"]["name"] = json!(other);
    world.apply_all(&[neighbour]).await?;
    world.lessor.ready(&other, SOON).await?;
    let network = |network: Value| json!({"isolation": {"network": network}});
    let cases = [
        (
            json!({"namespaces": ["kube-system"]}),
            Reason::SystemNamespaceProtected,
            "spec.namespaces[0]",
        ),
        (
            json!({"namespaces": [name, "default"]}),
            Reason::SystemNamespaceProtected,
            "spec.namespaces[1]",
        ),
        (
            json!({"namespaces": ["lessor-system"]}),
            Reason::SystemNamespaceProtected,
            "spec.namespaces[0]",
        ),
        (json!({"namespaces": [other]}), Reason::NamespaceForeign, "spec.namespaces[0]"),
        (json!({"namespaces": ["a", "b", "c"]}), Reason::Invalid, "spec.namespaces"),
        (
            json!({"members": [{"role": "admin", "kind": "User", "name": "x"}]}),
            Reason::EscalationForbidden,
            "spec.members[0].role",
        ),
        (
            network(json!({"ingressFrom": [{"peer": "everybody", "ports": [80]}]})),
            Reason::PeerNotAllowed,
            "spec.isolation.network.ingressFrom[0].peer",
        ),
        (
            network(json!({"egressTo": [{"cidr": "198.51.100.0/24"}]})),
            Reason::PeerNotAllowed,
            "spec.isolation.network.egressTo[0].cidr",
        ),
        (
            network(json!({"egressTo": [{"cidr": "10.244.0.0/24"}]})),
            Reason::PeerNotAllowed,
            "spec.isolation.network.egressTo[0].cidr",
        ),
        (
            network(json!({"egressTo": [{"cidr": "169.254.169.254/32"}]})),
            Reason::PeerNotAllowed,
            "spec.isolation.network.egressTo[0].cidr",
        ),
        (
            json!({"secrets": [{"name": "s", "from": {"secret": "b"}}]}),
            Reason::SecretSourceForbidden,
            "spec.secrets[0].from.secret",
        ),
        (
            json!({"secrets": [{"name": "s", "from": {"secret": "a", "keys": ["k", "z"]}}]}),
            Reason::SecretSourceForbidden,
            "spec.secrets[0].from.keys[1]",
        ),
        (json!({"quota": {"pods": "6"}}), Reason::QuotaExceeded, "spec.quota[pods]"),
        (
            json!({"isolation": {"podSecurity": "baseline"}}),
            Reason::PodSecurityLevelManaged,
            "spec.isolation.podSecurity",
        ),
    ];
    let mut wrong = Vec::new();
    for (mut spec, reason, field) in cases {
        spec["class"] = json!(name);
        if spec["members"].is_null() {
            spec["members"] = json!([]);
        }
        let tenant = world.tenant_object(spec.clone());
        for answer in [world.admin.create_dry(&tenant).await?, world.open.create(&tenant).await?] {
            if let Err(error) = answer.denied_at(reason, field) {
                wrong.push(format!("{spec}: {error:#}"));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let fine = world.tenant_object(json!({"class": name, "members": [{"role": "view",
        "kind": "User", "name": "x"}], "quota": {"pods": "5"},
        "isolation": {"network": {"egressTo": [{"cidr": "203.0.113.0/25"}, {"peer": "db"}]}}}));
    world.admin.create(&fine).await?.object()?;
    // What is stored is judged again when it changes.
    let more = json!({"spec": {"namespaces": [name, "kube-public"]}});
    for at in [path(&fine), format!("{}?dryRun=All", path(&fine))] {
        let answer = world.open.patch(&at, MERGE, &more).await?;
        answer.denied_at(Reason::SystemNamespaceProtected, "spec.namespaces[1]")?;
    }
    Ok(())
}

async fn classes_are_checked(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    for (spec, field) in [
        (json!({"podLabels": {"lessor.io/x": "y"}}), "spec.podLabels[lessor.io/x]"),
        (json!({"defaultNodePool": "gold"}), "spec.defaultNodePool"),
        (json!({"quota": {"pods": "many"}}), "spec.quota[pods]"),
    ] {
        let answer = world.admin.create(&world.class_object(&spec)).await?;
        let cause = answer.denied_either(&[Reason::Invalid, Reason::ReservedKeyForbidden]);
        let cause = cause.with_context(|| spec.to_string())?;
        ensure!(cause["field"] == field, "{cause}");
    }
    world.class(json!({"podLabels": {"example.com/x": "y"}, "quota": {"pods": "5"}})).await
}

async fn status_is_the_controllers(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let at = format!("/apis/lessor.io/v1/tenants/{}/status", world.name);
    let forged = json!({"status": {"namespaces": [{"name": "kube-system", "uid": "x"}]}});
    for caller in [&world.open, &world.admin] {
        for at in [at.clone(), format!("{at}?dryRun=All")] {
            let answer = caller.patch(&at, MERGE, &forged).await?;
            answer.denied_at(Reason::ManagedObjectProtected, "status")?;
        }
        let whole = world.stored(&at).await?;
        caller.put(&at, &whole).await?.denied_at(Reason::ManagedObjectProtected, "status")?;
    }
    world.member().patch(&at, MERGE, &forged).await?.refused_by_rbac()?;
    // By the main door the status is not written at all.
    let tenant = at.trim_end_matches("/status");
    world.admin.patch(tenant, MERGE, &forged).await?.object()?;
    let stored = world.stored(tenant).await?;
    ensure!(stored["status"]["namespaces"][0]["name"] == world.name.as_str(), "{stored}");
    Ok(())
}

async fn a_missing_class_grants_nothing(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let name = world.name.as_str();
    let tenant = world.tenant_object(json!({"class": name}));
    let answer = world.admin.create(&tenant).await?;
    ensure!(answer.warnings.iter().any(|w| w.contains("does not exist yet")), "{answer:?}");
    answer.object()?;
    let told = |tenant: &Value| {
        let conditions = tenant["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.iter().any(|c| c["type"] == "Ready" && c["reason"] == "ClassNotFound")
    };
    world.until(&path(&tenant), SOON, told).await?;
    ensure!(world.admin.get(&format!("/api/v1/namespaces/{name}")).await?.code == 404);
    world.class(json!({})).await?;
    eventually(SOON, async || world.lessor.ready(name, SOON).await).await?;
    Ok(())
}
