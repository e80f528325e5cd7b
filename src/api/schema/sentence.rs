//! What is wrong with parameters, as a sentence with a field path.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::parameters::MAX_ERRORS;
use crate::api::FieldError;
use crate::document::{child, index};
use crate::names::Reason;

/// The errors of a validator about `value`, which stands at `field`. What was
/// validated may be more: `value` is what stands at the JSON pointer `place` of
/// it, with nothing beside it, and errors about what holds it are left out.
pub(super) fn field_errors<'a>(
    errors: impl Iterator<Item = ValidationError<'a>>,
    value: &Value,
    place: &str,
    field: &str,
) -> Vec<FieldError> {
    errors
        .filter_map(|error| {
            let pointer = error.instance_path().as_str().strip_prefix(place)?;
            let path = path_of(pointer, value, field);
            let field = match error.kind() {
                Kind::Required { property } => child(&path, property.as_str().unwrap_or_default()),
                _ => path,
            };
            Some(FieldError { field, reason: Reason::Invalid, message: sentence(&error) })
        })
        .take(MAX_ERRORS)
        .collect()
}

/// A JSON pointer into `value` as a field path; only the value tells an index
/// from a key that looks like one.
fn path_of(pointer: &str, value: &Value, field: &str) -> String {
    let mut path = field.to_owned();
    let mut at = Some(value);
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let place = token.parse::<usize>().ok();
        (path, at) = match (at, place) {
            (Some(Value::Array(items)), Some(i)) => (index(&path, i), items.get(i)),
            (at, _) => (child(&path, &token), at.and_then(|value| value.get(&token))),
        };
    }
    path
}

fn sentence(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Type { kind } => {
            let types = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(many) => {
                    many.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or ")
                }
            };
            format!("must be of type {types}, and is {}", described(error.instance()))
        }
        Kind::Required { .. } => "is required".to_owned(),
        Kind::Enum { options } => {
            let options: Vec<String> =
                options.as_array().into_iter().flatten().map(Value::to_string).collect();
            shortened(
                &format!("must be one of {}, and is {}", options.join(", "), error.instance()),
                400,
            )
        }
        Kind::Pattern { pattern } => {
            format!("must match {}", shortened(pattern, 200))
        }
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("must be at least {limit} characters long"),
        Kind::MaxLength { limit } => format!("must be at most {limit} characters long"),
        Kind::MinItems { limit } => format!("must have at least {limit} elements"),
        Kind::MaxItems { limit } => format!("must have at most {limit} elements"),
        Kind::MinProperties { limit } => format!("must have at least {limit} keys"),
        Kind::MaxProperties { limit } => format!("must have at most {limit} keys"),
        Kind::UniqueItems => "has an element twice".to_owned(),
        Kind::Format { format } => format!("must have the format {format}"),
        Kind::AdditionalProperties { unexpected } => {
            shortened(&format!("the schema does not know {}", unexpected.join(", ")), 400)
        }
        Kind::Not { .. } => "fits the schema under `not`, and must not".to_owned(),
        Kind::AnyOf { .. } => "fits none of the schemas under `anyOf`".to_owned(),
        Kind::OneOfNotValid { .. } => "fits none of the schemas under `oneOf`".to_owned(),
        Kind::OneOfMultipleValid { .. } => {
            "fits more than one of the schemas under `oneOf`".to_owned()
        }
        _ => shortened(&error.to_string(), 400),
    }
}

/// The type of a value, and the value itself where it is short.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => format!("the boolean {value}"),
        Value::Number(_) => format!("the number {value}"),
        Value::String(_) => format!("the string {}", shortened(&value.to_string(), 80)),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// At most so many characters; what is left out shows.
pub(super) fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
