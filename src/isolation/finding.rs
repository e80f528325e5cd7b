//! What a rule found.

use crate::names::Reason;

/// A rule that an object breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Stable id of the rule, such as `pods/volumes`.
    pub rule: &'static str,
    /// Reason from the closed set.
    pub reason: Reason,
    /// Path of the offending field, such as `spec.volumes[0].hostPath`.
    pub field: String,
    /// One sentence: what is wrong and what would be allowed.
    pub message: String,
}

/// Collects what the rules found about one object, in the order they looked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Rules broken: each alone refuses the object.
    pub violations: Vec<Violation>,
    /// Sentences for the caller that refuse nothing, at most 120 characters each.
    pub warnings: Vec<String>,
}

impl Findings {
    /// Adds a violation.
    pub fn violation(
        &mut self,
        rule: &'static str,
        reason: Reason,
        field: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.violations.push(Violation {
            rule,
            reason,
            field: field.into(),
            message: message.into(),
        });
    }

    /// Adds a warning.
    pub fn warn(&mut self, message: impl Into<String>) {
        self.warnings.push(message.into());
    }

    /// Whether nothing refuses the object.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }
}
