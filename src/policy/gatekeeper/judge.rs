//! One constraint and one review become violations.

use serde_json::{Map, Value};

use super::constraint::Constraint;
use super::inventory::Inventory;
use super::review::Review;
use super::template::Template;
use crate::policy::LoadError;

/// What runs the Rego of a template. Nothing is kept from one evaluation to
/// the next.
pub trait Engine {
    /// A compiled template.
    type Program;

    /// Compiles the Rego of a template.
    ///
    /// # Errors
    /// Everything that is wrong with it, a missing rule `violation` included.
    fn compile(&mut self, template: &Template) -> Result<Self::Program, Vec<LoadError>>;

    /// Evaluates `violation` with `input` and `data` (`{"inventory": …}`) and
    /// returns the elements of the set.
    ///
    /// # Errors
    /// The text of an evaluation error, which counts as one violation.
    fn violations(
        &mut self,
        program: &Self::Program,
        input: &Value,
        data: &Value,
    ) -> Result<Vec<Value>, String>;
}

/// One violation.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// `msg` of the result.
    pub message: String,
    /// `details` of the result; `{}` when absent.
    pub details: Value,
}

/// A result whose `msg` is not a string. Gatekeeper gives up on the review.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the msg of a violation must be a string, is {0}")]
pub struct MessageError(&'static str);

impl Violation {
    fn of_error(message: String) -> Self {
        Self { message, details: Value::Object(Map::new()) }
    }
}

/// The violations of `constraint` by `review`. One that does not match has
/// none; when matching or the evaluation fails, the text of the error is the
/// one violation.
///
/// # Errors
/// [`MessageError`].
pub fn judge<E: Engine>(
    engine: &mut E,
    program: &E::Program,
    constraint: &Constraint,
    review: &Review,
    inventory: &Inventory,
) -> Result<Vec<Violation>, MessageError> {
    match constraint.matches(review, inventory) {
        Ok(true) => {}
        Ok(false) => return Ok(Vec::new()),
        Err(error) => return Ok(vec![Violation::of_error(error.to_string())]),
    }
    let input = Value::Object(Map::from_iter([
        ("review".to_owned(), review.value.clone()),
        ("parameters".to_owned(), constraint.parameters.clone()),
    ]));
    match engine.violations(program, &input, &inventory.data()) {
        Ok(results) => collect(results),
        Err(message) => Ok(vec![Violation::of_error(message)]),
    }
}

/// The results that Gatekeeper's own rule around a template makes of its set:
/// a result without `msg` is ignored, and results are equal when `msg` and
/// `details` are (frameworks, `pkg/client/drivers/rego`).
fn collect(results: Vec<Value>) -> Result<Vec<Violation>, MessageError> {
    let mut violations: Vec<Violation> = Vec::new();
    for result in results {
        let Value::Object(mut result) = result else { continue };
        let message = match result.remove("msg") {
            None => continue,
            Some(Value::String(message)) => message,
            Some(other) => return Err(MessageError(super::document::type_of(&other))),
        };
        let details = result.remove("details").unwrap_or_else(|| Value::Object(Map::new()));
        let violation = Violation { message, details };
        if !violations.contains(&violation) {
            violations.push(violation);
        }
    }
    Ok(violations)
}
