//! The schema of a template's parameters, old style and new.
//!
//! A v1 template has a structural schema: every level has a type. Before v1,
//! and with `legacySchema: true`, a level without one is allowed and parameters
//! that the schema does not know are kept (gatekeeper, docs/constrainttemplates;
//! frameworks, `pkg/schema`).

use serde_json::{Map, Value, json};

use super::document::FieldProblem;

const FIELD: &str = "spec.crd.spec.validation.openAPIV3Schema";
const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";

/// The effective schema of `spec.parameters`; `legacy` is the default of
/// `legacySchema` in the template's version.
pub(super) fn schema(template: &Value, legacy: bool) -> Result<Option<Value>, FieldProblem> {
    let validation = template.pointer("/spec/crd/spec/validation");
    let field = |key: &str| validation.and_then(|validation| validation.get(key));
    let legacy = match field("legacySchema") {
        None | Some(Value::Null) => legacy,
        Some(Value::Bool(legacy)) => *legacy,
        Some(other) => {
            let at = "spec.crd.spec.validation.legacySchema";
            return Err(FieldProblem::type_mismatch(at, "a boolean", other));
        }
    };
    let mut schema = match field("openAPIV3Schema") {
        None | Some(Value::Null) if legacy => Map::new(),
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(schema)) => schema.clone(),
        Some(other) => return Err(FieldProblem::type_mismatch(FIELD, "an object", other)),
    };
    if legacy {
        preserve_unknown(&mut schema, FIELD)?;
    }
    check_types(&schema, FIELD)?;
    Ok(Some(Value::Object(schema)))
}

/// Marks every level that can hold unknown fields.
fn preserve_unknown(schema: &mut Map<String, Value>, field: &str) -> Result<(), FieldProblem> {
    match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        "" | "object" => {
            schema.insert(PRESERVE.to_owned(), Value::Bool(true));
        }
        "array" if schema.get("items").is_none_or(Value::is_null) => {
            schema.insert("items".to_owned(), json!({PRESERVE: true}));
        }
        _ => {}
    }
    each_level(schema, field, preserve_unknown)
}

/// Refuses a level without a type, as apiextensions does for a structural schema.
fn check_types(schema: &Map<String, Value>, field: &str) -> Result<(), FieldProblem> {
    let typed = schema.get("type").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let free = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    if !typed && !free(PRESERVE) && !free("x-kubernetes-int-or-string") {
        let message = "must have a type: a v1 template has a structural schema, \
                       only v1beta1 and `legacySchema: true` do without";
        return Err(FieldProblem::new(field, message));
    }
    let is_array = schema.get("type").and_then(Value::as_str) == Some("array");
    if is_array && schema.get("items").is_none_or(Value::is_null) {
        return Err(FieldProblem::new(format!("{field}.items"), "must say what the elements are"));
    }
    let mut schema = schema.clone();
    each_level(&mut schema, field, |level, field| check_types(level, field))
}

/// Calls `visit` for the schemas directly below `schema`.
fn each_level(
    schema: &mut Map<String, Value>,
    field: &str,
    mut visit: impl FnMut(&mut Map<String, Value>, &str) -> Result<(), FieldProblem>,
) -> Result<(), FieldProblem> {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, property) in properties {
            if let Value::Object(property) = property {
                visit(property, &format!("{field}.properties.{name}"))?;
            }
        }
    }
    match schema.get_mut("items") {
        Some(Value::Object(items)) => visit(items, &format!("{field}.items"))?,
        Some(other @ Value::Array(_)) => {
            let at = format!("{field}.items");
            return Err(FieldProblem::type_mismatch(&at, "one schema", other));
        }
        _ => {}
    }
    if let Some(Value::Object(inner)) = schema.get_mut("additionalProperties") {
        visit(inner, &format!("{field}.additionalProperties"))?;
    }
    Ok(())
}
