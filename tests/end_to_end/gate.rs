//! No Pod is older than the isolation of its namespace.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::caller::Caller;
use super::world::{SOON, World, pod};
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("no_pod_before_isolation", no_pod_before_isolation);
}

const RACES: usize = 6;

/// Pods are created again and again from before the Namespace exists.
async fn no_pod_before_isolation(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let caller = world.impatient().await?;
    let races = (0..RACES).map(|number| race(&world, &caller, format!("{}-{number}", world.name)));
    for outcome in futures::future::join_all(races).await {
        outcome?;
    }
    Ok(())
}

async fn race(world: &World, caller: &Caller, tenant: String) -> Result<()> {
    let mut object = world.tenant_object(json!({}));
    object["metadata"]["name"] = json!(tenant);
    world.admin.create(&object).await?.object()?;
    let began = Instant::now();
    let (mut early, mut held) = (0, 0);
    let first = loop {
        let answer = caller.create(&pod(&tenant, "first")).await?;
        if answer.is_success() {
            break answer.body;
        }
        match answer.code {
            // Not there yet, or its ServiceAccount is not.
            404 => early += 1,
            403 if answer.reasons().is_empty() => early += 1,
            503 => {
                answer.denied_either(&[
                    Reason::IsolationNotReady,
                    Reason::TenancyContextUnavailable,
                ])?;
                ensure!(answer.body["details"]["retryAfterSeconds"] == 1, "{answer:?}");
                held += 1;
            }
            _ => bail!("neither admitted nor held: {answer:?}"),
        }
        ensure!(began.elapsed() < SOON, "{tenant}: never admitted");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    println!("{tenant}: {early} too early, {held} held, admitted after {:?}", began.elapsed());
    let root = format!("/apis/networking.k8s.io/v1/namespaces/{tenant}/networkpolicies");
    let deny = world.stored(&format!("{root}/lessor-default-deny")).await?;
    // Written once and never since, so its revision is that of its creation.
    ensure!(deny["metadata"]["generation"] == 1, "{deny}");
    let quota = format!("/api/v1/namespaces/{tenant}/limitranges/lessor-limits");
    let limits = world.stored(&quota).await?;
    for isolation in [&deny, &limits] {
        ensure!(revision(isolation)? < revision(&first)?, "{isolation} is younger than {first}");
    }
    ensure!(first["metadata"]["labels"]["lessor.io/tenant"] == tenant.as_str(), "{first}");
    Ok(())
}

fn revision(object: &Value) -> Result<u64> {
    let revision = object["metadata"]["resourceVersion"].as_str().context("no revision")?;
    Ok(revision.parse()?)
}
