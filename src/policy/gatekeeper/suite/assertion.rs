//! What must be true about the violations of a case.

use std::fmt;

use serde_json::Value;

use super::pattern::Pattern;
use super::report::AssertionReport;
use crate::document::child;
use crate::policy::gatekeeper::document::FieldProblem;
use crate::policy::gatekeeper::judge::Violation;

/// A statement about the violations of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assertion {
    /// How many violations must match.
    pub violations: Expected,
    /// Regular expression of Go that matches somewhere in the message; absent:
    /// all violations match.
    pub message: Option<String>,
}

/// How many violations must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// `yes`, the default: at least one.
    #[default]
    Some,
    /// `no`: none.
    None,
    /// A number: exactly so many.
    Exactly(i32),
    /// Another text, which fails the case when it runs.
    Unreadable(String),
}

impl Assertion {
    /// Reads an assertion that stands at `path`. YAML 1.1 reads `yes` and `no`
    /// as booleans; both readings are accepted.
    pub(super) fn new(
        violations: Option<&Value>,
        message: Option<&Value>,
        path: &str,
    ) -> Result<Self, FieldProblem> {
        let integer = |number: &serde_json::Number| {
            let float = number.as_f64()?;
            let whole = float.fract() == 0.0 && float.abs() <= f64::from(i32::MAX);
            // In range and without a fraction: nothing is cut off.
            #[allow(clippy::cast_possible_truncation)]
            whole.then_some(float as i32)
        };
        let violations = match violations {
            None | Some(Value::Bool(true)) => Expected::Some,
            Some(Value::Bool(false)) => Expected::None,
            Some(Value::String(text)) => match text.as_str() {
                "yes" => Expected::Some,
                "no" => Expected::None,
                other => Expected::Unreadable(other.to_owned()),
            },
            Some(value @ Value::Number(number)) => {
                Expected::Exactly(integer(number).ok_or_else(|| {
                    let message = format!("must be a whole number, is {value}");
                    FieldProblem::new(child(path, "violations"), message)
                })?)
            }
            Some(other) => {
                let field = child(path, "violations");
                return Err(FieldProblem::type_mismatch(&field, "a number, yes or no", other));
            }
        };
        let message = match message {
            None => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => {
                let field = child(path, "message");
                return Err(FieldProblem::type_mismatch(&field, "a regular expression", other));
            }
        };
        Ok(Self { violations, message })
    }
}

/// Holds assertions against violations.
#[must_use]
pub fn check(assertions: &[Assertion], violations: &[Violation]) -> Vec<AssertionReport> {
    assertions.iter().map(|assertion| assertion.check(violations)).collect()
}

impl Assertion {
    fn check(&self, violations: &[Violation]) -> AssertionReport {
        let pattern = self.message.as_deref().map(Pattern::new).transpose();
        let report = |matching, problem: Option<String>| {
            let passed = problem.is_none() && self.violations.is_met_by(matching);
            AssertionReport { assertion: self.clone(), matching, problem, passed }
        };
        let pattern = match pattern {
            Ok(pattern) => pattern,
            Err(error) => return report(0, Some(error.to_string())),
        };
        let matches = |violation: &&Violation| {
            pattern.as_ref().is_none_or(|pattern| pattern.is_found_in(&violation.message))
        };
        report(violations.iter().filter(matches).count(), self.violations.problem())
    }
}

impl Expected {
    fn is_met_by(&self, matching: usize) -> bool {
        match self {
            Self::Some => matching > 0,
            Self::None => matching == 0,
            Self::Exactly(wanted) => usize::try_from(*wanted) == Ok(matching),
            Self::Unreadable(_) => false,
        }
    }

    fn problem(&self) -> Option<String> {
        let is = match self {
            Self::Some | Self::None | Self::Exactly(0..) => return None,
            Self::Exactly(negative) => negative.to_string(),
            Self::Unreadable(text) => format!("{text:?}"),
        };
        Some(format!("violations must be 0 or more, yes or no, is {is}"))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Some => f.write_str("at least 1"),
            Self::None => f.write_str("none"),
            Self::Exactly(number) => write!(f, "exactly {number}"),
            Self::Unreadable(text) => write!(f, "{text:?}"),
        }
    }
}

impl fmt::Display for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} violations", self.violations)?;
        match &self.message {
            Some(message) => write!(f, " with a message like {message:?}"),
            None => Ok(()),
        }
    }
}
