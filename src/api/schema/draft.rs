//! OpenAPI v3 as JSON Schema, draft 7.
//!
//! Differences that the translation holds: `nullable`, exclusive bounds that are
//! booleans, `x-kubernetes-int-or-string`, lists that are sets. Keywords that are
//! not copied are not checked; `structural.rs` refuses those it does not know.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value, json};

use super::known::is;
use crate::api::FieldError;
use crate::names::Reason;

/// Largest compiled regular expression in bytes; `^.{0,253}$` fits. One of this
/// size takes ten milliseconds to compile, which is why there are few.
const REGEX_SIZE: usize = 512 * 1024;
/// Keywords whose values are copied.
const COPIED: [&str; 14] = [
    "required",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "multipleOf",
    "type",
];
/// Formats that draft 7 and Kubernetes mean alike; Kubernetes ignores those it
/// does not know.
const FORMATS: [&str; 6] = ["date", "date-time", "email", "hostname", "ipv4", "ipv6"];

/// What cannot be built, and where in the schema: a JSON pointer.
pub(super) struct Problem {
    pointer: String,
    message: String,
}

impl Problem {
    /// The problem of a schema that stands at `field`.
    pub(super) fn at(self, field: &str) -> FieldError {
        let field = self.pointer.split('/').skip(1).fold(field.to_owned(), |path, token| {
            if token.bytes().all(|byte| byte.is_ascii_digit()) {
                format!("{path}[{token}]")
            } else {
                crate::document::child(&path, &token.replace("~1", "/").replace("~0", "~"))
            }
        });
        FieldError { field, reason: Reason::Invalid, message: self.message }
    }
}

/// A validator of the schema.
pub(super) fn validator(schema: &Value) -> Result<Validator, Problem> {
    build(&translated(schema)).map_err(|error| Problem {
        pointer: error.instance_path().as_str().to_owned(),
        message: format!("cannot be used: {}", shortened(&error.to_string())),
    })
}

/// Whether a regular expression can be used: RE2's syntax, and not too large.
pub(super) fn pattern_error(pattern: &str) -> Option<String> {
    build(&json!({"pattern": pattern})).err().map(|error| shortened(&error.to_string()))
}

fn build(schema: &Value) -> Result<Validator, jsonschema::ValidationError<'static>> {
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(REGEX_SIZE))
        .build(schema)
}

fn shortened(text: &str) -> String {
    super::sentence::shortened(text, 200)
}

fn translated(schema: &Value) -> Value {
    let Some(keywords) = schema.as_object() else { return json!({}) };
    let mut draft = Map::new();
    for keyword in COPIED {
        if let Some(value) = keywords.get(keyword) {
            draft.insert(keyword.to_owned(), value.clone());
        }
    }
    bounds(schema, &mut draft);
    if is(schema, "x-kubernetes-int-or-string") {
        draft.insert("type".to_owned(), json!(["integer", "string"]));
    }
    if keywords.get("x-kubernetes-list-type").and_then(Value::as_str) == Some("set") {
        draft.insert("uniqueItems".to_owned(), Value::Bool(true));
    }
    if let Some(format) = keywords.get("format").filter(|format| known_format(format)) {
        draft.insert("format".to_owned(), format.clone());
    }
    if let Some(properties) = keywords.get("properties").and_then(Value::as_object) {
        let properties = properties.iter().map(|(name, schema)| (name.clone(), translated(schema)));
        draft.insert("properties".to_owned(), Value::Object(properties.collect()));
    }
    for keyword in ["items", "not"] {
        if let Some(schema) = keywords.get(keyword).filter(|schema| schema.is_object()) {
            draft.insert(keyword.to_owned(), translated(schema));
        }
    }
    match keywords.get("additionalProperties") {
        Some(Value::Bool(allowed)) => {
            draft.insert("additionalProperties".to_owned(), Value::Bool(*allowed));
        }
        Some(schema) => {
            draft.insert("additionalProperties".to_owned(), translated(schema));
        }
        None => {}
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        if let Some(schemas) = keywords.get(keyword).and_then(Value::as_array) {
            let schemas = schemas.iter().map(translated).collect();
            draft.insert(keyword.to_owned(), Value::Array(schemas));
        }
    }
    let draft = Value::Object(draft);
    // A null is nothing that the other keywords speak of.
    if is(schema, "nullable") {
        json!({"if": {"not": {"type": "null"}}, "then": draft})
    } else {
        draft
    }
}

/// `minimum` with `exclusiveMinimum: true` is one bound in OpenAPI.
fn bounds(schema: &Value, draft: &mut Map<String, Value>) {
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if is(schema, exclusive)
            && let Some(value) = draft.remove(bound)
        {
            draft.insert(exclusive.to_owned(), value);
        }
    }
}

fn known_format(format: &Value) -> bool {
    format.as_str().is_some_and(|format| FORMATS.contains(&format))
}
