//! What a rule found.

use std::borrow::Cow;

use crate::names::Reason;

/// A rule that an object breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Stable id of the rule, such as `pods/volumes`; of a Rego policy its name
    /// and rule, such as `image-registries/violation`.
    pub rule: Cow<'static, str>,
    /// Reason from the closed set.
    pub reason: Reason,
    /// Path of the offending field, such as `spec.volumes[0].hostPath`.
    pub field: String,
    /// One sentence: what is wrong and what would be allowed.
    pub message: String,
}

impl Violation {
    /// The reason as callers see it: of the closed set, or `Policy/<name>/<rule>`.
    #[must_use]
    pub fn reason_text(&self) -> Cow<'static, str> {
        match self.reason {
            Reason::Policy => format!("{}/{}", self.reason, self.rule).into(),
            reason => reason.as_str().into(),
        }
    }

    /// The sentence that callers see: which rule says what. Of a policy the
    /// reason has named the rule already.
    #[must_use]
    pub fn sentence(&self) -> Cow<'_, str> {
        match self.reason {
            Reason::Policy => self.message.as_str().into(),
            _ => format!("{}: {}", self.rule, self.message).into(),
        }
    }
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
        rule: impl Into<Cow<'static, str>>,
        reason: Reason,
        field: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.violations.push(Violation {
            rule: rule.into(),
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
