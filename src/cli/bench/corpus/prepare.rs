//! Reviews as the validating round gets them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::cli::bench::expectation::Expectation;
use crate::cli::generated_name;
use crate::document::PatchOperation;

use super::Source;

/// Whether a review belongs to the mutating round at `path`.
pub(in crate::cli::bench) fn is_mutated(source: &Source, path: &str) -> bool {
    let operation = source.request().get("operation").and_then(Value::as_str);
    matches!(operation, Some("CREATE" | "UPDATE"))
        && source.endpoint.as_deref().is_none_or(|endpoint| endpoint == path)
}

/// What the validating round is asked after the mutating one answered `answer`:
/// the patch is applied and a name generated, as an API server does. A review
/// that was denied stays as it is; its code and reason are not expected again,
/// because another rule may come first then.
///
/// # Errors
/// A sentence, when the answer is none.
pub(in crate::cli::bench) fn mutated(mut source: Source, answer: &[u8]) -> Result<Source, String> {
    let failed = |what: &str| format!("{}: {what}", source.name);
    let answer: Value = serde_json::from_slice(answer)
        .map_err(|error| failed(&format!("not an AdmissionReview: {error}")))?;
    let response = &answer["response"];
    let allowed =
        response["allowed"].as_bool().ok_or_else(|| failed("the answer has no verdict"))?;
    if allowed && let Some(patch) = response["patch"].as_str() {
        let patch = STANDARD.decode(patch).map_err(|error| failed(&error.to_string()))?;
        let patch: Vec<PatchOperation> =
            serde_json::from_slice(&patch).map_err(|error| failed(&error.to_string()))?;
        json_patch::patch(&mut source.review["request"]["object"], &patch)
            .map_err(|error| failed(&format!("the patch does not apply: {error}")))?;
    }
    let request = &mut source.review["request"];
    if allowed && request["operation"] == "CREATE" {
        let name = request.get_mut("object").and_then(generated_name);
        if let (Some(name), Some(request)) = (name, request.as_object_mut()) {
            request.insert("name".to_owned(), Value::from(name));
        }
    }
    if !allowed {
        source.expected = Expectation { code: None, reason: None, ..source.expected };
    }
    source.endpoint = None;
    Ok(source)
}
