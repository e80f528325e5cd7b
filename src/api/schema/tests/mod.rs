//! Defaults and errors, by the rules of structural schemas. Shared helpers, then a
//! file for parameters and one for schemas.
#![expect(clippy::needless_pass_by_value, reason = "literals read better without a borrow")]

mod parameters;
mod structural;

use serde_json::{Value, json};

use super::ParametersSchema;
use crate::api::FieldError;

fn of(properties: Value) -> ParametersSchema {
    let schema = json!({"type": "object", "properties": properties});
    ParametersSchema::structural(&schema, "s").unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn said(errors: &[FieldError]) -> Vec<String> {
    errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect()
}

/// The value as it stands after defaults, and what is wrong with it.
fn judged(schema: &ParametersSchema, mut value: Value) -> (Value, Vec<String>) {
    schema.fill(&mut value);
    let errors = said(&schema.errors(&value, "p"));
    (value, errors)
}

#[track_caller]
fn fits(properties: Value, value: Value) {
    let (_, errors) = judged(&of(properties), value);
    assert_eq!(errors, [""; 0]);
}

/// The one error is at this path and its message has this part.
#[track_caller]
fn wrong(properties: Value, value: Value, path: &str, part: &str) {
    let (_, errors) = judged(&of(properties), value);
    let [error] = errors.as_slice() else { panic!("not one error: {errors:?}") };
    let (field, message) = error.split_once(": ").unwrap();
    assert_eq!(field, path, "{error}");
    assert!(message.contains(part), "{error:?} lacks {part:?}");
}
