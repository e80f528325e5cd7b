//! A cluster that has nothing of Lessor's yet.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::api::Server;
use crate::controlplane::{ControlPlane, free_ports, reach_loopback};
use crate::eventually::eventually;
use crate::installation::{Installation, NAMESPACE, WEBHOOK, get};
use crate::suite::{Suite, Test};

/// Watches that failed come back after a growing pause.
const LATER: Duration = Duration::from_mins(1);

pub(super) fn register(suite: &mut Suite) {
    suite.rough("webhook_waits_for_its_kinds", webhook_waits_for_its_kinds);
}

async fn webhook_waits_for_its_kinds(test: Test) -> Result<()> {
    let plane = Arc::new(ControlPlane::start(&test.prefix).await?);
    let outcome = install_late(plane.clone()).await;
    if outcome.is_err() {
        let logs = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("logs-readiness");
        plane.keep_logs(&logs)?;
    }
    plane.stop()?;
    outcome
}

/// The processes are there before anything that they need.
async fn install_late(plane: Arc<ControlPlane>) -> Result<()> {
    let [port, webhook_health, controller_health] = free_ports()?;
    let lessor = Installation { plane: plane.clone(), port, webhook_health, controller_health };
    lessor.start_webhook().await?;
    let not_ready = async || {
        let (status, why) = get(webhook_health, "/readyz").await?;
        ensure!(status == 503, "{status} {why}");
        ensure!(why.contains("caches") && why.contains("certificate"), "{why}");
        Ok(())
    };
    eventually(LATER, not_ready).await.context("without CRDs")?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    not_ready().await?;

    let manifests = lessor.manifests(&[]).await?;
    let apply = ["apply", "--server-side", "-f", "-"];
    eventually(LATER, async || plane.kubectl_stdin(&apply, &manifests).await?.success().map(drop))
        .await?;
    reach_loopback(plane.client(), NAMESPACE, WEBHOOK).await?;
    lessor.start_controller(&[]).await?;
    lessor.enforcing().await.context("with CRDs")?;

    // No Tenant, no class: an empty set is fine, an unsynced one is not.
    let admin = Server(plane.client());
    admin.delete("/apis/lessor.io/v1/tenantclasses/default").await?;
    let none = admin.list("/apis/lessor.io/v1/tenants").await?;
    ensure!(none.is_empty(), "{none:?}");
    plane.stop_component(WEBHOOK).await?;
    plane.start_component(WEBHOOK).await?;
    lessor.enforcing().await.context("an empty cluster")
}
