//! ConstraintTemplates.

use serde_json::{Map, Value};

use super::document::{Document, FieldProblem, FormatError, strings, type_of};
use super::legacy;
use super::object::{Gvk, name};
use crate::policy::{Dialect, Module, Source};

/// API group of ConstraintTemplates.
pub(super) const GROUP: &str = "templates.gatekeeper.sh";
/// The only target that Gatekeeper knows (`pkg/target`).
const TARGET: &str = "admission.k8s.gatekeeper.sh";
/// Engine name of Rego in `targets[].code[]`.
const REGO: &str = "Rego";
/// Engine name of CEL in `targets[].code[]`.
const CEL: &str = "K8sNativeValidation";
/// Longest kind: with `List` behind it, it still is a DNS label.
const MAX_KIND: usize = 59;
/// On templates: which kinds must be synced for them, as JSON in a string. The
/// second spelling is that of older libraries.
const REQUIRES_SYNC: [&str; 2] =
    ["metadata.gatekeeper.sh/requires-sync-data", "metadata.gatekeeper.sh/requiresSyncData"];

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Gatekeeper refuses it too.
    #[error("{0}")]
    Invalid(FormatError),
    /// It is a good template, but not one for Lessor.
    #[error("{0}")]
    Unsupported(FormatError),
}

impl TemplateError {
    /// What is wrong, and where.
    #[must_use]
    pub const fn format(&self) -> &FormatError {
        match self {
            Self::Invalid(error) | Self::Unsupported(error) => error,
        }
    }
}

/// A ConstraintTemplate (`templates.gatekeeper.sh`, v1, v1beta1 or v1alpha1)
/// whose policy is Rego.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// `metadata.name`: the kind in lower case.
    pub name: String,
    /// Kind of its constraints.
    pub kind: String,
    /// The Rego. The package of the first module is the entry; it need not be
    /// named after the kind. Errors of builtins are undefined, as in OPA.
    pub source: Source,
    /// OpenAPI v3 schema of `spec.parameters`; absent when the template has
    /// none and its constraints may therefore have no parameters. A legacy
    /// schema (the default before v1) has `x-kubernetes-preserve-unknown-fields`
    /// at every level, as Gatekeeper adds it.
    pub schema: Option<Value>,
    /// Operations that Gatekeeper's webhook asks this template about; empty:
    /// all that the webhook gets.
    pub operations: Vec<String>,
    /// Whether the template also carries CEL, which is left out. Messages and,
    /// rarely, verdicts of the two differ.
    pub carries_cel: bool,
    /// The annotation `description`, as templates of libraries have it; empty
    /// when it is absent.
    pub description: String,
    /// What the annotation `metadata.gatekeeper.sh/requires-sync-data` holds;
    /// empty when it is absent.
    pub requires_sync: String,
    /// The file.
    pub file: String,
    /// First line of the template in the file, from 1.
    pub line: u32,
}

/// Whether an object is a ConstraintTemplate of any version.
#[must_use]
pub fn is_template(object: &Value) -> bool {
    let gvk = Gvk::of(object);
    gvk.group == GROUP && gvk.kind == "ConstraintTemplate"
}

impl Template {
    /// Reads a ConstraintTemplate.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] where Gatekeeper refuses it too: another
    /// number of targets than one, an unknown target, no kind, a name that is
    /// not the kind in lower case, a v1 schema without types, no source.
    /// [`TemplateError::Unsupported`] for CEL without Rego.
    pub fn new(document: &Document<'_>) -> Result<Self, TemplateError> {
        let invalid = TemplateError::Invalid;
        let version = version(document).map_err(invalid)?;
        let kind = document.text("/spec/crd/spec/names/kind").map_err(invalid)?;
        let name = name(document.object);
        check_names(document, name, kind).map_err(invalid)?;
        let target = target(document).map_err(invalid)?;
        let (modules, carries_cel) = code(document, target)?;
        let problem = |problem: FieldProblem| invalid(problem.of(document));
        let operations = "spec.targets[0].operations";
        Ok(Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
            source: Source { modules, strict: false },
            schema: legacy::schema(document.object, version != "v1").map_err(problem)?,
            operations: strings(target.get("operations"), operations).map_err(problem)?,
            carries_cel,
            description: annotation(document.object, "description").to_owned(),
            requires_sync: REQUIRES_SYNC.map(|key| annotation(document.object, key)).concat(),
            file: document.file.to_owned(),
            line: document.line,
        })
    }
}

fn version<'a>(document: &Document<'a>) -> Result<&'a str, FormatError> {
    let gvk = Gvk::of(document.object);
    if !is_template(document.object) {
        return Err(document.error("kind", format!("must be ConstraintTemplate of {GROUP}")));
    }
    match gvk.version {
        "v1" | "v1beta1" | "v1alpha1" => Ok(gvk.version),
        other => {
            let message = format!("version {other:?} is none of v1, v1beta1, v1alpha1");
            Err(document.error("apiVersion", message))
        }
    }
}

fn check_names(document: &Document<'_>, name: &str, kind: &str) -> Result<(), FormatError> {
    let field = "spec.crd.spec.names.kind";
    if kind.is_empty() {
        return Err(document.error(field, "must name the kind of the constraints"));
    }
    let lower = kind.to_lowercase();
    if name != lower {
        let message = format!("is {name:?}, must be the kind in lower case: {lower:?}");
        return Err(document.error("metadata.name", message));
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let starts = kind.starts_with(|c: char| c.is_ascii_alphabetic());
    if !starts || !kind.bytes().all(plain) || kind.ends_with('-') || kind.len() > MAX_KIND {
        return Err(document.error(field, format!("{kind:?} cannot be the kind of a CRD")));
    }
    Ok(())
}

fn target<'a>(document: &Document<'a>) -> Result<&'a Map<String, Value>, FormatError> {
    let field = "spec.targets";
    let targets = document.object.pointer("/spec/targets");
    let target = match targets {
        Some(Value::Array(targets)) if targets.len() == 1 => &targets[0],
        None | Some(Value::Null | Value::Array(_)) => {
            return Err(document.error(field, format!("must have exactly one entry, {TARGET:?}")));
        }
        Some(other) => {
            return Err(document.error(field, format!("must be a list, is {}", type_of(other))));
        }
    };
    let Value::Object(target) = target else {
        let message = format!("must be an object, is {}", type_of(target));
        return Err(document.error("spec.targets[0]", message));
    };
    match target.get("target").and_then(Value::as_str) {
        Some(TARGET) => Ok(target),
        other => {
            let message = format!("{:?} is not known; must be {TARGET:?}", other.unwrap_or(""));
            Err(document.error("spec.targets[0].target", message))
        }
    }
}

/// The Rego of a target, and whether there is CEL beside it. `rego` and `libs`
/// of the target win over an entry of `code` (frameworks, conversion of v1).
fn code(
    document: &Document<'_>,
    target: &Map<String, Value>,
) -> Result<(Vec<Module>, bool), TemplateError> {
    let field = "spec.targets[0]";
    let engines = match target.get("code") {
        Some(Value::Array(entries)) => entries.as_slice(),
        _ => &[],
    };
    let entry = |engine: &str| {
        let is = |entry: &&Value| entry.get("engine").and_then(Value::as_str) == Some(engine);
        engines.iter().find(is)
    };
    let carries_cel = entry(CEL).is_some();
    let of_target = target.get("rego").is_some_and(|rego| rego.as_str() != Some(""));
    let (source, field) = if of_target {
        let v0 = Map::from_iter([("version".to_owned(), Value::String("v0".to_owned()))]);
        let mut source = target.clone();
        source.extend(v0);
        (source, field.to_owned())
    } else if let Some(entry) = entry(REGO) {
        let at = engines.iter().position(|e| std::ptr::eq(e, entry)).unwrap_or_default();
        let field = format!("{field}.code[{at}].source");
        let Some(Value::Object(source)) = entry.get("source") else {
            let error = document.error(field, "must be an object with the field rego");
            return Err(TemplateError::Invalid(error));
        };
        (source.clone(), field)
    } else if carries_cel {
        let message = "holds only CEL; Lessor runs Rego. A ValidatingAdmissionPolicy of \
                       Kubernetes' own can hold the same expressions";
        return Err(TemplateError::Unsupported(document.error(format!("{field}.code"), message)));
    } else {
        let message = "has neither rego nor an entry of code with engine Rego";
        return Err(TemplateError::Invalid(document.error(field, message)));
    };
    let modules = modules(document, &source, &field).map_err(TemplateError::Invalid)?;
    Ok((modules, carries_cel))
}

fn modules(
    document: &Document<'_>,
    source: &Map<String, Value>,
    field: &str,
) -> Result<Vec<Module>, FormatError> {
    // Whatever is not v1 is v0 (frameworks, `pkg/client/drivers/rego`).
    let dialect = match source.get("version").and_then(Value::as_str) {
        Some("v1") => Dialect::V1,
        _ => Dialect::V0,
    };
    let module = |field: String, text: &str| Module {
        file: format!("{}#{field}", document.file),
        text: text.to_owned(),
        dialect,
    };
    let rego = match source.get("rego") {
        Some(Value::String(rego)) => rego,
        other => {
            let is = other.map_or("absent", type_of);
            let message = format!("must be the text of a Rego module, is {is}");
            return Err(document.error(format!("{field}.rego"), message));
        }
    };
    let mut modules = vec![module(format!("{field}.rego"), rego)];
    let libs = strings(source.get("libs"), &format!("{field}.libs"));
    for (at, text) in libs.map_err(|problem| problem.of(document))?.iter().enumerate() {
        modules.push(module(format!("{field}.libs[{at}]"), text));
    }
    Ok(modules)
}

fn annotation<'a>(object: &'a Value, key: &str) -> &'a str {
    let annotations = object.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let annotation = annotations.and_then(|annotations| annotations.get(key));
    annotation.and_then(Value::as_str).unwrap_or_default()
}
