//! Suspension scales everything to zero, keeps it there and brings it back exactly.

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::caller::{MERGE, path};
use super::world::{SOON, World, pod, workload};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("suspended_and_resumed", suspended_and_resumed);
}

fn batch(kind: &str, namespace: &str, name: &str) -> Value {
    let spec = json!({"template": {"spec": {"restartPolicy": "Never",
        "containers": [{"name": "app", "image": "registry.example.com/app:1"}]}}});
    let spec = match kind {
        "CronJob" => json!({"schedule": "0 0 1 1 *", "jobTemplate": {"spec": spec}}),
        _ => spec,
    };
    json!({"apiVersion": "batch/v1", "kind": kind,
        "metadata": {"name": name, "namespace": namespace}, "spec": spec})
}

async fn suspended_and_resumed(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let name = world.name.as_str();
    let member = world.member();
    let workloads = [
        workload("Deployment", name, "web", &json!({"replicas": 3})),
        workload("Deployment", name, "idle", &json!({"replicas": 0})),
        workload("StatefulSet", name, "db", &json!({"replicas": 2, "serviceName": "db"})),
        workload("DaemonSet", name, "agent", &json!({})),
        batch("CronJob", name, "nightly"),
        batch("Job", name, "once"),
    ];
    for object in &workloads {
        member.create(object).await?.object()?;
    }
    let bare = pod(name, "bare");
    member.create(&bare).await?.object()?;
    let mut before = Vec::new();
    for object in &workloads {
        before.push(world.stored(&path(object)).await?);
    }
    let tenant = world.tenant(json!({"suspended": true})).await?;
    let down: [fn(&Value) -> bool; 6] = [
        |spec| spec["replicas"] == 0,
        |spec| spec["replicas"] == 0,
        |spec| spec["replicas"] == 0,
        |spec| spec["template"]["spec"]["nodeSelector"]["lessor.io/suspended"] == "true",
        |spec| spec["suspend"] == true,
        |spec| spec["suspend"] == true,
    ];
    for (object, is_down) in workloads.iter().zip(down) {
        world.until(&path(object), SOON, |object| is_down(&object["spec"])).await?;
    }
    let condition = |tenant: &Value| {
        let conditions = tenant["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.into_iter().find(|condition| condition["type"] == "Suspended")
    };
    let told = condition(&tenant).context("no condition Suspended")?;
    ensure!(told["status"] == "True", "{told}");
    let message = told["message"].as_str().unwrap_or_default();
    ensure!(message.contains(&format!("{name}/bare")), "{message}");
    eventually(SOON, async || {
        let pods = world.list(&format!("/api/v1/namespaces/{name}/pods")).await?;
        ensure!(pods.len() == 1, "{} Pods are left", pods.len());
        Ok(())
    })
    .await?;
    stays_down(&world, &workloads[0], &workloads[2]).await?;
    world.tenant(json!({"suspended": false})).await?;
    for (object, before) in workloads.iter().zip(&before) {
        let (now, _) = world
            .until(&path(object), SOON, |now| {
                now["metadata"]["annotations"]["lessor.io/suspended-from"].is_null()
                    && unselected(now) == unselected(before)
            })
            .await?;
        ensure!(now["metadata"]["labels"] == before["metadata"]["labels"], "{now}");
    }
    member.create(&pod(name, "again")).await?.object()?;
    eventually(SOON, async || {
        let pods = world.list(&format!("/api/v1/namespaces/{name}/pods")).await?;
        // Three of the Deployment, the StatefulSet's first, the Job's and the two bare ones.
        ensure!(pods.len() >= 7, "{} Pods", pods.len());
        Ok(())
    })
    .await
}

/// The spec; an emptied selector is the same as none.
fn unselected(object: &Value) -> Value {
    let mut spec = object["spec"].clone();
    if let Some(pod) = spec["template"]["spec"].as_object_mut()
        && pod.get("nodeSelector") == Some(&json!({}))
    {
        pod.remove("nodeSelector");
    }
    spec
}

async fn stays_down(world: &World, deployment: &Value, set: &Value) -> Result<()> {
    let name = world.name.as_str();
    let suspended = Reason::TenantSuspended;
    let scale = json!({"spec": {"replicas": 5}});
    for object in [deployment, set] {
        let at = format!("{}/scale", path(object));
        for caller in [&world.open, &world.member()] {
            let answer = caller.patch(&at, MERGE, &scale).await?;
            answer.denied_at(suspended, "spec.replicas")?;
        }
        let mut whole = world.stored(&at).await?;
        whole["spec"]["replicas"] = json!(1);
        world.open.put(&at, &whole).await?.denied_at(suspended, "spec.replicas")?;
        world.member().patch(&at, MERGE, &json!({"spec": {"replicas": 0}})).await?.object()?;
    }
    for caller in [&world.open, &world.member(), &world.admin] {
        caller.create_dry(&pod(name, "new")).await?.denied(suspended)?;
        caller.create(&pod(name, "new")).await?.denied(suspended)?;
    }
    let exec = format!("{}/exec?command=id&stdout=true", path(&pod(name, "bare")));
    world.member().send("POST", &exec, "", &Value::Null).await?.denied(suspended)?;
    // The annotation that remembers what was is nobody's to write.
    let forged = json!({"metadata": {"annotations": {"lessor.io/suspended-from": "100"}}});
    let answer = world.open.patch(&path(deployment), MERGE, &forged).await?;
    answer.denied_at(Reason::ReservedKeyForbidden, "metadata.annotations[lessor.io/suspended-from]")
}
