//! An administrator stops healing for a while.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use lessor::names::FLOOR;
use serde_json::{Value, json};

use super::api::Server;
use super::configurations::{MUTATING, VALIDATING};
use super::tenants::{self, In};
use crate::eventually::eventually;
use crate::installation::{CONTROLLER, Installation, NAMESPACE, get};
use crate::suite::{Suite, Test};

const NAME: &str = "lessor-break-glass";
const GROUP: &str = "/apis/admissionregistration.k8s.io/v1";
/// The leader looks every three seconds.
const TWO_LOOKS: Duration = Duration::from_secs(7);
const SOON: Duration = Duration::from_secs(20);

pub(super) fn register(suite: &mut Suite) {
    suite.rough("break_glass_stops_healing", break_glass_stops_healing);
    suite.rough("break_glass_ends_by_itself", break_glass_ends_by_itself);
    suite.rough("break_glass_needs_reason_and_end", break_glass_needs_reason_and_end);
}

/// The ConfigMap with these data, which ends with the test whatever happens.
struct Glass<'a> {
    lessor: &'a Installation,
    admin: Server,
}

impl<'a> Glass<'a> {
    fn new(lessor: &'a Installation) -> Self {
        Self { lessor, admin: Server(lessor.plane.client()) }
    }

    fn path() -> String {
        In(NAMESPACE).core(&format!("configmaps/{NAME}"))
    }

    async fn put(&self, data: &Value) -> Result<()> {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": NAME}, "data": data});
        self.admin.create(&In(NAMESPACE).core("configmaps"), &object).await?;
        Ok(())
    }

    async fn remove(&self) -> Result<()> {
        self.admin.delete(&Self::path()).await?;
        Ok(())
    }

    /// The metric of the leading controller.
    async fn shown(&self, metric: &str) -> Result<i64> {
        let (_, text) = get(self.lessor.controller_health, "/metrics").await?;
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{metric} ")));
        Ok(line.with_context(|| format!("no {metric}: {text}"))?.trim().parse()?)
    }

    async fn is(&self, on: bool) -> Result<()> {
        eventually(SOON, async || {
            let shown = self.shown("lessor_break_glass").await?;
            ensure!(shown == i64::from(on), "{shown}, not {on}");
            Ok(())
        })
        .await
    }

    /// Waits for an Event about it.
    async fn told(&self, reason: &str) -> Result<String> {
        let field = "fieldSelector=involvedObject.name%3Dlessor-break-glass";
        eventually(SOON, async || {
            let events = self.admin.list(&In(NAMESPACE).core(&format!("events?{field}"))).await?;
            let found = events.iter().rfind(|event| event["reason"] == reason);
            let found = found.with_context(|| format!("no {reason}: {events:?}"))?;
            ensure!(found["type"] == "Warning", "{found}");
            Ok(found["message"].as_str().unwrap_or_default().to_owned())
        })
        .await
    }
}

fn until(seconds: i64) -> String {
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    until.to_string()
}

async fn break_glass_stops_healing(test: Test) -> Result<()> {
    let (lessor, name) = (test.lessor().await?, test.prefix.as_str());
    let glass = Glass::new(&lessor);
    let admin = &glass.admin;
    tenants::ready(&lessor, name).await?;
    let until = until(3600);
    glass.put(&json!({"reason": "the CNI is down", "expires": until})).await?;
    let outcome = async {
        glass.is(true).await?;
        ensure!(glass.shown("lessor_break_glass_expires_seconds").await? > 0);
        let said = glass.told("BreakGlassOn").await?;
        ensure!(said.contains("the CNI is down") && said.contains(&until[..16]), "{said}");

        // What an administrator does stays done.
        let policy = In(name).group("networking.k8s.io", "networkpolicies/lessor-default-deny");
        let quota = In(name).core("resourcequotas/lessor-quota");
        let binding = format!("{GROUP}/validatingadmissionpolicybindings/{}", FLOOR[3]);
        admin.delete(&policy).await?;
        let more = json!({"spec": {"hard": {"pods": "4711"}}});
        admin.merge(&quota, &more).await?;
        admin.delete(&binding).await?;
        let mut open = admin.get(VALIDATING).await?;
        open["webhooks"][1]["failurePolicy"] = json!("Ignore");
        admin.replace(VALIDATING, &open).await?;
        admin.delete(MUTATING).await?;
        let grown = json!({"spec": {"quota": {"pods": "7"}}});
        admin.merge(&format!("/apis/lessor.io/v1/tenants/{name}"), &grown).await?;
        tokio::time::sleep(TWO_LOOKS).await;
        for path in [policy.as_str(), &binding, MUTATING] {
            ensure!(!admin.exists(path).await?, "{path} came back");
        }
        let now = admin.get(&quota).await?;
        ensure!(now["spec"]["hard"]["pods"] == "4711", "healed: {}", now["spec"]);
        let now = admin.get(VALIDATING).await?;
        ensure!(now["webhooks"][1]["failurePolicy"] == "Ignore", "restored");
        // A leader that has just come knows of it before its first write.
        lessor.plane.stop_component(CONTROLLER).await?;
        lessor.plane.start_component(CONTROLLER).await?;
        glass.is(true).await?;
        ensure!(!admin.exists(&policy).await? && !admin.exists(MUTATING).await?, "came back");

        // A new Tenant comes to be: nothing of it can be healed.
        let new = format!("{name}-new");
        tenants::apply(&lessor, &new, &[&new], "").await?;
        let made = In(&new).group("networking.k8s.io", "networkpolicies/lessor-default-deny");
        eventually(SOON, async || Ok(admin.get(&made).await.map(drop)?)).await?;
        Ok((policy, binding, quota))
    }
    .await;
    glass.remove().await?;
    let (policy, binding, quota) = outcome?;
    glass.is(false).await?;
    for path in [policy.as_str(), &binding, MUTATING] {
        eventually(SOON, async || Ok(admin.get(path).await.map(drop)?)).await?;
    }
    eventually(SOON, async || {
        let now = admin.get(&quota).await?;
        ensure!(now["spec"]["hard"]["pods"] == "7", "{}", now["spec"]);
        let now = admin.get(VALIDATING).await?;
        ensure!(now["webhooks"][1]["failurePolicy"] == "Fail", "still open");
        Ok(())
    })
    .await?;
    lessor.ready(name, SOON).await?;
    lessor.enforcing().await
}

async fn break_glass_ends_by_itself(test: Test) -> Result<()> {
    let (lessor, name) = (test.lessor().await?, test.prefix.as_str());
    let glass = Glass::new(&lessor);
    tenants::ready(&lessor, name).await?;
    glass.put(&json!({"reason": "a moment", "expires": until(9)})).await?;
    let policy = In(name).group("networking.k8s.io", "networkpolicies/lessor-default-deny");
    let outcome = async {
        glass.is(true).await?;
        glass.admin.delete(&policy).await?;
        glass.is(false).await?;
        eventually(SOON, async || Ok(glass.admin.get(&policy).await.map(drop)?)).await?;
        let said = glass.told("BreakGlassExpired").await?;
        ensure!(said.contains("delete it"), "{said}");
        Ok(())
    }
    .await;
    glass.remove().await?;
    outcome?;
    lessor.enforcing().await
}

async fn break_glass_needs_reason_and_end(test: Test) -> Result<()> {
    let (lessor, name) = (test.lessor().await?, test.prefix.as_str());
    let glass = Glass::new(&lessor);
    tenants::ready(&lessor, name).await?;
    glass.put(&json!({"reason": "no end"})).await?;
    let policy = In(name).group("networking.k8s.io", "networkpolicies/lessor-default-deny");
    let outcome = async {
        let said = glass.told("BreakGlassInvalid").await?;
        ensure!(said.contains("data.expires is missing"), "{said}");
        ensure!(glass.shown("lessor_break_glass").await? == 0);
        glass.admin.delete(&policy).await?;
        eventually(SOON, async || Ok(glass.admin.get(&policy).await.map(drop)?)).await
    }
    .await;
    glass.remove().await?;
    outcome?;
    lessor.enforcing().await
}
