//! Finds fields that a CRD's schema does not know.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray,
};
use serde_json::Value;

/// The first field of `value` that `schema` does not know, with the names it
/// knows there. `apiVersion`, `kind` and `metadata` belong to every object.
pub(super) fn unknown_field(
    value: &Value,
    schema: &JSONSchemaProps,
    path: &str,
) -> Option<(String, String)> {
    match value {
        Value::Object(fields) => {
            let open = schema.x_kubernetes_preserve_unknown_fields == Some(true)
                || schema.additional_properties.is_some();
            let properties = schema.properties.as_ref().filter(|_| !open)?;
            fields.iter().find_map(|(name, inner)| {
                if path.is_empty() && matches!(name.as_str(), "apiVersion" | "kind" | "metadata") {
                    return None;
                }
                let field = crate::document::child(path, name);
                let Some(known) = properties.get(name) else {
                    let names: Vec<&str> = properties.keys().map(String::as_str).collect();
                    return Some((field, names.join(", ")));
                };
                unknown_field(inner, known, &field)
            })
        }
        Value::Array(items) => {
            let Some(JSONSchemaPropsOrArray::Schema(schema)) = &schema.items else { return None };
            items.iter().enumerate().find_map(|(index, item)| {
                unknown_field(item, schema, &crate::document::index(path, index))
            })
        }
        _ => None,
    }
}
