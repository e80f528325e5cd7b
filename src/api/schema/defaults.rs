//! Defaults, as the API server fills them into custom resources.

use serde_json::{Map, Value, json};

use crate::document::{child, pointer_of};

/// Fills the defaults of `schema` into `value`.
pub(super) fn fill(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(fields) => object(schema, fields),
        Value::Array(items) => {
            let Some(schema) = schema.get("items") else { return };
            for item in items {
                if is_absent(schema, item)
                    && let Some(default) = default(schema)
                {
                    *item = default.clone();
                }
                fill(schema, item);
            }
        }
        _ => {}
    }
}

fn object(schema: &Value, fields: &mut Map<String, Value>) {
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        let absent = fields.get(name).is_none_or(|value| is_absent(schema, value));
        if absent && let Some(default) = default(schema) {
            fields.insert(name.clone(), default.clone());
        }
    }
    let additional = schema.get("additionalProperties").filter(|schema| schema.is_object());
    let schema_of = |name: &str| properties.and_then(|known| known.get(name)).or(additional);
    fields.retain(|name, value| {
        let Some(schema) = schema_of(name) else { return true };
        if is_absent(schema, value) {
            let Some(default) = default(schema) else { return false };
            *value = default.clone();
        }
        fill(schema, value);
        true
    });
}

/// Whether a value counts as not given: a null where none is allowed.
fn is_absent(schema: &Value, value: &Value) -> bool {
    value.is_null() && schema.get("nullable").and_then(Value::as_bool) != Some(true)
}

/// A default of null is as good as none.
fn default(schema: &Value) -> Option<&Value> {
    schema.get("default").filter(|default| !default.is_null())
}

/// A step from the root of the parameters to a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'s> {
    Field(&'s str),
    /// Any field that has no schema of its own.
    AnyField,
    /// Any element.
    Element,
}

/// Calls `visit` for every default in a schema that stands at `field`: with the
/// schema that has it, the default, its path in the schema, and where the value
/// stands in parameters.
pub(super) fn each<'s>(
    schema: &'s Value,
    field: &str,
    place: &mut Vec<Step<'s>>,
    visit: &mut impl FnMut(&'s Value, &'s Value, &str, &[Step<'s>]),
) {
    if let Some(default) = schema.get("default") {
        visit(schema, default, &format!("{field}.default"), place);
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        place.push(Step::Field(name));
        each(schema, &child(&format!("{field}.properties"), name), place, visit);
        place.pop();
    }
    for (keyword, step) in [("items", Step::Element), ("additionalProperties", Step::AnyField)] {
        if let Some(schema) = schema.get(keyword).filter(|schema| schema.is_object()) {
            place.push(step);
            each(schema, &format!("{field}.{keyword}"), place, visit);
            place.pop();
        }
    }
}

/// The least parameters that have the value at the place, and its JSON pointer.
pub(super) fn placed(value: &Value, place: &[Step<'_>]) -> (Value, String) {
    let token = |step: &Step<'_>| match step {
        Step::Field(name) => (*name).to_owned(),
        Step::AnyField => "any".to_owned(),
        Step::Element => "0".to_owned(),
    };
    let whole = place.iter().rev().fold(value.clone(), |inner, step| match step {
        Step::Element => json!([inner]),
        step => Value::Object(Map::from_iter([(token(step), inner)])),
    });
    let tokens: Vec<String> = place.iter().map(token).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    (whole, pointer_of(&tokens))
}
