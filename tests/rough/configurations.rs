//! Somebody meddles with the webhook configurations.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::api::Server;
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

/// Enforcement must not be off for longer.
const RESTORED: Duration = Duration::from_secs(5);
pub(super) const MUTATING: &str =
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/zz-lessor";
pub(super) const VALIDATING: &str =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/lessor";
const VERSION: &str = "lessor.io/rules-version";

pub(super) fn register(suite: &mut Suite) {
    suite.rough("meddled_configurations_are_restored", meddled_configurations_are_restored);
    suite.rough("newer_configurations_are_left_alone", newer_configurations_are_left_alone);
}

type Meddling = (&'static str, fn(&mut Value));

const MEDDLINGS: [Meddling; 7] = [
    ("fails open", |webhooks| webhooks[1]["failurePolicy"] = json!("Ignore")),
    ("a rule less", |webhooks| {
        webhooks[0]["rules"].as_array_mut().and_then(Vec::pop);
        webhooks[1]["rules"][0]["operations"] = json!(["CREATE"]);
    }),
    ("an entry less", |webhooks| {
        webhooks.as_array_mut().and_then(Vec::pop);
    }),
    ("a narrower selector", |webhooks| {
        webhooks[0]["namespaceSelector"] = json!({"matchLabels": {"enforced": "yes"}});
    }),
    ("a condition more", |webhooks| {
        let never = json!({"name": "never", "expression": "false"});
        webhooks[0]["matchConditions"]
            .as_array_mut()
            .into_iter()
            .for_each(|all| all.push(never.clone()));
    }),
    ("an entry more", |webhooks| {
        let mut more = webhooks[0].clone();
        more["name"] = json!("more.lessor.io");
        webhooks.as_array_mut().into_iter().for_each(|all| all.push(more.clone()));
    }),
    ("no authority", |webhooks| {
        webhooks[0]["clientConfig"].as_object_mut().and_then(|config| config.remove("caBundle"));
    }),
];

async fn meddled_configurations_are_restored(test: Test) -> Result<()> {
    let lessor = test.lessor().await?;
    let admin = Server(test.plane.client());
    futures::try_join!(meddled(&admin, MUTATING), meddled(&admin, VALIDATING))?;
    lessor.enforcing().await
}

async fn meddled(admin: &Server, path: &str) -> Result<()> {
    let good = admin.get(path).await?;
    for (what, meddle) in MEDDLINGS {
        let mut meddled = admin.get(path).await?;
        meddle(&mut meddled["webhooks"]);
        let meddled = admin.replace(path, &meddled).await.with_context(|| what)?;
        ensure!(meddled["webhooks"] != good["webhooks"], "{what} changed nothing");
        restored(admin, path, &good).await.with_context(|| format!("{path}: {what}"))?;
    }
    admin.delete(path).await?;
    restored(admin, path, &good).await.with_context(|| format!("{path}: deleted"))
}

async fn restored(admin: &Server, path: &str, good: &Value) -> Result<()> {
    let began = Instant::now();
    eventually(RESTORED, async || {
        let now = admin.get(path).await?;
        ensure!(now["webhooks"] == good["webhooks"], "not restored");
        Ok(())
    })
    .await?;
    // The last attempt may begin within the time and end after it.
    ensure!(began.elapsed() < RESTORED + Duration::from_millis(500), "{:?}", began.elapsed());
    Ok(())
}

/// During an upgrade the old leader may still run: it must not put its older
/// rules over newer ones, but whom the API server trusts is for it to say.
async fn newer_configurations_are_left_alone(test: Test) -> Result<()> {
    let lessor = test.lessor().await?;
    let admin = Server(test.plane.client());
    let foreign = STANDARD.encode(test.plane.authority().certificate());
    let one = |path| newer(&admin, path, &foreign);
    futures::try_join!(one(MUTATING), one(VALIDATING))?;
    lessor.enforcing().await
}

async fn newer(admin: &Server, path: &str, foreign: &str) -> Result<()> {
    let good = admin.get(path).await?;
    let mut newer = good.clone();
    newer["metadata"]["annotations"][VERSION] = json!("999");
    newer["webhooks"][0]["timeoutSeconds"] = json!(7);
    let newer = admin.replace(path, &newer).await?;
    let mut untrusting = newer.clone();
    untrusting["webhooks"][0]["clientConfig"]["caBundle"] = json!(foreign);
    admin.replace(path, &untrusting).await?;
    restored(admin, path, &newer).await.context("the newer one with its authority")?;
    // Two more looks, to see that it stays.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let now = admin.get(path).await?;
    ensure!(now["webhooks"] == newer["webhooks"], "overwritten");
    ensure!(now["metadata"]["annotations"][VERSION] == "999", "{}", now["metadata"]);

    admin.delete(path).await?;
    restored(admin, path, &good).await
}
