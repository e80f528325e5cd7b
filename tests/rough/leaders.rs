//! Two controllers, of which one leads.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::api::Server;
use super::process::Process;
use super::tenants::{self, In};
use crate::controlplane::{ControlPlane, free_ports};
use crate::eventually::eventually;
use crate::installation::{CONTROLLER, NAMESPACE, RANGES};
use crate::suite::{Suite, Test};

/// The lease holds for 15 s; then somebody else notices, lists and heals.
const TAKEN_OVER: Duration = Duration::from_secs(30);
/// A lease that was given back is free at once.
const HANDED_OVER: Duration = Duration::from_secs(8);
const WAITING: &str = "waiting for leadership";

pub(super) fn register(suite: &mut Suite) {
    suite.rough("another_controller_takes_over", another_controller_takes_over);
}

async fn another_controller_takes_over(test: Test) -> Result<()> {
    let (lessor, plane, name) = (test.lessor().await?, &test.plane, test.prefix.as_str());
    let admin = Server(plane.client());
    tenants::ready(&lessor, name).await?;
    let first = holder(&admin).await?;
    let policy = In(name).group("networking.k8s.io", "networkpolicies/lessor-default-deny");
    let heals = async |within: Duration| -> Result<()> {
        admin.delete(&policy).await?;
        eventually(within, async || Ok(admin.get(&policy).await.map(drop)?)).await
    };

    let [health] = free_ports()?;
    let (probes, port) =
        (format!("--health-listen=127.0.0.1:{health}"), format!("--webhook-port={}", lessor.port));
    let args = [&["controller", &probes, &port][..], &RANGES].concat();
    let kubeconfig = lessor.kubeconfig_of("lessor-controller")?;
    let mut second = Process::start(&args, Some(&kubeconfig), &plane.log(name))?;
    says(&second, WAITING).await?;
    heals(Duration::from_secs(5)).await.context("the first one leads")?;
    ensure!(!second.text().contains("leading"), "two lead");
    ensure!(holder(&admin).await? == first, "the lease went to the one that waits");

    let began = Instant::now();
    plane.kill_component(CONTROLLER).await?;
    heals(TAKEN_OVER).await.context("the first one was killed")?;
    eprintln!("leaders: healed {:.1} s after the leader was killed", began.elapsed().as_secs_f64());
    let next = holder(&admin).await?;
    ensure!(next != first, "the lease is still the dead one's");

    let waiting = std::fs::read_to_string(plane.log(CONTROLLER))?.matches(WAITING).count();
    plane.start_component(CONTROLLER).await?;
    eventually(Duration::from_secs(20), async || {
        let log = std::fs::read_to_string(plane.log(CONTROLLER))?;
        ensure!(log.matches(WAITING).count() > waiting, "it does not wait yet");
        Ok(())
    })
    .await?;
    heals(Duration::from_secs(5)).await.context("the second one leads")?;
    ensure!(holder(&admin).await? == next, "the lease was taken from a leader that lives");

    one_at_a_time(plane, name)?;
    let began = Instant::now();
    second.terminate().await?;
    let status = second.end(Duration::from_secs(10)).await?;
    ensure!(status.success(), "{status}");
    heals(HANDED_OVER).await.context("the second one was told to stop")?;
    eprintln!(
        "leaders: healed {:.1} s after the leader was stopped",
        began.elapsed().as_secs_f64()
    );
    ensure!(holder(&admin).await? != next, "the lease was not given back");
    lessor.enforcing().await
}

async fn says(process: &Process, what: &str) -> Result<()> {
    eventually(Duration::from_secs(20), async || {
        ensure!(process.text().contains(what), "not {what:?} yet: {}", process.text());
        Ok(())
    })
    .await
}

async fn holder(admin: &Server) -> Result<String> {
    let path = "/apis/coordination.k8s.io/v1/namespaces";
    let lease = admin.get(&format!("{path}/{NAMESPACE}/leases/lessor-controller")).await?;
    let holder = lease["spec"]["holderIdentity"].as_str();
    Ok(holder.filter(|holder| !holder.is_empty()).context("nobody leads")?.to_owned())
}

/// In the audit log, by the certificate that each process calls with: whoever
/// has written into the tenant's namespace and was followed by another never
/// writes there again.
fn one_at_a_time(plane: &ControlPlane, namespace: &str) -> Result<()> {
    let log = std::fs::read_to_string(plane.log("audit"))?;
    let mut writers: Vec<String> = Vec::new();
    for line in log.lines().filter(|line| line.contains(namespace)) {
        let event: Value = serde_json::from_str(line)?;
        let verb = event["verb"].as_str().unwrap_or_default();
        let user = event["user"]["username"].as_str().unwrap_or_default();
        let written = ["create", "update", "patch", "delete"].contains(&verb)
            && event["objectRef"]["namespace"] == namespace
            && event["impersonatedUser"].is_null();
        if !written || !user.ends_with(":lessor-controller") {
            continue;
        }
        let id = &event["user"]["extra"]["authentication.kubernetes.io/credential-id"][0];
        let id = id.as_str().context("the audit log does not name the certificate")?.to_owned();
        if writers.last() != Some(&id) {
            ensure!(!writers.contains(&id), "two write in turns: {writers:?}, then {id}");
            writers.push(id);
        }
    }
    ensure!(writers.len() == 2, "{writers:?}");
    Ok(())
}
