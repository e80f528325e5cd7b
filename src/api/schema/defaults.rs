//! Defaults, as the API server fills them into custom resources.

use serde_json::{Map, Value};

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
