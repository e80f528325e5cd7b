//! The manifests arrive in an order that nobody chose.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::api::{Server, refused};
use super::tenants::{self, In, config_map};
use crate::controlplane::{ControlPlane, free_ports, reach_loopback};
use crate::installation::{Installation, NAMESPACE, WEBHOOK};
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.rough("installs_in_any_order", |test| {
        install(test, "reversed", &[], |objects| {
            objects.reverse();
        })
    });
    // What GitOps has in its repository: the configurations refuse every class
    // until a webhook runs.
    suite.rough("installs_shuffled_with_configurations", |test| {
        install(test, "shuffled", &["--configurations"], shuffle)
    });
}

/// The same disorder every time: a linear congruential generator and a swap.
fn shuffle(objects: &mut [Value]) {
    let mut state = 20_240_229_u64;
    for last in (1..objects.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (state >> 33) % (last as u64 + 1);
        objects.swap(last, usize::try_from(at).unwrap_or(last));
    }
}

async fn install(
    test: Test,
    name: &str,
    more: &'static [&'static str],
    order: fn(&mut [Value]),
) -> Result<()> {
    let plane = Arc::new(ControlPlane::start(&test.prefix).await?);
    let outcome = from_nothing(plane.clone(), more, order).await;
    if outcome.is_err() {
        let logs = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("logs-{name}"));
        plane.keep_logs(&logs)?;
    }
    plane.stop()?;
    outcome
}

async fn from_nothing(
    plane: Arc<ControlPlane>,
    more: &[&str],
    order: fn(&mut [Value]),
) -> Result<()> {
    let [port, webhook_health, controller_health] = free_ports()?;
    let lessor = Installation { plane: plane.clone(), port, webhook_health, controller_health };
    let text = lessor.manifests(&[&["--output=json"], more].concat()).await?;
    let objects = text.lines().map(serde_json::from_str).collect::<serde_json::Result<Vec<_>>>();
    let mut objects: Vec<Value> = objects?;
    ensure!(objects.len() > 40, "only {} objects", objects.len());
    order(&mut objects);
    let manifests = lessor::rules::to_yaml(&objects);
    let apply = ["apply", "--server-side", "-f", "-"];
    let first = plane.kubectl_stdin(&apply, &manifests).await?;
    ensure!(!first.status.success(), "nothing was too early: the order proves nothing");
    let established = ["wait", "--for=condition=Established", "--timeout=30s", "crd", "--all"];
    plane.kubectl(&established).await?.success()?;
    let second = plane.kubectl_stdin(&apply, &manifests).await?;
    if more.is_empty() {
        second.success().context("the second time")?;
    } else {
        let said = second.failure()?;
        ensure!(said.contains("failed calling webhook"), "{said}");
        ensure!(
            said.matches("rror from server").count() == 1,
            "the class and nothing else: {said}"
        );
    }

    reach_loopback(plane.client(), NAMESPACE, WEBHOOK).await?;
    lessor.start_webhook().await?;
    lessor.start_controller(&[]).await?;
    lessor.enforcing().await?;
    // Applied again to a running Lessor: nothing is taken back, no CA is wiped.
    let service = format!("/api/v1/namespaces/{NAMESPACE}/services/{WEBHOOK}");
    let mut running = objects;
    running.retain(|object| {
        // The one object that the tests have changed: it leads to loopback.
        !(object["kind"] == "Service" && object["metadata"]["name"] == WEBHOOK)
    });
    let running = lessor::rules::to_yaml(&running);
    plane.kubectl_stdin(&apply, &running).await?.success().context("on a running Lessor")?;
    lessor.enforcing().await?;

    let admin = Server(plane.client());
    ensure!(admin.get(&service).await?["spec"]["type"] == "ExternalName");
    tenants::ready(&lessor, "acme").await?;
    let here = In("acme").core("configmaps");
    admin.create(&here, &config_map("mine")).await?;
    let reserved = admin.create(&here, &config_map("lessor-mine")).await;
    refused(reserved, 403, "ReservedNameForbidden")?;
    let stolen = json!({"metadata": {"labels": {"lessor.io/tenant": "acme"}}});
    let taken = admin.merge("/api/v1/namespaces/kube-public", &stolen).await;
    refused(taken, 403, "SystemNamespaceProtected")?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    lessor.enforcing().await
}
