//! Requests to the API server as somebody, and exactly what was answered.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use lessor::names::Reason;
use serde_json::{Value, json};

const JSON: &str = "application/json";
/// The four ways to patch, and the content type that says which.
pub(crate) const MERGE: &str = "application/merge-patch+json";
pub(crate) const STRATEGIC: &str = "application/strategic-merge-patch+json";
pub(crate) const JSON_PATCH: &str = "application/json-patch+json";
pub(crate) const APPLY: &str = "application/apply-patch+yaml";

/// Somebody: an administrator, who may speak for others.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client,
    speaks_for: Option<(String, Vec<String>)>,
}

/// What the API server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) body: Value,
    pub(crate) warnings: Vec<String>,
}

impl Caller {
    pub(crate) fn administrator(client: Client) -> Self {
        Self { client, speaks_for: None }
    }

    /// The same connection with the rights of another, as `kubectl --as`.
    pub(crate) fn speaking_for(&self, user: &str, groups: &[&str]) -> Self {
        let groups = groups.iter().map(ToString::to_string).collect();
        Self { client: self.client.clone(), speaks_for: Some((user.to_owned(), groups)) }
    }

    /// Sends one request. `content` is the type of the body.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        content: &str,
        body: &Value,
    ) -> Result<Answer> {
        let mut request =
            hyper::Request::builder().method(method).uri(path).header("content-type", content);
        if let Some((user, groups)) = &self.speaks_for {
            request = request.header("impersonate-user", user);
            for group in groups {
                request = request.header("impersonate-group", group);
            }
        }
        let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body)? };
        let response = self.client.send(request.body(Body::from(bytes))?).await?;
        let code = response.status().as_u16();
        let warnings = response.headers().get_all("warning").iter();
        let warnings = warnings.map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned());
        let warnings = warnings.collect();
        let bytes = response.into_body().collect().await?.to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
        Ok(Answer { code, body, warnings })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send("GET", path, JSON, &Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send("POST", path, JSON, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send("PUT", path, JSON, body).await
    }

    pub(crate) async fn patch(&self, path: &str, content: &str, body: &Value) -> Result<Answer> {
        self.send("PATCH", path, content, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer> {
        self.send("DELETE", path, JSON, &Value::Null).await
    }

    /// Creates an object where its own kind, namespace and name say.
    pub(crate) async fn create(&self, object: &Value) -> Result<Answer> {
        self.post(&collection(object), object).await
    }

    /// The same as a dry run.
    pub(crate) async fn create_dry(&self, object: &Value) -> Result<Answer> {
        self.post(&format!("{}?dryRun=All", collection(object)), object).await
    }

    /// Server-side apply with force.
    pub(crate) async fn apply(&self, object: &Value) -> Result<Answer> {
        let path = format!("{}?fieldManager=tests&force=true", path(object));
        self.patch(&path, APPLY, object).await
    }

    /// Whether the caller may, by the authorizer alone.
    pub(crate) async fn may(&self, namespace: &str, verb: &str, resource: &str) -> Result<bool> {
        let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"namespace": namespace, "verb": verb,
                "group": group, "resource": resource, "subresource": subresource}},
        });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let review = self.post(path, &review).await?.object()?;
        Ok(review["status"]["allowed"] == true)
    }
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// The object of a request that succeeded.
    pub(crate) fn object(self) -> Result<Value> {
        ensure!(self.is_success(), "refused: {}", self.shown());
        Ok(self.body)
    }

    fn shown(&self) -> String {
        format!("{} {}", self.code, self.body)
    }

    fn causes(&self) -> impl Iterator<Item = &Value> {
        self.body["details"]["causes"].as_array().into_iter().flatten()
    }

    fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    /// The reason that a policy of the floor gave: its message begins with it.
    fn reason_of_floor(&self) -> Option<Reason> {
        let (_, said) = self.message().split_once("ValidatingAdmissionPolicy 'lessor-")?;
        let (_, said) = said.split_once(" denied request: ")?;
        Reason::from_name(said.split(": ").next()?)
    }

    /// Reasons of the denial, each once.
    pub(crate) fn reasons(&self) -> BTreeSet<String> {
        self.causes()
            .filter_map(|cause| Reason::from_name(cause["reason"].as_str()?))
            .chain(self.reason_of_floor())
            .map(|reason| reason.to_string())
            .collect()
    }

    /// Was denied by the floor, for this reason.
    pub(crate) fn denied_by_floor(&self, reason: Reason) -> Result<()> {
        ensure!(
            self.code == 403
                && self.body["reason"] == "Forbidden"
                && self.reason_of_floor() == Some(reason),
            "expected 403 {reason} of the floor, got {}",
            self.shown()
        );
        Ok(())
    }

    /// Was denied by Lessor for this reason first, with the code that belongs to
    /// it: by the webhook, or by the floor where that comes first.
    pub(crate) fn denied(&self, reason: Reason) -> Result<&Value> {
        let first = self.causes().next().with_context(|| self.shown())?;
        if self.denied_by_floor(reason).is_ok() {
            return Ok(first);
        }
        let by_lessor = self.message().contains("lessor.io\" denied the request");
        ensure!(
            self.code == reason.code() && first["reason"] == reason.as_str() && by_lessor,
            "expected {} {reason} of Lessor's webhook, got {}",
            reason.code(),
            self.shown()
        );
        Ok(first)
    }

    /// As [`Self::denied`], where more than one rule may lead.
    pub(crate) fn denied_either(&self, reasons: &[Reason]) -> Result<&Value> {
        let led = |reason: &&Reason| self.denied(**reason).is_ok();
        self.denied(*reasons.iter().find(led).unwrap_or(&reasons[0]))
    }

    /// As [`Self::denied`], about this field; the floor names none.
    pub(crate) fn denied_at(&self, reason: Reason, field: &str) -> Result<()> {
        let cause = self.denied(reason)?;
        ensure!(
            cause["field"] == field || self.reason_of_floor().is_some(),
            "expected field {field}, got {}",
            self.shown()
        );
        Ok(())
    }

    /// Was refused by the authorizer, before any admission.
    pub(crate) fn refused_by_rbac(&self) -> Result<()> {
        ensure!(
            self.code == 403
                && self.message().contains(" cannot ")
                && self.causes().next().is_none(),
            "expected a refusal of RBAC, got {}",
            self.shown()
        );
        Ok(())
    }

    /// Was not refused by Lessor; it may have failed afterwards for want of a node.
    pub(crate) fn passed_lessor(&self) -> Result<()> {
        ensure!(
            self.reasons().is_empty() && !self.message().contains("admission webhook"),
            "expected Lessor to let it pass, got {}",
            self.shown()
        );
        Ok(())
    }
}

/// Path of the collection that an object belongs to.
pub(crate) fn collection(object: &Value) -> String {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let root = if version.contains('/') { "apis" } else { "api" };
    let kind = object["kind"].as_str().unwrap_or_default().to_lowercase();
    let plural = match kind.as_str() {
        "endpoints" => kind,
        _ if kind.ends_with("policy") => format!("{}ies", kind.trim_end_matches('y')),
        _ if kind.ends_with('s') => format!("{kind}es"),
        _ => format!("{kind}s"),
    };
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("/{root}/{version}/namespaces/{namespace}/{plural}"),
        None => format!("/{root}/{version}/{plural}"),
    }
}

/// Path of an object.
pub(crate) fn path(object: &Value) -> String {
    format!("{}/{}", collection(object), object["metadata"]["name"].as_str().unwrap_or_default())
}
