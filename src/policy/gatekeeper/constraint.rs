//! Constraints.

use serde_json::{Map, Value};

use super::action::{self, EnforcementAction};
use super::document::{Document, FieldProblem, FormatError};
use super::inventory::Inventory;
use super::matching::{self, Match, MatchError, Subject};
use super::object::{Gvk, name};
use super::review::{Review, go_numbers};
use super::schema::ConstraintSchema;
use super::selector;
use super::template::Template;
use crate::api::is_dns_subdomain;

/// API group of constraints.
pub(super) const GROUP: &str = "constraints.gatekeeper.sh";

/// Why a constraint is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// It does not fit the schema of its kind: a field of a wrong type, a
    /// required one that is missing. What `invalid: true` in a suite expects.
    #[error("{0}")]
    Schema(FormatError),
    /// Anything else: a wrong kind, a field that the schema does not know, a
    /// selector that no label can satisfy.
    #[error("{0}")]
    Invalid(FormatError),
}

impl ConstraintError {
    /// What is wrong, and where.
    #[must_use]
    pub const fn format(&self) -> &FormatError {
        match self {
            Self::Schema(error) | Self::Invalid(error) => error,
        }
    }
}

/// A constraint: a template with parameters, and what it applies to.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Its kind, which names the template.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `spec.parameters` with the defaults of the schema; `{}` when absent.
    pub parameters: Value,
    /// `spec.match`; absent: everything matches.
    pub matching: Option<Match>,
    /// What happens on a violation.
    pub action: EnforcementAction,
    /// The file.
    pub file: String,
    /// First line of the constraint in the file, from 1.
    pub line: u32,
}

/// Whether an object is a constraint of any kind and version.
#[must_use]
pub fn is_constraint(object: &Value) -> bool {
    Gvk::of(object).group == GROUP
}

impl Constraint {
    /// Reads a constraint of `template` and holds it against the schema, in
    /// the order in which Gatekeeper does (frameworks, `pkg/client`).
    ///
    /// # Errors
    /// [`ConstraintError`].
    pub fn new(template: &Template, document: &Document<'_>) -> Result<Self, ConstraintError> {
        let invalid = |problem: FieldProblem| ConstraintError::Invalid(problem.of(document));
        let refused = |problem: FieldProblem| ConstraintError::Schema(problem.of(document));
        check_identity(template, document.object).map_err(invalid)?;
        check_selectors(document.object).map_err(invalid)?;
        let schema = ConstraintSchema::of(template).map_err(invalid)?;
        schema.check(document.object).map_err(refused)?;
        schema.check_known(document.object).map_err(invalid)?;

        let mut filled = document.object.clone();
        schema.fill(&mut filled);
        let spec = filled.get("spec");
        let field = |key: &str| spec.and_then(|spec| spec.get(key));
        let mut parameters = match field("parameters") {
            None | Some(Value::Null) => Value::Object(Map::new()),
            Some(parameters) => parameters.clone(),
        };
        go_numbers(&mut parameters);
        let matching = field("match").map(|value| matching::parse(value, "spec.match"));
        Ok(Self {
            kind: template.kind.clone(),
            name: name(document.object).to_owned(),
            parameters,
            matching: matching.transpose().map_err(invalid)?,
            action: action::parse(spec).map_err(invalid)?,
            file: document.file.to_owned(),
            line: document.line,
        })
    }

    /// Whether the constraint is to be evaluated over `review`. The Namespace
    /// is that of the request's `namespace`, from the inventory.
    ///
    /// # Errors
    /// [`MatchError`]: Gatekeeper counts it as a violation.
    pub fn matches(&self, review: &Review, inventory: &Inventory) -> Result<bool, MatchError> {
        let Some(matching) = &self.matching else { return Ok(true) };
        let namespace = review.namespace();
        matching.matches(&Subject {
            object: review.object(),
            old: review.old_object(),
            namespace: (!namespace.is_empty()).then(|| inventory.namespace(namespace)).flatten(),
            origin: review.origin,
        })
    }
}

fn check_identity(template: &Template, object: &Value) -> Result<(), FieldProblem> {
    let gvk = Gvk::of(object);
    if gvk.group != GROUP {
        let message = format!("group {:?} must be {GROUP:?}", gvk.group);
        return Err(FieldProblem::new("apiVersion", message));
    }
    if gvk.version != "v1beta1" && gvk.version != "v1alpha1" {
        let message = format!("version {:?} must be v1beta1 or v1alpha1", gvk.version);
        return Err(FieldProblem::new("apiVersion", message));
    }
    if gvk.kind != template.kind {
        let message = format!("is {:?}, the template is for {:?}", gvk.kind, template.kind);
        return Err(FieldProblem::new("kind", message));
    }
    let name = name(object);
    if !is_dns_subdomain(name) {
        let message = format!("{name:?} must be lower case letters, digits, '-' and '.'");
        return Err(FieldProblem::new("metadata.name", message));
    }
    Ok(())
}

/// Gatekeeper reads selectors before it looks at the schema, and stumbles over
/// what stands in their way.
fn check_selectors(object: &Value) -> Result<(), FieldProblem> {
    let mut holder = object;
    for (key, field) in [("spec", "spec"), ("match", "spec.match")] {
        holder = match holder.get(key) {
            None | Some(Value::Null) => return Ok(()),
            Some(inner @ Value::Object(_)) => inner,
            Some(other) => return Err(FieldProblem::type_mismatch(field, "an object", other)),
        };
    }
    for key in ["labelSelector", "namespaceSelector"] {
        if let Some(value) = holder.get(key) {
            selector::parse(value, &format!("spec.match.{key}"))?;
        }
    }
    Ok(())
}
