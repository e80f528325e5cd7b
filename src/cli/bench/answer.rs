//! Whether an answer is one that an API server would take, and the expected one.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::document::PatchOperation;

use super::expectation::Expectation;
use super::fault::Fault;

/// What a webhook said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Allowed.
    Allowed {
        /// With a patch.
        patched: bool,
        /// With at least one warning.
        warned: bool,
    },
    /// Denied with this code.
    Denied(u16),
}

/// An answer that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    /// What was said, when it could be read.
    pub(super) verdict: Option<Verdict>,
    /// What is wrong with it, and in words.
    pub(super) fault: Option<(Fault, String)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a> {
    #[serde(borrow, default)]
    api_version: Cow<'a, str>,
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    response: Option<Response<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    #[serde(borrow, default)]
    uid: Cow<'a, str>,
    // Go reads an absent field as false.
    #[serde(default)]
    allowed: bool,
    #[serde(borrow, default)]
    status: Option<Status<'a>>,
    #[serde(borrow, default)]
    patch: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    patch_type: Option<Cow<'a, str>>,
    #[serde(default)]
    warnings: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(default)]
    code: Option<u16>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    details: Option<Details<'a>>,
}

#[derive(Deserialize)]
struct Details<'a> {
    #[serde(borrow, default)]
    causes: Option<Vec<Cause<'a>>>,
}

#[derive(Deserialize)]
struct Cause<'a> {
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
}

/// Checks the body of an answer to the request `uid`.
pub(super) fn check(body: &[u8], uid: &str, expected: &Expectation) -> Checked {
    let review: Review<'_> = match serde_json::from_slice(body) {
        Ok(review) => review,
        Err(error) => return bad(None, format!("not an AdmissionReview: {error}")),
    };
    if review.api_version != "admission.k8s.io/v1" || review.kind != "AdmissionReview" {
        let named = format!("{:?} {:?}", review.api_version, review.kind);
        return bad(None, format!("{named} instead of an AdmissionReview v1"));
    }
    let Some(response) = review.response else {
        return bad(None, "the review has no response".to_owned());
    };
    let verdict = Some(verdict(&response));
    if response.uid != uid {
        let detail = format!("uid {:?} instead of {uid:?}", response.uid);
        return Checked { verdict, fault: Some((Fault::WrongUid, detail)) };
    }
    if let Err(detail) = patch(&response) {
        return bad(verdict, detail);
    }
    let fault = surprise(&response, expected)
        .map(|fault| (fault, format!("expected {expected}, got {}", said(&response))));
    Checked { verdict, fault }
}

fn bad(verdict: Option<Verdict>, detail: String) -> Checked {
    Checked { verdict, fault: Some((Fault::BadBody, detail)) }
}

fn verdict(response: &Response<'_>) -> Verdict {
    if response.allowed {
        let warned = response.warnings.as_ref().is_some_and(|warnings| !warnings.is_empty());
        Verdict::Allowed { patched: response.patch.is_some(), warned }
    } else {
        Verdict::Denied(code(response))
    }
}

/// The code that the caller would see: below 400 an API server makes it 400.
fn code(response: &Response<'_>) -> u16 {
    let code = response.status.as_ref().and_then(|status| status.code);
    code.unwrap_or_default().max(400)
}

/// Reads the patch as the API server does; that of a denial it ignores.
fn patch(response: &Response<'_>) -> Result<(), String> {
    let (patch, kind) = (&response.patch, response.patch_type.as_deref());
    let Some(patch) = patch.as_ref().filter(|_| response.allowed) else {
        return match kind.filter(|_| response.allowed) {
            Some(kind) => Err(format!("patchType {kind:?} without a patch")),
            None => Ok(()),
        };
    };
    if kind != Some("JSONPatch") {
        return Err(format!("a patch with patchType {kind:?} instead of \"JSONPatch\""));
    }
    let decoded = STANDARD
        .decode(patch.as_bytes())
        .map_err(|error| format!("the patch is not base64: {error}"))?;
    serde_json::from_slice::<Vec<PatchOperation>>(&decoded)
        .map(|_| ())
        .map_err(|error| format!("the patch is not a JSON patch: {error}"))
}

fn surprise(response: &Response<'_>, expected: &Expectation) -> Option<Fault> {
    if expected.allowed? != response.allowed {
        return Some(Fault::WrongVerdict);
    }
    let fits = response.allowed || expected.fits_denial(code(response), reasons(response));
    (!fits).then_some(Fault::WrongReason)
}

/// Reason of the status, and of its leading cause.
fn reasons<'a>(response: &'a Response<'_>) -> [Option<&'a str>; 2] {
    let status = response.status.as_ref();
    let causes = status.and_then(|status| status.details.as_ref()?.causes.as_ref());
    [
        status.and_then(|status| status.reason.as_deref()),
        causes.and_then(|causes| causes.first()?.reason.as_deref()),
    ]
}

fn said(response: &Response<'_>) -> String {
    if response.allowed {
        return "allowed".to_owned();
    }
    let [status, cause] = reasons(response);
    let reason = cause.or(status).unwrap_or("without a reason");
    let message = response.status.as_ref().and_then(|status| status.message.as_deref());
    format!("denied {} {reason}: {}", code(response), message.unwrap_or("no message"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn checked(response: &Value, expected: &str) -> Checked {
        let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "response": response});
        check(review.to_string().as_bytes(), "u", &expected.parse().unwrap())
    }

    fn fault(response: &Value, expected: &str) -> Option<Fault> {
        checked(response, expected).fault.map(|(fault, _)| fault)
    }

    #[test]
    fn verdicts_are_told_apart() {
        let patch = STANDARD.encode(r#"[{"op": "add", "path": "/a", "value": 1}]"#);
        for (response, verdict) in [
            (
                json!({"uid": "u", "allowed": true}),
                Verdict::Allowed { patched: false, warned: false },
            ),
            (
                json!({"uid": "u", "allowed": true, "patchType": "JSONPatch", "patch": patch,
                    "warnings": ["w"]}),
                Verdict::Allowed { patched: true, warned: true },
            ),
            (json!({"uid": "u", "allowed": false, "status": {"code": 422}}), Verdict::Denied(422)),
            (json!({"uid": "u", "status": {"code": 200}}), Verdict::Denied(400)),
            (json!({"uid": "u", "allowed": false, "patch": "?"}), Verdict::Denied(400)),
        ] {
            let checked = checked(&response, "any");
            assert_eq!(checked, Checked { verdict: Some(verdict), fault: None }, "{response}");
        }
    }

    #[test]
    fn what_an_api_server_would_not_take_is_bad() {
        let u = |more: Value| {
            let mut response = json!({"uid": "u", "allowed": true});
            response.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            response
        };
        for response in [
            Value::Null,
            json!({"uid": "u", "allowed": "yes"}),
            u(json!({"patch": "W10="})),
            u(json!({"patchType": "JSONPatch"})),
            u(json!({"patch": "W10=", "patchType": "MergePatch"})),
            u(json!({"patch": "?", "patchType": "JSONPatch"})),
            u(json!({"patch": STANDARD.encode("{}"), "patchType": "JSONPatch"})),
            u(json!({"patch": [91, 93], "patchType": "JSONPatch"})),
        ] {
            assert_eq!(fault(&response, "any"), Some(Fault::BadBody), "{response}");
        }
        assert_eq!(fault(&u(json!({"patch": "W10=", "patchType": "JSONPatch"})), "any"), None);
        for body in ["", "<html>", "[]", r#"{"kind": "AdmissionReview", "apiVersion": "v1beta1"}"#]
        {
            let checked = check(body.as_bytes(), "u", &Expectation::ANY);
            assert_eq!(checked.fault.map(|(fault, _)| fault), Some(Fault::BadBody), "{body}");
        }
    }

    #[test]
    fn wrong_answers_are_wrong_in_one_way() {
        let denial = json!({"uid": "u", "allowed": false, "status": {"code": 403,
            "reason": "Forbidden", "message": "no", "details": {"causes": [
                {"reason": "SecretNotGranted"}, {"reason": "NotLeading"}]}}});
        for (expected, wrong) in [
            ("any", None),
            ("denied", None),
            ("denied=403", None),
            ("denied=Forbidden", None),
            ("denied=SecretNotGranted", None),
            ("allowed", Some(Fault::WrongVerdict)),
            ("denied=422", Some(Fault::WrongReason)),
            ("denied=NotLeading", Some(Fault::WrongReason)),
        ] {
            assert_eq!(fault(&denial, expected), wrong, "{expected}");
        }
        let (_, detail) = checked(&denial, "allowed").fault.unwrap();
        assert_eq!(detail, "expected allowed, got denied 403 SecretNotGranted: no");
        let other = json!({"uid": "v", "allowed": true});
        assert_eq!(fault(&other, "denied"), Some(Fault::WrongUid), "before the verdict");
        assert_eq!(
            fault(&json!({"uid": "u", "allowed": true}), "denied"),
            Some(Fault::WrongVerdict)
        );
    }
}
