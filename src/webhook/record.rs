//! A decision as the decision log tells it.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::admission::{Decision, Endpoint, Phase, Request, offline};
use crate::api::Enforcement;
use crate::document::{PatchOperation, redact};
use crate::policy::Verdict;

/// Largest request that is repeated in the log, in bytes of its body; a larger
/// one is left out.
const REQUEST: usize = 64 * 1024;

/// One line of the decision log. `review` is the request, without the values of
/// secrets: `lessor check` judges it again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record<'a> {
    time: String,
    uid: &'a str,
    phase: &'static str,
    administrator: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    namespace: &'a str,
    name: &'a str,
    kind: &'a str,
    resource: String,
    operation: &'static str,
    user: &'a str,
    dry_run: bool,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    causes: Vec<Cause<'a>>,
    warnings: &'a [String],
    patch: &'a [PatchOperation],
    policies: Vec<Policy<'a>>,
    micros: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<Value>,
}

#[derive(Debug, Serialize)]
struct Cause<'a> {
    reason: String,
    rule: &'a str,
    field: &'a str,
    message: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Policy<'a> {
    name: &'a str,
    enforcement: Enforcement,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exempted_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct Finding<'a> {
    rule: &'a str,
    message: &'a str,
    field: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'a str>,
}

impl<'a> Record<'a> {
    pub(super) fn of(
        request: &'a Request,
        decision: &'a Decision,
        endpoint: Endpoint,
        size: usize,
        took: Duration,
    ) -> Self {
        let refused = !decision.allowed();
        Self {
            time: jiff::Timestamp::now().to_string(),
            uid: &request.uid,
            phase: match endpoint.phase {
                Phase::Mutating => "mutating",
                Phase::Validating => "validating",
            },
            administrator: endpoint.administrator,
            tenant: decision.tenant.as_deref(),
            namespace: &request.namespace,
            name: request.object_name(),
            kind: &request.kind.kind,
            resource: request.target(),
            operation: request.operation.as_str(),
            user: &request.user.name,
            dry_run: request.dry_run,
            allowed: decision.allowed(),
            code: decision.leading().map(|violation| violation.reason.code()),
            causes: decision
                .violations
                .iter()
                .map(|violation| Cause {
                    reason: violation.reason_text().into_owned(),
                    rule: &violation.rule,
                    field: &violation.field,
                    message: &violation.message,
                })
                .collect(),
            warnings: &decision.warnings,
            patch: &decision.patch,
            policies: decision.verdicts.iter().map(Policy::of).collect(),
            micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            review: (refused && size <= REQUEST).then(|| redacted(request)),
        }
    }
}

impl<'a> Policy<'a> {
    fn of(verdict: &'a Verdict) -> Self {
        let (word, findings, error) = match &verdict.outcome {
            Ok(found) if found.is_empty() => ("allow", Vec::new(), None),
            Ok(found) => {
                let findings = found.iter().map(|finding| Finding {
                    rule: &finding.rule,
                    message: &finding.message,
                    field: &finding.field,
                    at: finding.at.as_deref(),
                });
                ("deny", findings.collect(), None)
            }
            Err(error) => ("error", Vec::new(), Some(error.to_string())),
        };
        Self {
            name: &verdict.policy,
            enforcement: verdict.enforcement,
            verdict: word,
            exempted_by: verdict.exempted_by.as_deref(),
            findings,
            error,
        }
    }
}

/// The request as the API server sent it, without what nobody may read.
fn redacted(request: &Request) -> Value {
    let mut review = offline::question(request);
    for object in ["object", "oldObject"] {
        if let Some(object) = review["request"].get_mut(object) {
            redact(object);
        }
    }
    review
}
