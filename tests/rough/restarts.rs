//! A new version of Lessor, and a new API server process.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::api::{Server, refused};
use super::tenants::{self, In, config_map, deployment, pod};
use crate::controlplane::FakeKubelet;
use crate::eventually::eventually;
use crate::installation::{CONTROLLER, WEBHOOK};
use crate::suite::{Suite, Test};

const SOON: Duration = Duration::from_secs(20);
/// Watches that failed come back after a growing pause.
const LATER: Duration = Duration::from_mins(1);
const LABEL: &str = "example.com/cost-centre";

pub(super) fn register(suite: &mut Suite) {
    suite.rough("new_injected_label_rolls_nothing", new_injected_label_rolls_nothing);
    suite.rough("api_server_restart_is_survived", api_server_restart_is_survived);
}

/// Templates are judged and never mutated: a Lessor that injects more than the
/// one before must not make every Deployment of every tenant roll.
async fn new_injected_label_rolls_nothing(test: Test) -> Result<()> {
    let (lessor, plane, name) = (test.lessor().await?, &test.plane, test.prefix.as_str());
    let admin = Server(plane.client());
    let classes = "/apis/lessor.io/v1/tenantclasses";
    let shipped = admin.get(&format!("{classes}/default")).await?;
    let class = json!({
        "apiVersion": "lessor.io/v1", "kind": "TenantClass",
        "metadata": {"name": name}, "spec": shipped["spec"],
    });
    admin.create(classes, &class).await?;
    tenants::apply(&lessor, name, &[name], &format!(", class: {name}")).await?;
    lessor.ready(name, SOON).await?;
    let here = In(name);
    let scheduler = plane.client_for("system:kube-scheduler", &["system:masters"]).await?;
    let _kubelet = FakeKubelet::start(scheduler, name).await?;
    let web = format!("{}/web", here.group("apps", "deployments"));
    admin.create(&here.group("apps", "deployments"), &deployment("web", 3)).await?;
    let settled = async || {
        let deployment = admin.get(&web).await?;
        let (status, generation) = (&deployment["status"], &deployment["metadata"]["generation"]);
        ensure!(
            status["availableReplicas"] == 3 && status["observedGeneration"] == *generation,
            "{status}"
        );
        ensure!(status["collisionCount"].is_null(), "ReplicaSets without end: {status}");
        Ok(())
    };
    eventually(SOON, settled).await?;
    let uids = |objects: &[Value]| -> BTreeSet<String> {
        objects.iter().map(|object| object["metadata"]["uid"].to_string()).collect()
    };
    let sets = async || admin.list(&here.group("apps", "replicasets")).await;
    let (pods_before, sets_before) =
        (uids(&admin.list(&here.core("pods")).await?), uids(&sets().await?));
    ensure!(pods_before.len() == 3 && sets_before.len() == 1);

    let labelled = json!({"spec": {"podLabels": {LABEL: "4711"}}});
    admin.merge(&format!("{classes}/{name}"), &labelled).await?;
    plane.stop_component(WEBHOOK).await?;
    plane.start_component(WEBHOOK).await?;
    lessor.enforcing().await?;

    // Makes every controller look at its objects again.
    let touched = json!({"metadata": {"annotations": {"example.com/touched": "yes"}}});
    admin.merge(&web, &touched).await?;
    for set in sets().await? {
        let path = here.group("apps", "replicasets");
        let set = set["metadata"]["name"].as_str().unwrap_or_default();
        admin.merge(&format!("{path}/{set}"), &touched).await?;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    settled().await?;
    let pods = admin.list(&here.core("pods")).await?;
    ensure!(uids(&pods) == pods_before, "a Pod was replaced");
    ensure!(uids(&sets().await?) == sets_before, "a ReplicaSet was made");

    let gone = pods[0]["metadata"]["name"].as_str().unwrap_or_default();
    admin.delete(&here.core(&format!("pods/{gone}"))).await?;
    eventually(SOON, async || {
        let pods = admin.list(&here.core("pods")).await?;
        let new: Vec<_> =
            pods.iter().filter(|pod| pod["metadata"]["labels"][LABEL] == "4711").collect();
        ensure!(pods.len() == 3 && new.len() == 1, "{} Pods, {} new", pods.len(), new.len());
        Ok(())
    })
    .await?;
    eventually(SOON, settled).await?;
    ensure!(uids(&sets().await?) == sets_before, "a ReplicaSet was made");
    admin.delete(&web).await?;
    Ok(())
}

/// Nobody restarts Lessor: its watches come back by themselves, and what they
/// missed is caught up with.
async fn api_server_restart_is_survived(test: Test) -> Result<()> {
    let (lessor, plane, name) = (test.lessor().await?, &test.plane, test.prefix.as_str());
    let admin = Server(plane.client());
    let (before, after) = (format!("{name}-before"), format!("{name}-after"));
    tenants::ready(&lessor, &before).await?;
    let processes = [WEBHOOK, CONTROLLER].map(|component| plane.pid(component));

    plane.kill_component("kube-apiserver").await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    plane.start_component("kube-apiserver").await?;
    plane.ready().await?;
    eventually(LATER, async || tenants::apply(&lessor, &after, &[&after], "").await).await?;
    lessor.ready(&after, LATER).await?;
    lessor.enforcing().await?;
    let now = [WEBHOOK, CONTROLLER].map(|component| plane.pid(component));
    ensure!(processes == now, "a process ended: {processes:?}, {now:?}");

    for tenant in [&before, &after] {
        let there = In(tenant);
        admin.create(&there.core("configmaps"), &config_map("settings")).await?;
        let reserved = admin.create(&there.core("configmaps"), &config_map("lessor-x")).await;
        refused(reserved, 403, "ReservedNameForbidden")?;
        let mut privileged = pod("privileged");
        privileged["spec"]["hostNetwork"] = json!(true);
        ensure!(admin.create(&there.core("pods"), &privileged).await.is_err(), "admitted");
        let policy = there.group("networking.k8s.io", "networkpolicies/lessor-default-deny");
        admin.delete(&policy).await?;
        eventually(LATER, async || Ok(admin.get(&policy).await.map(drop)?)).await?;
    }
    Ok(())
}
