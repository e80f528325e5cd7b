//! AdmissionReview v1 on the wire.
//!
//! Own types, because the ones of the client library drop the uid of bad
//! requests, carry no code, reason or causes, and send the patch as an array
//! of numbers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::document::{self, ParseError};
use crate::isolation::{Operation, Violation};
use crate::names::Reason;

use super::decision::Decision;
use super::message::{MAX_CAUSES, message_of};
use super::request::{GroupKind, GroupResource, Request, User};

const API_VERSION: &str = "admission.k8s.io/v1";
const KIND: &str = "AdmissionReview";

/// A body that is not an acceptable AdmissionReview v1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The uid, if one could be found: then the answer is a denial that echoes it.
    pub uid: Option<String>,
    /// `RequestMalformed` or `RequestTooDeep`.
    pub reason: Reason,
    /// What is wrong.
    pub message: String,
}

impl Rejected {
    /// The denial that echoes the uid.
    #[must_use]
    pub fn decision(&self) -> Decision {
        let violation = Violation {
            rule: "request".into(),
            reason: self.reason,
            field: "request".to_owned(),
            message: self.message.clone(),
        };
        Decision { violations: vec![violation], ..Decision::default() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a> {
    api_version: String,
    kind: String,
    #[serde(borrow)]
    request: Option<RawRequest<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRequest<'a> {
    uid: String,
    #[serde(default)]
    kind: RawKind,
    #[serde(default)]
    resource: RawResource,
    #[serde(default)]
    sub_resource: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    operation: String,
    #[serde(default)]
    user_info: RawUser,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
    #[serde(borrow, default)]
    old_object: Option<&'a RawValue>,
    #[serde(default)]
    dry_run: Option<bool>,
}

#[derive(Default, Deserialize)]
struct RawKind {
    #[serde(default)]
    group: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    kind: String,
}

#[derive(Default, Deserialize)]
struct RawResource {
    #[serde(default)]
    group: String,
    #[serde(default)]
    resource: String,
}

#[derive(Default, Deserialize)]
struct RawUser {
    #[serde(default)]
    username: String,
    #[serde(default)]
    groups: Option<Vec<String>>,
    #[serde(default)]
    uid: Option<String>,
    #[serde(default)]
    extra: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
struct UidOnly {
    request: Option<UidHolder>,
}

#[derive(Deserialize)]
struct UidHolder {
    uid: Option<String>,
}

/// Reads a review. Objects are parsed once, strictly.
///
/// # Errors
/// [`Rejected`], with the uid wherever one can be found.
pub fn parse(body: &[u8]) -> Result<Request, Rejected> {
    let malformed = |message: String| Rejected {
        uid: find_uid(body),
        reason: Reason::RequestMalformed,
        message,
    };
    let review: Review<'_> = serde_json::from_slice(body)
        .map_err(|error| malformed(format!("not an AdmissionReview: {error}")))?;
    if review.api_version != API_VERSION || review.kind != KIND {
        return Err(malformed(format!(
            "{} {} is not supported; send {API_VERSION} {KIND}",
            review.api_version, review.kind
        )));
    }
    let raw = review.request.ok_or_else(|| malformed("the review has no request".to_owned()))?;
    if raw.uid.is_empty() {
        return Err(Rejected {
            uid: None,
            reason: Reason::RequestMalformed,
            message: "request.uid is empty".to_owned(),
        });
    }
    let operation = operation(&raw.operation)
        .ok_or_else(|| malformed(format!("request.operation {:?} is unknown", raw.operation)))?;
    let object = |field: &str, text: Option<&RawValue>| match text {
        None => Ok(None),
        Some(text) => document::parse(text.get())
            .map(|value| if value.is_null() { None } else { Some(value) })
            .map_err(|error| Rejected {
                uid: Some(raw.uid.clone()),
                reason: match error {
                    ParseError::TooDeep => Reason::RequestTooDeep,
                    ParseError::Malformed(_) => Reason::RequestMalformed,
                },
                message: format!("request.{field}: {error}"),
            }),
    };
    let (object, old_object) =
        (object("object", raw.object)?, object("oldObject", raw.old_object)?);
    // An API server always names the namespace; a recording may not. An object
    // in a namespace is never taken for a cluster-scoped one.
    let within = || {
        let namespace = |object: &Value| object.pointer("/metadata/namespace").cloned();
        let found =
            object.as_ref().and_then(namespace).or_else(|| old_object.as_ref().and_then(namespace));
        found.as_ref().and_then(Value::as_str).map(str::to_owned)
    };
    let namespace = raw.namespace.filter(|name| !name.is_empty()).or_else(within);
    Ok(Request {
        object,
        old_object,
        uid: raw.uid,
        kind: GroupKind { group: raw.kind.group, version: raw.kind.version, kind: raw.kind.kind },
        resource: GroupResource { group: raw.resource.group, resource: raw.resource.resource },
        subresource: raw.sub_resource.unwrap_or_default(),
        name: raw.name.unwrap_or_default(),
        namespace: namespace.unwrap_or_default(),
        operation,
        user: User {
            name: raw.user_info.username,
            groups: raw.user_info.groups.unwrap_or_default(),
            uid: raw.user_info.uid.unwrap_or_default(),
            extra: raw.user_info.extra.unwrap_or_default(),
        },
        dry_run: raw.dry_run.unwrap_or(false),
    })
}

fn operation(name: &str) -> Option<Operation> {
    Operation::ALL.into_iter().find(|known| known.as_str() == name)
}

/// The uid of a body that is otherwise not acceptable.
fn find_uid(body: &[u8]) -> Option<String> {
    let found: UidOnly = serde_json::from_slice(body).ok()?;
    found.request?.uid.filter(|uid| !uid.is_empty())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReviewOut<'a> {
    api_version: &'static str,
    kind: &'static str,
    response: Response<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    uid: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_annotations: Option<Audit<'a>>,
}

#[derive(Serialize)]
struct Audit<'a> {
    decision: &'static str,
    tenant: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
}

#[derive(Serialize)]
struct Status<'a> {
    #[serde(rename = "status")]
    outcome: &'static str,
    code: u16,
    reason: &'static str,
    message: String,
    details: Details<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    causes: Vec<Cause<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u32>,
}

#[derive(Serialize)]
struct Cause<'a> {
    reason: Cow<'static, str>,
    field: &'a str,
    message: Cow<'a, str>,
}

/// Writes the answer: `{apiVersion, kind, response}` and nothing else.
#[must_use]
pub fn answer(uid: &str, decision: &Decision) -> Vec<u8> {
    let allowed = decision.allowed();
    let patch = (allowed && !decision.patch.is_empty())
        .then(|| serde_json::to_vec(&decision.patch).map(|json| STANDARD.encode(json)).ok())
        .flatten();
    let review = ReviewOut {
        api_version: API_VERSION,
        kind: KIND,
        response: Response {
            uid,
            allowed,
            status: decision.leading().map(|leading| status(leading, &decision.violations)),
            patch_type: patch.as_ref().map(|_| "JSONPatch"),
            patch,
            warnings: &decision.warnings,
            audit_annotations: decision.tenant.as_deref().map(|tenant| Audit {
                decision: if allowed { "allow" } else { "deny" },
                tenant,
                rule: decision.leading().map(|violation| &*violation.rule),
            }),
        },
    };
    serde_json::to_vec(&review).unwrap_or_default()
}

fn status<'a>(leading: &'a Violation, all: &'a [Violation]) -> Status<'a> {
    let code = leading.reason.code();
    let rest = all.iter().filter(|other| !std::ptr::eq(*other, leading));
    let causes = std::iter::once(leading)
        .chain(rest)
        .take(MAX_CAUSES)
        .map(|violation| Cause {
            reason: violation.reason_text(),
            field: &violation.field,
            message: violation.sentence(),
        })
        .collect();
    Status {
        outcome: "Failure",
        code,
        reason: match code {
            422 => "Invalid",
            503 => "ServiceUnavailable",
            500 => "InternalError",
            _ => "Forbidden",
        },
        message: message_of(leading, all),
        details: Details { causes, retry_after_seconds: leading.reason.retry_after_seconds() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_review_is_rejected_with_its_uid() {
        let review = |version: &str, request: &str| {
            format!(
                r#"{{"apiVersion": "{version}", "kind": "AdmissionReview", "request": {request}}}"#
            )
        };
        let good = r#"{"uid": "u", "operation": "CREATE", "object": {"a": 1}}"#;
        assert_eq!(parse(review(API_VERSION, good).as_bytes()).unwrap().uid, "u");
        for (body, uid, message) in [
            (review("admission.k8s.io/v1beta1", good), Some("u"), "is not supported"),
            (review(API_VERSION, "null"), None, "has no request"),
            (review(API_VERSION, r#"{"uid": "u"}"#), Some("u"), "missing field `operation`"),
            (review(API_VERSION, r#"{"uid": "u", "operation": "READ"}"#), Some("u"), "is unknown"),
            (review(API_VERSION, r#"{"uid": "", "operation": "CREATE"}"#), None, "uid is empty"),
            (review(API_VERSION, &good.replace("1}", "1, \"a\": 2}")), Some("u"), "duplicate key"),
            ("[]".to_owned(), None, "not an AdmissionReview"),
        ] {
            let rejected = parse(body.as_bytes()).unwrap_err();
            assert_eq!(rejected.uid.as_deref(), uid, "{body}");
            assert!(rejected.message.contains(message), "{body}: {}", rejected.message);
        }
    }
}
