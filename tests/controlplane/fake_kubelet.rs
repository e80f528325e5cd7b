//! A stand-in for scheduler and kubelet: Pods become Running and go when deleted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use futures::TryStreamExt;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{Api, DeleteParams, Patch, PatchParams, Preconditions};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, ResourceExt};
use serde_json::json;
use tokio::task::JoinHandle;

/// One made-up Node with room for everything. It stops when dropped; its Node stays.
pub(crate) struct FakeKubelet {
    task: JoinHandle<()>,
}

impl FakeKubelet {
    /// Makes the Node `<prefix>-node` and from then on binds Pending Pods to
    /// it, in namespaces that begin with `prefix`, except those with scheduling
    /// gates, a node selector that it does not meet, or another scheduler's name.
    pub(crate) async fn start(client: Client, prefix: &str) -> Result<Self> {
        let kubelet = Kubelet {
            client,
            prefix: prefix.to_owned(),
            node: format!("{prefix}-node"),
            addresses: AtomicU32::new(0),
        };
        kubelet.register().await?;
        let task = tokio::spawn(async move {
            loop {
                // The watcher recovers by itself; an error of ours is tried again.
                if kubelet.follow().await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        });
        Ok(Self { task })
    }
}

impl Drop for FakeKubelet {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Kubelet {
    client: Client,
    prefix: String,
    node: String,
    addresses: AtomicU32,
}

impl Kubelet {
    fn labels(&self) -> BTreeMap<String, String> {
        [("kubernetes.io/hostname", self.node.as_str()), ("kubernetes.io/os", "linux")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    async fn register(&self) -> Result<()> {
        let nodes: Api<Node> = Api::all(self.client.clone());
        let params = PatchParams::apply("lessor-tests").force();
        let node = json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": self.node, "labels": self.labels()},
        });
        nodes.patch(&self.node, &params, &Patch::Apply(node)).await?;
        let room = json!({"cpu": "64", "memory": "256Gi", "pods": "1000"});
        let status = json!({"status": {
            "capacity": room, "allocatable": room,
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
        }});
        let merge = PatchParams::default();
        nodes.patch_status(&self.node, &merge, &Patch::Merge(status)).await?;
        Ok(())
    }

    async fn follow(&self) -> Result<()> {
        let pods: Api<Pod> = Api::all(self.client.clone());
        let seen = watcher(pods, watcher::Config::default()).default_backoff().applied_objects();
        seen.map_err(anyhow::Error::from)
            .try_for_each_concurrent(8, |pod| async move { self.step(&pod).await })
            .await
    }

    /// One step of one Pod's life; the change it makes brings the next event.
    async fn step(&self, pod: &Pod) -> Result<()> {
        let namespace = pod.namespace().unwrap_or_default();
        if !namespace.starts_with(&self.prefix) {
            return Ok(());
        }
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &namespace);
        let name = pod.name_any();
        let Some(spec) = &pod.spec else { return Ok(()) };
        let phase = pod.status.as_ref().and_then(|status| status.phase.clone());
        let done = match spec.node_name.as_deref() {
            None if self.accepts(pod) => self.bind(pod, &namespace).await,
            Some(node) if node == self.node => {
                if pod.metadata.deletion_timestamp.is_some() {
                    let now = DeleteParams {
                        grace_period_seconds: Some(0),
                        preconditions: Some(Preconditions {
                            uid: pod.metadata.uid.clone(),
                            resource_version: None,
                        }),
                        ..DeleteParams::default()
                    };
                    pods.delete(&name, &now).await.map(drop)
                } else if phase.as_deref() == Some("Pending") {
                    let status = Patch::Merge(self.running(pod));
                    let params = PatchParams::default();
                    pods.patch_status(&name, &params, &status).await.map(drop)
                } else {
                    Ok(())
                }
            }
            _ => Ok(()),
        };
        match done {
            // Deleted or replaced in between; a webhook's refusal is the test's business.
            Err(kube::Error::Api(error)) if (400..500).contains(&error.code) => Ok(()),
            other => Ok(other?),
        }
    }

    fn accepts(&self, pod: &Pod) -> bool {
        let labels = self.labels();
        pod.metadata.deletion_timestamp.is_none()
            && pod.spec.as_ref().is_some_and(|spec| {
                let gates = spec.scheduling_gates.as_ref();
                let scheduler = spec.scheduler_name.as_deref();
                let mut selector = spec.node_selector.iter().flatten();
                gates.is_none_or(Vec::is_empty)
                    && scheduler.is_none_or(|name| name == "default-scheduler")
                    && selector.all(|(key, value)| labels.get(key) == Some(value))
            })
    }

    async fn bind(&self, pod: &Pod, namespace: &str) -> kube::Result<()> {
        let name = pod.name_any();
        let binding = json!({
            "apiVersion": "v1", "kind": "Binding",
            "metadata": {"name": name, "namespace": namespace, "uid": pod.metadata.uid},
            "target": {"apiVersion": "v1", "kind": "Node", "name": self.node},
        });
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/binding");
        let request = hyper::Request::post(path)
            .header("content-type", "application/json")
            .body(binding.to_string().into_bytes())
            .map_err(kube::Error::HttpError)?;
        self.client.request_text(request).await.map(drop)
    }

    fn running(&self, pod: &Pod) -> serde_json::Value {
        let count = self.addresses.fetch_add(1, Ordering::Relaxed);
        let address = format!("10.244.{}.{}", (count / 250) % 250, count % 250 + 2);
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
        let now = now.to_string();
        let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
        let containers: Vec<_> = containers
            .map(|container| {
                json!({
                    "name": container.name, "image": container.image.as_deref().unwrap_or_default(),
                    "imageID": "", "ready": true, "started": true, "restartCount": 0,
                    "state": {"running": {"startedAt": now}},
                })
            })
            .collect();
        let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
            .map(|kind| json!({"type": kind, "status": "True", "lastTransitionTime": now}));
        json!({"status": {
            "phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
            "hostIP": "127.0.0.1", "hostIPs": [{"ip": "127.0.0.1"}], "startTime": now,
            "conditions": conditions, "containerStatuses": containers,
        }})
    }
}
