//! One object through both endpoints, as an API server takes it.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::admission::{Request, offline};
use crate::cli::generated_name;
use crate::document::PatchOperation;
use crate::tls::dial::Connection;

/// The part of an answer that is shown.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Answer {
    pub(super) allowed: bool,
    #[serde(default)]
    pub(super) status: Option<Status>,
    #[serde(default)]
    patch: Option<String>,
    #[serde(default)]
    pub(super) warnings: Vec<String>,
}

/// Why a request was refused.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Status {
    pub(super) code: u16,
    pub(super) details: Details,
}

/// Every broken rule, the leading one first.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Details {
    pub(super) causes: Vec<Cause>,
}

/// One broken rule.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Cause {
    pub(super) reason: String,
    pub(super) field: String,
    /// `rule: sentence`.
    pub(super) message: String,
}

#[derive(Deserialize)]
struct Review {
    response: Answer,
}

/// What both endpoints said about one object.
pub(super) struct Verdict {
    pub(super) request: Request,
    pub(super) answer: Answer,
    pub(super) patch: Vec<PatchOperation>,
}

/// Asks the mutating endpoint and, with its patch applied, the validating one.
/// Adds the time of each to `times`.
pub(super) async fn ask(
    client: &mut Connection,
    mut request: Request,
    times: &mut Vec<Duration>,
) -> anyhow::Result<Verdict> {
    let mutated = send(client, "/mutate?timeout=10s", &request, times).await?;
    if !mutated.allowed {
        return Ok(Verdict { request, answer: mutated, patch: Vec::new() });
    }
    let patch: Vec<PatchOperation> = match &mutated.patch {
        Some(encoded) => serde_json::from_slice(&STANDARD.decode(encoded)?)?,
        None => Vec::new(),
    };
    if let Some(object) = &mut request.object {
        json_patch::patch(object, &patch).context("the patch does not apply")?;
        if request.name.is_empty() {
            request.name = generated_name(object).unwrap_or_default();
        }
    }
    let mut answer = send(client, "/validate?timeout=10s", &request, times).await?;
    for warning in mutated.warnings {
        if !answer.warnings.contains(&warning) {
            answer.warnings.push(warning);
        }
    }
    Ok(Verdict { request, answer, patch })
}

async fn send(
    client: &mut Connection,
    path: &'static str,
    request: &Request,
    times: &mut Vec<Duration>,
) -> anyhow::Result<Answer> {
    let question = serde_json::to_vec(&offline::question(request))?;
    let began = Instant::now();
    let answer = client.post(&Uri::from_static(path), question.into(), false).await?;
    times.push(began.elapsed());
    let (status, body) = (answer.status, answer.body);
    anyhow::ensure!(status.is_success(), "{path}: {status}: {}", String::from_utf8_lossy(&body));
    let review: Review = serde_json::from_slice(&body).context("not an AdmissionReview")?;
    Ok(review.response)
}
