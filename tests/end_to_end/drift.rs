//! What an administrator breaks, by accident or not, comes back by itself.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::caller::{JSON_PATCH, MERGE};
use super::world::{HEALED, SOON, World};
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("drift_is_healed", drift_is_healed);
    suite.steady("what_is_not_lessors_is_left", what_is_not_lessors_is_left);
}

/// A tenant with one of every managed kind.
async fn tenant(world: &World) -> Result<()> {
    let source = world.source(json!({"password": "first"})).await?;
    world
        .class(json!({"secrets": [{"name": source, "keys": ["password"]}],
        "quota": {"pods": "10"}, "limits": {"default": {"memory": "64Mi"}}}))
        .await?;
    let secrets = json!([{"name": "db", "from": {"secret": source}}]);
    world.tenant(json!({"class": world.name, "secrets": secrets})).await?;
    Ok(())
}

/// Breaks an object, waits until it is as before, and says how long that took.
async fn healed(world: &World, at: &str, how: &str, patch: &Value) -> Result<()> {
    let before = world.stored(at).await?;
    let answer = match how {
        "delete" => world.admin.delete(at).await?,
        _ => world.admin.patch(at, how, patch).await?,
    };
    answer.object().with_context(|| format!("an administrator may break {at}"))?;
    let began = Instant::now();
    let same = |now: &Value| {
        let labels = |object: &Value| object["metadata"]["labels"].as_object().cloned();
        let kept = labels(&before).unwrap_or_default();
        let found = labels(now).unwrap_or_default();
        ["spec", "data", "subjects", "roleRef", "automountServiceAccountToken"]
            .iter()
            .all(|part| now[part] == before[part])
            && kept.iter().all(|(key, value)| found.get(key) == Some(value))
    };
    let healed = crate::eventually::eventually(HEALED, async || {
        let answer = world.admin.get(at).await?;
        ensure!(answer.is_success() && same(&answer.body), "{at} is {}", answer.body);
        Ok(())
    })
    .await;
    println!("healed in {:.2} s: {at} ({how})", began.elapsed().as_secs_f64());
    healed.with_context(|| format!("{at} after {how}"))
}

async fn drift_is_healed(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    tenant(&world).await?;
    let name = world.name.as_str();
    let core = format!("/api/v1/namespaces/{name}");
    let network = format!("/apis/networking.k8s.io/v1/namespaces/{name}/networkpolicies");
    let rbac = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{name}/rolebindings");
    let binding = lessor::provision::binding_name("lessor-tenant-admin");
    let none = Value::Null;
    let widened = json!({"spec": {"ingress": [{}]}});
    let unlabelled = json!([{"op": "remove", "path": "/metadata/labels/lessor.io~1managed"}]);
    let untenanted = json!([{"op": "remove", "path": "/metadata/labels/lessor.io~1tenant"}]);
    let level =
        json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}});
    let token = json!({"automountServiceAccountToken": true});
    let password = json!({"data": {"password": "c3RvbGVu"}});
    let everybody = json!({"subjects": [{"apiGroup": "rbac.authorization.k8s.io",
        "kind": "Group", "name": "e2e:strangers"}]});
    for (at, how, patch) in [
        (format!("{network}/lessor-default-deny"), "delete", &none),
        (format!("{network}/lessor-default-deny"), MERGE, &widened),
        (format!("{network}/lessor-default-deny"), JSON_PATCH, &unlabelled),
        (format!("{network}/lessor-intra"), "delete", &none),
        (
            format!("{core}/resourcequotas/lessor-quota"),
            MERGE,
            &json!({"spec": {"hard": {"pods": "999"}}}),
        ),
        (format!("{core}/resourcequotas/lessor-quota"), "delete", &none),
        (format!("{core}/limitranges/lessor-limits"), "delete", &none),
        (core.clone(), JSON_PATCH, &untenanted),
        (core.clone(), MERGE, &level),
        (format!("{core}/serviceaccounts/default"), MERGE, &token),
        (format!("{core}/secrets/db"), MERGE, &password),
        (format!("{core}/secrets/db"), "delete", &none),
        (format!("{rbac}/{binding}"), "delete", &none),
        (format!("{rbac}/{binding}"), MERGE, &everybody),
    ] {
        healed(&world, &at, how, patch).await?;
    }
    world.lessor.ready(name, SOON).await?;
    Ok(())
}

/// Healing takes back what Lessor owns and nothing else.
async fn what_is_not_lessors_is_left(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    tenant(&world).await?;
    let name = world.name.as_str();
    let core = format!("/api/v1/namespaces/{name}");
    let mine =
        json!({"metadata": {"labels": {"team": "a"}, "annotations": {"example.com/a": "b"}}});
    world.admin.patch(&core, MERGE, &mine).await?.object()?;
    // Something to heal, so that a pass has certainly looked at everything since.
    healed(&world, &format!("{core}/limitranges/lessor-limits"), "delete", &Value::Null).await?;
    let stored = world.stored(&core).await?;
    ensure!(stored["metadata"]["labels"]["team"] == "a", "{stored}");
    ensure!(stored["metadata"]["annotations"]["example.com/a"] == "b", "{stored}");
    Ok(())
}
