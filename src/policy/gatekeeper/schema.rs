//! The schema of a constraint: what the CRD says that Gatekeeper makes of a
//! template (frameworks, `pkg/client/crds`).

use serde_json::{Value, json};

use super::document::FieldProblem;
use super::glob::Glob;
use super::template::Template;
use crate::api::{FieldError, ParametersSchema};

/// A constraint's schema, read once.
pub(super) struct ConstraintSchema(ParametersSchema);

impl ConstraintSchema {
    /// The schema of the constraints of a template.
    pub(super) fn of(template: &Template) -> Result<Self, FieldProblem> {
        let schema = document(template.schema.as_ref());
        let read = ParametersSchema::lenient(&schema, "");
        read.map(Self).map_err(|errors| first(errors, "the schema of the template cannot be used"))
    }

    /// What the validation of a custom resource refuses.
    pub(super) fn check(&self, constraint: &Value) -> Result<(), FieldProblem> {
        let errors = self.0.errors(constraint, "");
        if errors.is_empty() { Ok(()) } else { Err(first(errors, "does not fit the schema")) }
    }

    /// Fields that the schema does not know; the API server would drop them.
    pub(super) fn check_known(&self, constraint: &Value) -> Result<(), FieldProblem> {
        let errors = self.0.unknown_fields(constraint, "");
        if errors.is_empty() { Ok(()) } else { Err(first(errors, "has unknown fields")) }
    }

    /// Fills in defaults.
    pub(super) fn fill(&self, constraint: &mut Value) {
        self.0.fill(constraint);
    }
}

fn first(errors: Vec<FieldError>, otherwise: &str) -> FieldProblem {
    let error = errors.into_iter().next();
    error.map_or_else(
        || FieldProblem::new("", otherwise),
        |error| FieldProblem::new(error.field, error.message),
    )
}

fn document(parameters: Option<&Value>) -> Value {
    let mut spec = json!({
        "match": matching(),
        "enforcementAction": {"type": "string", "default": "deny"},
        "scopedEnforcementActions": {"type": "array", "items": {
            "type": "object",
            "properties": {
                "action": {"type": "string"},
                "enforcementPoints": {"type": "array", "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}},
                }},
            },
        }},
    });
    if let Some(parameters) = parameters {
        spec["parameters"] = parameters.clone();
    }
    json!({
        "type": "object",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {
                "type": "object",
                "properties": {"name": {"type": "string", "maxLength": 63}},
                "x-kubernetes-preserve-unknown-fields": true,
            },
            "spec": {"type": "object", "properties": spec},
            "status": {"x-kubernetes-preserve-unknown-fields": true},
        },
    })
}

fn matching() -> Value {
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let glob = json!({"type": "string", "pattern": Glob::PATTERN});
    let globs = json!({"type": "array", "items": glob});
    let selector = json!({
        "type": "object",
        "properties": {
            "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
            "matchExpressions": {"type": "array", "items": {
                "type": "object",
                "required": ["key", "operator"],
                "properties": {
                    "key": {"type": "string"},
                    "operator": {"type": "string"},
                    "values": texts,
                },
            }},
        },
    });
    json!({
        "type": "object",
        "properties": {
            "kinds": {"type": "array", "items": {
                "type": "object",
                "properties": {"apiGroups": texts, "kinds": texts},
            }},
            "scope": {"type": "string"},
            "namespaces": globs,
            "excludedNamespaces": globs,
            "labelSelector": selector,
            "namespaceSelector": selector,
            "name": glob,
            "source": {"type": "string", "enum": ["All", "Generated", "Original"]},
        },
    })
}
