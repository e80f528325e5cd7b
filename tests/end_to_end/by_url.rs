//! A webhook that API servers reach by URL, with certificates from files.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::world::{SOON, World, pod};
use crate::controlplane::free_ports;
use crate::eventually::eventually;
use crate::installation::{RANGES, get, lessor, run_lessor};
use crate::suite::{Suite, Test};

pub(crate) fn register(suite: &mut Suite) {
    suite.steady("a_webhook_is_reached_by_url", a_webhook_is_reached_by_url);
}

async fn a_webhook_is_reached_by_url(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let (plane, name) = (world.test.plane.clone(), world.name.clone());
    let [port, health] = free_ports()?;
    let folder = tempfile::tempdir()?;
    let pair = plane.authority().server(&["127.0.0.1"])?;
    std::fs::write(folder.path().join("tls.crt"), pair.certificate.as_bytes())?;
    std::fs::write(folder.path().join("tls.key"), pair.key.as_bytes())?;
    let directory = format!("--cert-dir={}", folder.path().display());
    let listen = format!("--listen=127.0.0.1:{port}");
    let probes = format!("--health-listen=127.0.0.1:{health}");
    let args = ["webhook", "--certs=files", &directory, &listen, &probes, "--drain-seconds=0"];
    let args: Vec<&str> = args.into_iter().chain(RANGES).collect();
    let kubeconfig = format!("KUBECONFIG={}", world.lessor.kubeconfig_of("lessor-webhook")?);
    let component = format!("webhook-{name}");
    plane.run(&component, &lessor(), &args, &[kubeconfig]).await?;
    eventually(SOON, async || {
        let (status, text) = get(health, "/readyz").await?;
        ensure!(status == 200, "{status}: {text}");
        Ok(())
    })
    .await?;

    let configuration = configuration(&name, port, &plane.authority().certificate()).await?;
    let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    world.admin.post(path, &configuration).await?.object()?;
    eventually(SOON, async || {
        world.member().create_dry(&pod(&name, "asked")).await?.object()?;
        let (_, metrics) = get(health, "/metrics").await?;
        ensure!(
            metrics.lines().any(|line| {
                line.starts_with("lessor_reviews_total{") && line.contains("Allowed")
            }),
            "not asked yet"
        );
        Ok(())
    })
    .await
    .context("the API server does not reach the URL")?;
    world.admin.delete(&format!("{path}/{name}")).await?.object()?;
    tokio::time::timeout(Duration::from_secs(10), plane.stop_component(&component)).await??;
    Ok(())
}

/// The shipped configuration by URL, of this tenant's Pods alone.
async fn configuration(name: &str, port: u16, ca_pem: &str) -> Result<Value> {
    let url = format!("--webhook-url=https://127.0.0.1:{port}");
    let printed = run_lessor(&["manifests", "--configurations", &url, "-o", "json"]).await?;
    let mut objects = printed.lines().map(serde_json::from_str::<Value>);
    let mut configuration = objects
        .find(|object| {
            object.as_ref().is_ok_and(|object| object["kind"] == "ValidatingWebhookConfiguration")
        })
        .context("no configuration among the manifests")??;
    configuration["metadata"]["name"] = json!(name);
    let entries = configuration["webhooks"].as_array_mut().context("no entries")?;
    entries.retain(|entry| entry["name"] == "pods.validate.lessor.io");
    ensure!(entries.len() == 1, "one entry for Pods");
    let selector = json!({"matchLabels": {"kubernetes.io/metadata.name": name}});
    entries[0]["namespaceSelector"] = selector;
    entries[0]["clientConfig"]["caBundle"] = json!(STANDARD.encode(ca_pem));
    ensure!(entries[0]["clientConfig"]["url"].is_string());
    Ok(configuration)
}
