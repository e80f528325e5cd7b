//! What a structural schema says and JSON Schema does not: which fields there
//! are, and which lists are maps.

use serde_json::Value;

use crate::api::FieldError;
use crate::document::{child, index};
use crate::names::Reason;

/// Reports fields that the schema does not know; the API server would drop them.
pub(super) fn unknown(schema: &Value, value: &Value, field: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::Object(fields) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let additional = schema.get("additionalProperties");
            let open = additional.is_some() || is(schema, "x-kubernetes-preserve-unknown-fields");
            for (name, value) in fields {
                let path = child(field, name);
                if let Some(schema) = properties.and_then(|known| known.get(name)).or(additional) {
                    unknown(schema, value, &path, errors);
                } else if !open {
                    let names: Vec<&str> =
                        properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                    errors.push(FieldError {
                        field: path,
                        reason: Reason::Invalid,
                        message: format!("the schema does not know it; known here: {known}"),
                    });
                }
            }
        }
        Value::Array(items) => {
            let Some(schema) = schema.get("items") else { return };
            for (i, item) in items.iter().enumerate() {
                unknown(schema, item, &index(field, i), errors);
            }
        }
        _ => {}
    }
}

/// Reports elements of a `x-kubernetes-list-type: map` that have the same keys.
pub(super) fn repeated(schema: &Value, value: &Value, field: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::Object(fields) => {
            let properties = schema.get("properties");
            let additional = schema.get("additionalProperties");
            for (name, value) in fields {
                if let Some(schema) = properties.and_then(|known| known.get(name)).or(additional) {
                    repeated(schema, value, &child(field, name), errors);
                }
            }
        }
        Value::Array(items) => {
            if schema.get("x-kubernetes-list-type").and_then(Value::as_str) == Some("map") {
                same_keys(schema, items, field, errors);
            }
            let Some(schema) = schema.get("items") else { return };
            for (i, item) in items.iter().enumerate() {
                repeated(schema, item, &index(field, i), errors);
            }
        }
        _ => {}
    }
}

fn same_keys(schema: &Value, items: &[Value], field: &str, errors: &mut Vec<FieldError>) {
    let keys: Vec<&str> = schema
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let of = |item: &Value| keys.iter().map(|key| item.get(key).cloned()).collect::<Vec<_>>();
    let mut seen = std::collections::HashSet::new();
    for (i, item) in items.iter().enumerate() {
        if !seen.insert(of(item)) {
            errors.push(FieldError {
                field: index(field, i),
                reason: Reason::Invalid,
                message: format!("an element with the same {} is there already", keys.join(", ")),
            });
        }
    }
}

/// Whether a boolean keyword is true.
pub(super) fn is(schema: &Value, keyword: &str) -> bool {
    schema.get(keyword).and_then(Value::as_bool) == Some(true)
}
