//! Pods wait for their namespace's isolation, and nobody waits for them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::api::{Refused, Server};
use super::process::Process;
use super::tenants::{self, In, pod};
use crate::controlplane::free_ports;
use crate::eventually::eventually;
use crate::installation::{CONTROLLER, Installation, RANGES};
use crate::suite::{Suite, Test};

const GATED: usize = 200;
/// Writes of the controller until a namespace exists that nothing isolates yet:
/// the finalizer, the intent and the Namespace.
const UNTIL_NAMESPACE: &str = "--crash-after-writes=3";
/// Between the time of our webhook configuration and that of the caller.
const SANE: Duration = Duration::from_secs(20);

pub(super) fn register(suite: &mut Suite) {
    suite.rough("gated_pods_keep_no_other_tenant_waiting", gated_pods);
}

async fn gated_pods(test: Test) -> Result<()> {
    let (lessor, plane, name) = (test.lessor().await?, &test.plane, test.prefix.as_str());
    let other = format!("{name}-other");
    tenants::ready(&lessor, &other).await?;
    plane.stop_component(CONTROLLER).await?;
    let outcome = async {
        half_made(&lessor, name).await?;
        let admin = Server(plane.client());
        tokio::time::timeout(Duration::from_mins(1), flood(&admin, name, &other)).await?
    }
    .await;
    plane.start_component(CONTROLLER).await?;
    outcome?;
    // Healed by itself: the same Pod is admitted once the namespace is isolated.
    lessor.ready(name, Duration::from_secs(40)).await?;
    Server(plane.client()).create(&In(name).core("pods"), &pod("late")).await?;
    lessor.enforcing().await
}

/// Leaves a Tenant whose namespace is there, but none of its network policies.
async fn half_made(lessor: &Installation, name: &str) -> Result<()> {
    let plane = &lessor.plane;
    let [health] = free_ports()?;
    tenants::apply(lessor, name, &[name], "").await?;
    let probes = format!("--health-listen=127.0.0.1:{health}");
    let args = ["controller", &probes, "--no-leader-election", "--no-configurations"];
    let args = [&args[..], &RANGES, &[UNTIL_NAMESPACE]].concat();
    let kubeconfig = lessor.kubeconfig_of("lessor-controller")?;
    let mut controller = Process::start(&args, Some(&kubeconfig), &plane.log(name))?;
    let status = controller.end(Duration::from_secs(30)).await?;
    ensure!(status.code() == Some(70), "{status}");
    let admin = Server(plane.client());
    let here = In(name);
    let policies = admin.list(&here.group("networking.k8s.io", "networkpolicies")).await?;
    ensure!(policies.is_empty(), "it is isolated already");
    // Without its ServiceAccount a Pod would be refused before it gets to us.
    let account = here.core("serviceaccounts/default");
    eventually(Duration::from_secs(20), async || Ok(admin.get(&account).await.map(drop)?)).await
}

async fn flood(admin: &Server, name: &str, other: &str) -> Result<()> {
    let quiet = admissions(admin, other, "quiet", &mut |count| count >= 40).await?;
    let began = Instant::now();
    let gated: Vec<_> = (0..GATED)
        .map(|number| {
            let (admin, path) = (admin.clone(), In(name).core("pods"));
            tokio::spawn(async move {
                let began = Instant::now();
                let answer = admin.create(&path, &pod(&format!("gated-{number}"))).await;
                (answer, began.elapsed())
            })
        })
        .collect();
    let mut all_answered = |_| gated.iter().all(tokio::task::JoinHandle::is_finished);
    let busy = admissions(admin, other, "busy", &mut all_answered).await?;
    let mut hung = Vec::new();
    for gated in gated {
        let (answer, took) = gated.await?;
        let Err(Refused { code, message, causes }) = answer else {
            anyhow::bail!("a Pod was admitted into a namespace that nothing isolates");
        };
        let ours = causes.iter().any(|cause| cause == "IsolationNotReady");
        ensure!(code == 503 && ours, "{code} {message}");
        hung.push(took);
    }
    eprintln!("gate: another tenant's Pods, alone:     {}", Distribution(quiet));
    eprintln!("gate: another tenant's Pods, meanwhile: {}", Distribution(busy));
    eprintln!("gate: the {GATED} gated Pods:             {}", Distribution(hung));
    ensure!(began.elapsed() < SANE, "{:?}", began.elapsed());
    Ok(())
}

/// Creates Pods one after the other as dry runs until told to stop; each must succeed.
async fn admissions(
    admin: &Server,
    namespace: &str,
    name: &str,
    stop: &mut impl FnMut(usize) -> bool,
) -> Result<Vec<Duration>> {
    let path = format!("{}?dryRun=All", In(namespace).core("pods"));
    let mut times = Vec::new();
    while !stop(times.len()) || times.is_empty() {
        let began = Instant::now();
        let admitted = admin.create(&path, &pod(&format!("{name}-{}", times.len()))).await;
        let admitted = admitted.with_context(|| format!("number {} of {name}", times.len()))?;
        ensure!(admitted["metadata"]["labels"]["lessor.io/tenant"] == namespace, "{admitted}");
        times.push(began.elapsed());
    }
    Ok(times)
}

struct Distribution(Vec<Duration>);

impl std::fmt::Display for Distribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut times = self.0.clone();
        times.sort();
        let at = |percent: usize| {
            let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times.get(index).copied().unwrap_or_default().as_secs_f64() * 1000.0
        };
        let (p50, p90, p99, max) = (at(50), at(90), at(99), at(100));
        write!(f, "n {:3}  p50 {p50:.1} ms  p90 {p90:.1}  p99 {p99:.1}  max {max:.1}", times.len())
    }
}
