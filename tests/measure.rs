//! Measurements on a control plane: `cargo test --release --test tests -- --measure`.
//!
//! Prints tables and judges nothing: what is fast enough depends on the machine.
//! Everything shares it, the API server and its store among them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::{DeleteParams, PostParams};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Client, ResourceExt as _};
use lessor::api::Tenant;
use lessor::names;
use lessor::telemetry::Usage;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::controlplane::ControlPlane;
use crate::eventually::eventually;
use crate::installation::{CONTROLLER, Installation, NAMESPACE, WEBHOOK};

/// Tenants that are created one after the other, each when the last is ready.
const SINGLE: usize = 10;
/// Tenants that are created in a row.
const BULK: usize = 100;
const NAMESPACES: [&str; 3] = ["web", "data", "batch"];
/// How long nothing happens, before and while writes are counted.
const SETTLE: Duration = Duration::from_secs(15);
const STEADY: Duration = Duration::from_mins(1);
const REPAIRS: usize = 20;
/// Pods of one block, and blocks of each kind.
const PODS: usize = 40;
const BLOCKS: usize = 5;
const LIMIT: Duration = Duration::from_mins(5);

/// Starts a control plane with Lessor, measures, and stops it.
pub(crate) async fn measure() -> Result<()> {
    let plane = Arc::new(ControlPlane::start("measure").await?);
    let measured = all(&plane).await;
    plane.stop()?;
    measured
}

async fn all(plane: &Arc<ControlPlane>) -> Result<()> {
    let lessor = Installation::start(plane.clone()).await?;
    let client = plane.client();
    let ready = Ready::follow(client.clone());
    println!("| measurement | n | p50 ms | p99 ms | max ms |\n|---|---|---|---|---|");
    single(&client, &ready).await?;
    let total = bulk(&client, &ready).await?;
    repairs(&client).await?;
    pods(&client).await?;
    let tenants = SINGLE + BULK;
    println!("\n{BULK} tenants in a row, created to all ready: {:.1} s", total.as_secs_f64());
    tokio::time::sleep(SETTLE).await;
    let before = Counts::read(plane.folder().join("audit.log"))?;
    tokio::time::sleep(STEADY).await;
    let steady = Counts::read(plane.folder().join("audit.log"))?.since(&before);
    println!(
        "{tenants} tenants, {} namespaces, {} s in which nothing happens: {} writes, {} reads, \
         {} writes of leases",
        tenants * NAMESPACES.len(),
        STEADY.as_secs(),
        steady.writes,
        steady.reads,
        steady.leases
    );
    for component in [WEBHOOK, CONTROLLER] {
        let usage = Usage::of(plane.pid(component).context("not running")?)?;
        let (now, most) = (usage.resident >> 20, usage.peak >> 20);
        println!("{component}: {now} MiB resident, {most} MiB at most");
    }
    drop(lessor);
    Ok(())
}

/// When each Tenant was first seen Ready.
struct Ready(watch::Receiver<HashMap<String, Instant>>);

impl Ready {
    fn follow(client: Client) -> Self {
        let (sender, receiver) = watch::channel(HashMap::new());
        tokio::spawn(async move {
            let tenants = watcher(Api::<Tenant>::all(client), watcher::Config::default());
            let mut tenants = std::pin::pin!(tenants.default_backoff().applied_objects());
            while let Some(tenant) = tenants.next().await {
                let Ok(tenant) = tenant else { continue };
                if is_ready(&tenant) {
                    let seen = Instant::now();
                    sender.send_modify(|all| {
                        all.entry(tenant.name_any()).or_insert(seen);
                    });
                }
            }
        });
        Self(receiver)
    }

    async fn at(&self, tenant: &str) -> Result<Instant> {
        let mut all = self.0.clone();
        let seen = all.wait_for(|all| all.contains_key(tenant));
        let all = tokio::time::timeout(LIMIT, seen).await.with_context(|| tenant.to_owned())??;
        Ok(all[tenant])
    }
}

fn is_ready(tenant: &Tenant) -> bool {
    let status = serde_json::to_value(&tenant.status).unwrap_or_default();
    let conditions = status["conditions"].as_array().cloned().unwrap_or_default();
    conditions.iter().any(|one| one["type"] == "Ready" && one["status"] == "True")
}

/// From create to Ready, alone.
async fn single(client: &Client, ready: &Ready) -> Result<()> {
    let mut took = Vec::new();
    for number in 0..SINGLE {
        let name = format!("single-{number}");
        let began = create(client, &name).await?;
        took.push(ready.at(&name).await?.duration_since(began));
    }
    row("Tenant of three namespaces, create to Ready", &mut took);
    Ok(())
}

/// From create to Ready, among others; returns how long all took together.
async fn bulk(client: &Client, ready: &Ready) -> Result<Duration> {
    let began = Instant::now();
    let mut created = Vec::new();
    for number in 0..BULK {
        let name = format!("bulk-{number}");
        created.push((create(client, &name).await?, name));
    }
    let mut took = Vec::new();
    for (created, name) in created {
        took.push(ready.at(&name).await?.duration_since(created));
    }
    row(&format!("the same, {BULK} in a row"), &mut took);
    Ok(began.elapsed())
}

async fn create(client: &Client, name: &str) -> Result<Instant> {
    let tenant: Tenant = serde_json::from_value(json!({
        "apiVersion": "lessor.io/v1", "kind": "Tenant", "metadata": {"name": name},
        "spec": {"namespaces": NAMESPACES.map(|part| format!("{name}-{part}")),
            "members": [{"role": "admin", "kind": "Group", "name": format!("{name}-admins")}],
            "quota": {"requests.cpu": "6", "requests.memory": "24Gi", "pods": "60"}}
    }))?;
    let began = Instant::now();
    Api::all(client.clone()).create(&PostParams::default(), &tenant).await?;
    Ok(began)
}

/// From a deleted NetworkPolicy to the next one.
async fn repairs(client: &Client) -> Result<()> {
    let mut took = Vec::new();
    for number in 0..REPAIRS {
        let namespace = format!("bulk-{number}-web");
        let policies: Api<NetworkPolicy> = Api::namespaced(client.clone(), &namespace);
        let old = policies.get(names::DEFAULT_DENY_POLICY).await?.uid();
        policies.delete(names::DEFAULT_DENY_POLICY, &DeleteParams::default()).await?;
        let began = Instant::now();
        while policies
            .get_opt(names::DEFAULT_DENY_POLICY)
            .await?
            .is_none_or(|policy| policy.uid() == old)
        {
            anyhow::ensure!(began.elapsed() < LIMIT, "{namespace}: never repaired");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        took.push(began.elapsed());
    }
    row("NetworkPolicy, deleted to repaired", &mut took);
    Ok(())
}

/// Dry-run creates of a Pod inside a tenant and outside, in turns: the
/// difference is what both webhook calls add.
async fn pods(client: &Client) -> Result<()> {
    let spaces = ["default", "bulk-0-web"];
    let mut took = [Vec::new(), Vec::new()];
    for namespace in spaces {
        eventually(LIMIT, async || dry_run(client, namespace).await.map(|_| ())).await?;
    }
    for _ in 0..BLOCKS {
        for (namespace, took) in spaces.iter().zip(&mut took) {
            for _ in 0..PODS {
                took.push(dry_run(client, namespace).await?);
            }
        }
    }
    let [outside, inside] = &mut took;
    row("Pod create (dry run), outside tenants", outside);
    row("Pod create (dry run), in a tenant: mutate and validate", inside);
    Ok(())
}

async fn dry_run(client: &Client, namespace: &str) -> Result<Duration> {
    let pod: Pod = serde_json::from_value(json!({
        "metadata": {"generateName": "measured-"},
        "spec": {
            "securityContext": {"runAsUser": 1000},
            "containers": [{"name": "one", "image": "registry.example/one:v1",
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"},
                    "limits": {"memory": "32Mi"}}}]}
    }))?;
    let began = Instant::now();
    let parameters = PostParams { dry_run: true, field_manager: None };
    Api::<Pod>::namespaced(client.clone(), namespace).create(&parameters, &pod).await?;
    Ok(began.elapsed())
}

/// Requests of Lessor's own users, from the audit log.
#[derive(Default)]
struct Counts {
    reads: usize,
    writes: usize,
    leases: usize,
}

impl Counts {
    fn read(log: PathBuf) -> Result<Self> {
        let user = format!("system:serviceaccount:{NAMESPACE}:");
        let mut counts = Self::default();
        for line in std::fs::read_to_string(log)?.lines() {
            let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
            if !event["user"]["username"].as_str().is_some_and(|name| name.starts_with(&user)) {
                continue;
            }
            let lease = event["objectRef"]["resource"] == "leases";
            match event["verb"].as_str() {
                Some("get" | "list" | "watch") => counts.reads += usize::from(!lease),
                _ if lease => counts.leases += 1,
                _ => counts.writes += 1,
            }
        }
        Ok(counts)
    }

    fn since(&self, before: &Self) -> Self {
        Self {
            reads: self.reads - before.reads,
            writes: self.writes - before.writes,
            leases: self.leases - before.leases,
        }
    }
}

fn row(what: &str, took: &mut [Duration]) {
    took.sort();
    let at = |percent: usize| {
        let index = took.len().saturating_sub(1) * percent / 100;
        took.get(index).map_or(0.0, |took| took.as_secs_f64() * 1e3)
    };
    println!("| {what} | {} | {:.0} | {:.0} | {:.0} |", took.len(), at(50), at(99), at(100));
}
