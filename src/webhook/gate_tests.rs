//! A Pod waits at the gate until its namespace is isolated, and no longer than
//! its caller does.

use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::response::Response;
use serde_json::{Value, json};
use tokio_test::{assert_pending, assert_ready, task};

use super::{Deadline, Reviewer};
use crate::admission::{Endpoint, Phase};
use crate::api::{Callers, ClusterFacts};
use crate::cluster::SnapshotStore;
use crate::names;
use crate::policy::EvaluatorOptions;
use crate::snapshot::{Change, ManagedKind, NamespaceView, Snapshot};
use crate::telemetry::Metrics;

const TIME: Duration = Duration::from_secs(4);

fn tenant(isolated: bool) -> Change {
    let tenant = json!({"apiVersion": "lessor.io/v1", "kind": "Tenant",
        "metadata": {"name": "acme", "uid": "t"}, "spec": {},
        "status": {"namespaces": [{"name": "acme", "uid": "n", "isolated": isolated}]}});
    Change::Tenant(serde_json::from_value(tenant).unwrap())
}

fn default_deny() -> Change {
    Change::Managed {
        kind: ManagedKind::NetworkPolicy,
        namespace: "acme".to_owned(),
        name: names::DEFAULT_DENY_POLICY.to_owned(),
        exists: true,
    }
}

/// A namespace that is there and not isolated yet.
fn gated() -> Snapshot {
    let mut snapshot =
        Snapshot::new(ClusterFacts::default(), Callers::of_namespace("lessor-system"));
    let namespace = NamespaceView {
        name: "acme".to_owned(),
        uid: "n".to_owned(),
        labels: [(names::TENANT_LABEL.to_owned(), "acme".to_owned())].into(),
        ..NamespaceView::default()
    };
    for change in [Change::Namespace(namespace), tenant(false), Change::Synced] {
        snapshot.apply(change);
    }
    snapshot
}

fn reviewer(store: SnapshotStore) -> Reviewer {
    Reviewer::new(store, Metrics::default(), None, EvaluatorOptions::default())
}

async fn ask(reviewer: &Reviewer, phase: Phase) -> Response {
    let endpoint = Endpoint { phase, administrator: false };
    let pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "acme"},
        "spec": {"containers": [{"name": "web", "image": "i"}]}});
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {"uid": "u", "operation": "CREATE", "name": "web", "namespace": "acme",
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "userInfo": {"username": "dev"}, "object": pod}});
    reviewer.review(endpoint, Deadline::after(TIME), Bytes::from(review.to_string())).await
}

async fn response(answer: Response) -> Value {
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let answer: Value = serde_json::from_slice(&body).unwrap();
    answer["response"].clone()
}

fn held(response: &Value) {
    assert_eq!(response["allowed"], false);
    assert_eq!(response["status"]["code"], 503);
    assert_eq!(response["status"]["details"]["retryAfterSeconds"], 1);
    assert_eq!(response["status"]["details"]["causes"][0]["reason"], "IsolationNotReady");
}

#[tokio::test(start_paused = true)]
async fn a_pod_is_admitted_as_soon_as_its_namespace_is_isolated() {
    let (store, changes) = SnapshotStore::followed(gated());
    let reviewer = reviewer(store);
    let mut asked = task::spawn(ask(&reviewer, Phase::Mutating));
    assert_pending!(asked.poll());
    // Half of what it takes: it looks again and waits on.
    for (change, admitted) in [(default_deny(), false), (tenant(true), true)] {
        changes.send(change).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(asked.is_woken());
        if !admitted {
            assert_pending!(asked.poll());
            continue;
        }
        let response = response(assert_ready!(asked.poll())).await;
        assert_eq!(response["allowed"], true, "{response}");
        assert_eq!(response["patchType"], "JSONPatch");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_the_caller() {
    let (store, _changes) = SnapshotStore::followed(gated());
    let reviewer = reviewer(store);
    let mut asked = task::spawn(ask(&reviewer, Phase::Mutating));
    assert_pending!(asked.poll());
    // Three quarters of the time, less a moment.
    tokio::time::sleep(Duration::from_millis(2990)).await;
    assert_pending!(asked.poll());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(asked.is_woken());
    held(&response(assert_ready!(asked.poll())).await);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_wait_and_only_where_mutation_asks() {
    let (store, _changes) = SnapshotStore::followed(gated());
    let reviewer = reviewer(store);
    held(&response(assert_ready!(task::spawn(ask(&reviewer, Phase::Validating)).poll())).await);
    let mut waiting: Vec<_> =
        (0..64).map(|_| task::spawn(ask(&reviewer, Phase::Mutating))).collect();
    for asked in &mut waiting {
        assert_pending!(asked.poll());
    }
    held(&response(assert_ready!(task::spawn(ask(&reviewer, Phase::Mutating)).poll())).await);
    // One who gives up makes room.
    waiting.pop();
    assert_pending!(task::spawn(ask(&reviewer, Phase::Mutating)).poll());
}
