//! A policy as a webhook holds it.

use std::sync::Arc;
use std::time::Duration;

use regorus::Value as Rego;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::compile::{Compiled, Entry};
use super::convert::to_rego;
use super::error::LoadError;
use super::machine::{Budget, EngineKind};
use super::select::Matcher;
use super::source::{Dialect, Module, Source};
use crate::api::{
    Enforcement, FieldError, FreeForm, ParametersSchema, PolicyInventory, PolicySpec, RegoVersion,
};
use crate::names::Reason;

/// A policy that is compiled and ready to judge. Immutable; shared by all
/// workers.
#[derive(Debug)]
pub struct Enforced {
    /// Name of the Policy.
    pub name: Arc<str>,
    /// What a violation does.
    pub enforcement: Enforcement,
    /// Which requests it judges.
    pub matcher: Matcher,
    /// What one evaluation may cost.
    pub budget: Budget,
    /// When it patches, before and after others; none when it does not patch.
    pub order: Option<i32>,
    /// Objects that its Rego reads.
    pub inventory: PolicyInventory,
    /// Which engine judges, and why not the fast one.
    pub engine: EngineKind,
    /// Why it is this engine; for people.
    pub engine_reason: String,
    /// SHA-256 of the spec: replicas that have the same one judge the same.
    pub digest: [u8; 32],
    pub(super) compiled: Compiled,
    pub(super) parameters: Parameters,
}

/// What Rego reads as `input.parameters`.
#[derive(Clone, Debug)]
pub(super) struct Parameters {
    /// With defaults filled in.
    pub(super) rego: Rego,
}

impl Parameters {
    pub(super) fn of(written: &FreeForm, schema: Option<&ParametersSchema>) -> Self {
        let mut document = Value::Object(written.clone());
        if let Some(schema) = schema {
            schema.fill(&mut document);
        }
        Self { rego: to_rego(&document) }
    }
}

impl Enforced {
    /// Compiles a spec. Its cases are not run here; until they have shown that
    /// both engines agree, the interpreter judges.
    ///
    /// # Errors
    /// Everything that is wrong with its Rego, by module, line and column, or
    /// with its match and schema.
    pub fn new(name: &str, spec: &PolicySpec) -> Result<Self, Vec<LoadError>> {
        let compiled = Compiled::new(&source(spec))?;
        let matcher = Matcher::of_policy(&spec.matching).map_err(|error| vec![of_field(error)])?;
        let schema = schema(spec)?;
        let order = spec.mutation.map(|mutation| mutation.order);
        let missing = |entry: Entry, why: &str| {
            vec![LoadError {
                file: "spec.rego".to_owned(),
                line: 0,
                column: 0,
                text: String::new(),
                message: format!(
                    "package {} has no rule `{}`, {why}",
                    compiled.package(),
                    entry.rule()
                ),
                reason: Reason::Invalid,
            }]
        };
        if order.is_some() && !compiled.has(Entry::Patch) {
            return Err(missing(Entry::Patch, "which spec.mutation asks for"));
        }
        if order.is_none() && !compiled.has(Entry::Violation) {
            return Err(missing(Entry::Violation, "so it would never find anything"));
        }
        Ok(Self {
            name: name.into(),
            enforcement: spec.enforcement,
            matcher,
            budget: Budget {
                instructions: spec.budget.instructions,
                wall: Duration::from_millis(spec.budget.milliseconds.into()),
            },
            order,
            inventory: spec.inventory.clone(),
            engine: EngineKind::Interpreter,
            engine_reason: String::new(),
            digest: digest(spec),
            parameters: Parameters::of(&spec.parameters, schema.as_ref()),
            compiled,
        })
    }

    /// Whether it finds violations; a policy may only patch.
    #[must_use]
    pub fn judges(&self) -> bool {
        self.compiled.has(Entry::Violation)
    }
}

/// The modules of a spec, named by their fields.
pub(super) fn source(spec: &PolicySpec) -> Source {
    let dialect = match spec.rego_version {
        RegoVersion::V0 => Dialect::V0,
        RegoVersion::V1 => Dialect::V1,
    };
    let module = |file: String, text: &str| Module { file, text: text.to_owned(), dialect };
    let libs = spec.libs.iter().enumerate();
    Source {
        modules: std::iter::once(module("spec.rego".to_owned(), &spec.rego))
            .chain(libs.map(|(i, text)| module(format!("spec.libs[{i}]"), text)))
            .collect(),
        strict: spec.strict_builtin_errors,
    }
}

/// The schema of a spec's parameters.
pub(super) fn schema(spec: &PolicySpec) -> Result<Option<ParametersSchema>, Vec<LoadError>> {
    let Some(schema) = &spec.parameters_schema else { return Ok(None) };
    ParametersSchema::structural(&Value::Object(schema.clone()), "spec.parametersSchema")
        .map(Some)
        .map_err(|errors| errors.into_iter().map(of_field).collect())
}

fn of_field(error: FieldError) -> LoadError {
    LoadError {
        file: error.field,
        line: 0,
        column: 0,
        text: String::new(),
        message: error.message,
        reason: error.reason,
    }
}

/// SHA-256 of a spec as JSON, whose fields are in the order of the type.
fn digest(spec: &PolicySpec) -> [u8; 32] {
    // Keys are text and numbers are JSON's: it always serializes.
    Sha256::digest(serde_json::to_vec(spec).unwrap_or_default()).into()
}
