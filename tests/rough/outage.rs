//! The webhook is dead: what must stop stops, and running tenants do not suffer.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::api::{Server, refused};
use super::tenants::{self, In, config_map, deployment, pod, service};
use crate::controlplane::FakeKubelet;
use crate::eventually::eventually;
use crate::installation::WEBHOOK;
use crate::suite::{Suite, Test};

/// Controllers of the platform, on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// A ReplicaSet that was refused tries again after ever longer.
const LATER: Duration = Duration::from_mins(1);
const DOWN: &str = "failed calling webhook";

pub(super) fn register(suite: &mut Suite) {
    suite.rough("webhook_killed_hurts_no_running_tenant", webhook_killed);
}

async fn webhook_killed(test: Test) -> Result<()> {
    let (lessor, plane, name) = (test.lessor().await?, &test.plane, test.prefix.as_str());
    let admin = Server(plane.client());
    tenants::ready(&lessor, name).await?;
    let here = In(name);
    // Bound and run as the scheduler would, while there is a webhook to ask.
    let scheduler = plane.client_for("system:kube-scheduler", &["system:masters"]).await?;
    let stand_in = FakeKubelet::start(scheduler, name).await?;
    admin.create(&here.core("services"), &service("web")).await?;
    let deployments = here.group("apps", "deployments");
    admin.create(&deployments, &deployment("web", 3)).await?;
    let available = async |count: u64| {
        let web = admin.get(&format!("{deployments}/web")).await?;
        ensure!(web["status"]["availableReplicas"] == count, "{}", web["status"]);
        Ok(())
    };
    eventually(SOON, async || available(3).await).await?;
    let ready = async |count: usize| {
        let slices = admin.list(&here.group("discovery.k8s.io", "endpointslices")).await?;
        let endpoints = slices.iter().filter_map(|slice| slice["endpoints"].as_array()).flatten();
        let found = endpoints.filter(|e| e["conditions"]["ready"] == true).count();
        ensure!(found == count, "{found} endpoints are ready, not {count}");
        Ok(())
    };
    eventually(SOON, async || ready(3).await).await?;
    drop(stand_in);

    plane.kill_component(WEBHOOK).await?;
    let outcome = async {
        closed(&admin, name).await?;
        others_notice_nothing(&admin, name).await?;

        let node_name = format!("system:node:{name}-node");
        let node = plane.client_for(&node_name, &["system:nodes", "system:masters"]).await?;
        let pods = admin.list(&here.core("pods")).await?;
        let [sick, evicted, ..] = names(&pods)[..] else { anyhow::bail!("{pods:?}") };
        let conditions = json!({"status": {"conditions": [{"type": "Ready", "status": "False"}]}});
        let status = here.core(&format!("pods/{sick}/status"));
        Server(node.clone()).merge(&status, &conditions).await?;
        eventually(SOON, async || ready(2).await).await?;
        eventually(SOON, async || available(2).await).await?;

        let _kubelet = FakeKubelet::start(node, name).await?;
        let eviction = json!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": evicted},
        });
        admin.create(&here.core(&format!("pods/{evicted}/eviction")), &eviction).await?;
        // Terminating until its node says that it has ended.
        eventually(SOON, async || {
            let left = admin.exists(&here.core(&format!("pods/{evicted}"))).await?;
            ensure!(!left, "{evicted} is still there");
            Ok(())
        })
        .await?;
        eventually(SOON, async || ready(1).await).await?;
        eventually(SOON, async || available(1).await).await
    }
    .await;
    plane.start_component(WEBHOOK).await?;
    lessor.enforcing().await?;
    outcome?;
    eventually(SOON, async || {
        Ok(admin.create(&here.core("configmaps"), &config_map("after")).await.map(drop)?)
    })
    .await?;
    eventually(LATER, async || {
        let count = admin.list(&here.core("pods")).await?.len();
        ensure!(count == 3, "{count} Pods");
        Ok(())
    })
    .await?;
    admin.delete(&format!("{deployments}/web")).await?;
    Ok(())
}

/// Nothing is created or changed in the tenant; everything can be read.
async fn closed(admin: &Server, name: &str) -> Result<()> {
    let here = In(name);
    refused(admin.create(&here.core("configmaps"), &config_map("during")).await, 500, DOWN)?;
    refused(admin.create(&here.core("pods"), &pod("during")).await, 500, DOWN)?;
    let deployments = here.group("apps", "deployments");
    refused(admin.create(&deployments, &deployment("during", 1)).await, 500, DOWN)?;
    let scaled = json!({"spec": {"replicas": 5}});
    refused(admin.merge(&format!("{deployments}/web"), &scaled).await, 500, DOWN)?;
    let policy = here.group("networking.k8s.io", "networkpolicies/lessor-default-deny");
    refused(admin.delete(&policy).await, 500, DOWN)?;
    let unlabelled = json!({"metadata": {"labels": {"lessor.io/tenant": null}}});
    let namespace = format!("/api/v1/namespaces/{name}");
    refused(admin.merge(&namespace, &unlabelled).await, 500, DOWN)?;
    for path in ["pods", "configmaps", "events", "services"] {
        admin.list(&here.core(path)).await?;
    }
    admin.get(&namespace).await?;
    admin.get(&format!("{deployments}/web")).await?;
    Ok(())
}

/// The platform's own namespaces and those of nobody.
async fn others_notice_nothing(admin: &Server, name: &str) -> Result<()> {
    let unmanaged = format!("un-{name}");
    let made = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": unmanaged}});
    admin.create("/api/v1/namespaces", &made).await?;
    for namespace in ["kube-system", &unmanaged] {
        let there = In(namespace);
        let account = there.core("serviceaccounts/default");
        eventually(SOON, async || Ok(admin.get(&account).await.map(drop)?)).await?;
        for (collection, object) in [
            (there.core("configmaps"), config_map(name)),
            (there.core("pods"), pod(name)),
            (there.group("apps", "deployments"), deployment(name, 1)),
        ] {
            admin.create(&collection, &object).await?;
            if collection.ends_with("deployments") {
                eventually(SOON, async || {
                    let pods = admin.list(&there.core("pods")).await?;
                    let named =
                        names(&pods).into_iter().any(|pod| pod.starts_with(&format!("{name}-")));
                    ensure!(named, "no Pod of the Deployment: {:?}", names(&pods));
                    Ok(())
                })
                .await?;
            }
            let label = json!({"metadata": {"labels": {"changed": "yes"}}});
            admin.merge(&format!("{collection}/{name}"), &label).await?;
            admin.delete(&format!("{collection}/{name}")).await?;
        }
    }
    admin.delete(&format!("/api/v1/namespaces/{unmanaged}")).await?;
    Ok(())
}

fn names(objects: &[Value]) -> Vec<&str> {
    objects.iter().filter_map(|object| object["metadata"]["name"].as_str()).collect()
}
