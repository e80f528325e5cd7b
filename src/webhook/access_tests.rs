//! What requesters may do is asked of the API server, within the deadline.

use std::convert::Infallible;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{Limits, Reviewer, routes, with_limits};
use crate::api::{Callers, ClusterFacts};
use crate::cluster::{AccessReviews, SnapshotStore};
use crate::policy::EvaluatorOptions;
use crate::snapshot::{Change, Snapshot};
use crate::telemetry::Metrics;

/// An API server that gives this answer to every access review of `dev`.
fn authorizer(code: u16, status: Value) -> AccessReviews {
    let service = tower::service_fn(move |request: Request<kube::client::Body>| {
        let status = status.clone();
        async move {
            assert_eq!(request.uri().path(), "/apis/authorization.k8s.io/v1/subjectaccessreviews");
            let sent = request.into_body().collect().await.unwrap().to_bytes();
            let sent: Value = serde_json::from_slice(&sent).unwrap();
            assert_eq!(sent["spec"]["user"], "dev");
            assert_eq!(sent["spec"]["groups"], json!(["devs"]));
            assert_eq!(sent["spec"]["extra"], json!({"scopes": ["a"]}));
            assert_eq!(
                sent["spec"]["resourceAttributes"],
                json!({"verb": "use", "group": "lessor.io", "resource": "tenantclasses", "name": "gold"})
            );
            let answer = json!({"apiVersion": "authorization.k8s.io/v1",
                "kind": "SubjectAccessReview", "metadata": {}, "spec": {}, "status": status});
            let body = Body::from(answer.to_string());
            Ok::<_, Infallible>(Response::builder().status(code).body(body).unwrap())
        }
    });
    AccessReviews::new(kube::Client::new(service, "default"))
}

async fn create_tenant(access: Option<AccessReviews>) -> Value {
    let mut snapshot =
        Snapshot::new(ClusterFacts::default(), Callers::of_namespace("lessor-system"));
    snapshot.apply(Change::Synced);
    let reviewer = Reviewer::new(
        SnapshotStore::fixed(snapshot),
        Metrics::default(),
        access,
        EvaluatorOptions::default(),
    );
    let router = with_limits(routes(reviewer), Limits::default());
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "operation": "CREATE", "name": "acme",
        "resource": {"group": "lessor.io", "version": "v1", "resource": "tenants"},
        "userInfo": {"username": "dev", "groups": ["devs"], "extra": {"scopes": ["a"]}},
        "object": {"apiVersion": "lessor.io/v1", "kind": "Tenant", "metadata": {"name": "acme"},
            "spec": {"class": "gold"}}}});
    let request = Request::post("/validate")
        .header("content-type", "application/json")
        .body(Body::from(review.to_string()))
        .unwrap();
    let answer = router.oneshot(request).await.unwrap();
    let body: Bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(answer["response"]["uid"], "u");
    answer["response"].clone()
}

#[tokio::test]
async fn the_authorizers_answer_decides() {
    let yes = create_tenant(Some(authorizer(201, json!({"allowed": true})))).await;
    assert_eq!(yes["allowed"], true, "{yes}");
    for no in [
        json!({"allowed": false}),
        json!({"allowed": false, "denied": true}),
        json!({"allowed": true, "denied": true}),
    ] {
        let no = create_tenant(Some(authorizer(201, no))).await;
        assert_eq!(no["allowed"], false);
        assert_eq!(no["status"]["code"], 403);
        assert_eq!(no["status"]["details"]["causes"][0]["reason"], "ClassNotAllowed");
        assert_eq!(no["status"]["details"]["causes"][0]["field"], "spec.class");
    }
}

#[tokio::test]
async fn no_answer_is_no_permission_but_may_be_asked_again() {
    let silent = create_tenant(Some(authorizer(500, Value::Null))).await;
    assert_eq!(silent["allowed"], false);
    assert_eq!(silent["status"]["code"], 503);
    assert_eq!(silent["status"]["details"]["retryAfterSeconds"], 1);
    assert_eq!(silent["status"]["details"]["causes"][0]["reason"], "TenancyContextUnavailable");
}

#[tokio::test]
async fn without_a_cluster_it_is_assumed_and_said() {
    let assumed = create_tenant(None).await;
    assert_eq!(assumed["allowed"], true);
    let warnings = assumed["warnings"].to_string();
    assert!(warnings.contains("assumed that the requester may use tenantclasses"), "{warnings}");
}
