//! The formats by example. The suites below `data/` are gator's too: they pass
//! there as they stand.

mod constraints;
mod expansions;
mod imports;
mod matching;
mod patterns;
mod reports;
mod reviews;
mod suites;
mod templates;

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::suite::{Files, Loaded};
use super::{Constraint, ConstraintError, Document, Rego, Template, TemplateError};
use crate::policy::{Budget, EngineKind};

/// What `file!()` is relative to.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `data/`.
pub(super) struct Data;

impl Files for Data {
    fn read(&self, path: &str) -> Result<Vec<Loaded>, String> {
        let here = Path::new(file!());
        let text = std::fs::read_to_string(root().join(here.with_file_name("data")).join(path));
        let text = text.map_err(|error| format!("{path}: {error}"))?;
        Ok(documents(&text))
    }
}

/// The documents of a stream of YAML, as gator reads it: `yes` is a string.
pub(super) fn documents(text: &str) -> Vec<Loaded> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true, strict_booleans: true };
    let mut loaded = Vec::new();
    let mut line = 1;
    for document in format!("\n{text}").split("\n---") {
        let object: Value =
            serde_saphyr::from_str_with_options(document, options.clone()).expect(document);
        if !object.is_null() {
            loaded.push(Loaded { line, object });
        }
        line += u32::try_from(document.matches('\n').count()).unwrap();
    }
    loaded
}

/// The first object of a file below `data/`.
pub(super) fn first(path: &str) -> Value {
    Data.read(path).unwrap().swap_remove(0).object
}

/// An engine that no busy machine can hurry.
pub(super) fn engine(kind: Option<EngineKind>) -> Rego {
    Rego::new(kind, Budget { wall: Duration::from_secs(60), ..Budget::default() })
}

pub(super) fn document<'a>(file: &'a str, object: &'a Value) -> Document<'a> {
    Document { file, line: 7, object }
}

pub(super) fn template(object: &Value) -> Result<Template, TemplateError> {
    Template::new(&document("template.yaml", object))
}

/// A v1 template of the kind `Thing` with a schema and the Rego of `rule`.
pub(super) fn thing(schema: &Value) -> Value {
    serde_json::json!({
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": "thing"},
        "spec": {
            "crd": {"spec": {
                "names": {"kind": "Thing"},
                "validation": {"openAPIV3Schema": schema},
            }},
            "targets": [{
                "target": "admission.k8s.gatekeeper.sh",
                "rego": "package thing\nviolation[{\"msg\": \"always\"}] { true }",
            }],
        },
    })
}

/// A constraint of the kind `Thing`.
pub(super) fn constraint_of(
    template: &Template,
    spec: &Value,
) -> Result<Constraint, ConstraintError> {
    let object = serde_json::json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": "Thing",
        "metadata": {"name": "it"},
        "spec": spec,
    });
    Constraint::new(template, &document("constraint.yaml", &object))
}
