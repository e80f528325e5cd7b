//! AdmissionReviews, well-formed and not, and what a webhook makes of them.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::dial::Answer;

pub(super) const UID: &str = "0b4a8a1f-5f0e-4f43-9c6e-6f5d0c3f7a11";

/// The review of a ConfigMap that somebody creates in `namespace`.
pub(super) fn config_map(namespace: &str) -> Value {
    json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": UID,
            "kind": {"group": "", "version": "v1", "kind": "ConfigMap"},
            "resource": {"group": "", "version": "v1", "resource": "configmaps"},
            "name": "settings", "namespace": namespace, "operation": "CREATE",
            "userInfo": {"username": "jane", "groups": ["system:authenticated"]},
            "object": {
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": "settings", "namespace": namespace},
                "data": {"key": "value"},
            },
        },
    })
}

/// What an answer says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Allowed,
    /// Denied with this code and the reason of the leading cause.
    Denied(u64, String),
    /// No verdict: this HTTP status.
    Status(u16),
}

pub(super) fn denied(code: u64, reason: &str) -> Said {
    Said::Denied(code, reason.to_owned())
}

/// Understands an answer. A verdict must be a v1 review that echoes the uid.
pub(super) fn said(answer: &Answer) -> Result<Said> {
    ensure!(!answer.status.is_redirection(), "a redirect would be followed");
    ensure!(!answer.headers.contains_key("retry-after"), "the API server would retry by itself");
    if answer.status != 200 {
        return Ok(Said::Status(answer.status.as_u16()));
    }
    let review: Value = serde_json::from_slice(&answer.body)?;
    ensure!(
        review["apiVersion"] == "admission.k8s.io/v1" && review["kind"] == "AdmissionReview",
        "{review}"
    );
    let response = &review["response"];
    ensure!(response["uid"] == UID, "the uid is not echoed: {review}");
    if response["allowed"].as_bool().context("no verdict")? {
        return Ok(Said::Allowed);
    }
    ensure!(response["patch"].is_null(), "a denial with a patch");
    let status = &response["status"];
    let reason = status["details"]["causes"][0]["reason"].as_str().context("no cause")?;
    Ok(denied(status["code"].as_u64().context("no code")?, reason))
}
