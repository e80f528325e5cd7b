//! The cases of a Policy: their form. Whether they pass is the engine's to say.

use serde_json::Value;

use super::errors::Errors;
use crate::api::common::FreeForm;
use crate::api::policy::PolicySpec;
use crate::api::policy_case::{CaseVerdict, PolicyCase};
use crate::api::policy_match::Operation;
use crate::document::PatchOperation;

pub(super) fn check(spec: &PolicySpec, errors: &mut Errors) {
    for (i, case) in spec.cases.iter().enumerate() {
        let field = format!("spec.cases[{i}]");
        if case.name.trim().is_empty() {
            errors.invalid(format!("{field}.name"), "say what the case shows");
        }
        if spec.cases[..i].iter().any(|earlier| earlier.name == case.name) {
            errors.invalid(format!("{field}.name"), format!("`{}` is used twice", case.name));
        }
        request(&field, case, errors);
        expectation(&format!("{field}.expect"), case, spec.mutation.is_some(), errors);
    }
}

fn request(field: &str, case: &PolicyCase, errors: &mut Errors) {
    match (&case.object, &case.review) {
        (Some(_), Some(_)) => {
            errors.invalid(format!("{field}.review"), "stands in place of object, not beside it");
        }
        (None, None) => errors.invalid(field, "object or review is required"),
        (Some(object), None) => identified(&format!("{field}.object"), object, errors),
        (None, Some(review)) => {
            if case.operation != Operation::default() {
                errors.invalid(format!("{field}.operation"), "a review has its own; remove it");
            }
            if review.contains_key("request") || !review.contains_key("kind") {
                errors.invalid(
                    format!("{field}.review"),
                    "write what stands under `request` of the AdmissionReview: uid, kind, operation, object and so on",
                );
            }
        }
    }
    if let Some(old) = &case.old_object {
        let field = format!("{field}.oldObject");
        if case.operation == Operation::Update {
            identified(&field, old, errors);
        } else {
            errors.invalid(field, "only an UPDATE has one; set operation");
        }
    }
    for (i, object) in case.inventory.iter().enumerate() {
        identified(&format!("{field}.inventory[{i}]"), object, errors);
    }
}

/// An object has to say what it is.
fn identified(field: &str, object: &FreeForm, errors: &mut Errors) {
    for key in ["apiVersion", "kind"] {
        if object.get(key).and_then(Value::as_str).is_none_or(str::is_empty) {
            errors.invalid(format!("{field}.{key}"), "is missing");
        }
    }
}

fn expectation(field: &str, case: &PolicyCase, mutates: bool, errors: &mut Errors) {
    let expect = &case.expect;
    if expect.verdict == CaseVerdict::Allow && !expect.messages.is_empty() {
        errors.invalid(
            format!("{field}.messages"),
            "there are no messages where there is no violation; expect `verdict: deny`",
        );
    }
    for (i, message) in expect.messages.iter().enumerate() {
        if message.is_empty() {
            errors.invalid(format!("{field}.messages[{i}]"), "is in every message; say which");
        }
    }
    let Some(patch) = &expect.patch else { return };
    if !mutates {
        errors.invalid(format!("{field}.patch"), "the policy does not patch; add spec.mutation");
    }
    for (i, operation) in patch.iter().enumerate() {
        let read = serde_json::from_value::<PatchOperation>(Value::Object(operation.clone()));
        if let Err(error) = read {
            errors.invalid(
                format!("{field}.patch[{i}]"),
                format!("is not a JSON patch operation such as {{op: add, path: /metadata/labels/a, value: b}}: {error}"),
            );
        }
    }
}
