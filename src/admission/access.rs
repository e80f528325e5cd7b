//! Decisions that depend on what the requester may do, which only the API
//! server's own authorizer knows.

use crate::isolation::{Findings, Violation};
use crate::names::Reason;

use super::decision::Decision;

/// A question to the API server's authorizer, about the requester.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessQuestion {
    /// Verb, such as `use`.
    pub verb: &'static str,
    /// API group of the resource.
    pub group: &'static str,
    /// Cluster-scoped resource in the plural.
    pub resource: &'static str,
    /// Name of the object.
    pub name: String,
    /// What the requester is told if the answer is no.
    pub refusal: Violation,
}

/// A request that would be allowed if the requester holds some rights. Asked
/// for Lessor's own kinds only, whose writes are rare: everything else is
/// decided from memory alone.
#[derive(Clone, Debug)]
pub struct NeedsAccess {
    /// What is answered if every answer is yes.
    granted: Decision,
    questions: Vec<AccessQuestion>,
}

impl NeedsAccess {
    pub(super) const fn new(granted: Decision, questions: Vec<AccessQuestion>) -> Self {
        Self { granted, questions }
    }

    /// What to ask, in the order in which [`Self::answered`] takes the answers.
    #[must_use]
    pub fn questions(&self) -> &[AccessQuestion] {
        &self.questions
    }

    /// The decision when everything was answered. An answer that is not there is a no.
    #[must_use]
    pub fn answered(self, answers: &[bool]) -> Decision {
        let Self { mut granted, questions } = self;
        for (i, question) in questions.into_iter().enumerate() {
            if answers.get(i) != Some(&true) {
                granted.violations.push(question.refusal);
            }
        }
        granted
    }

    /// The decision when the authorizer did not answer: a retryable refusal.
    #[must_use]
    pub fn unanswered(self) -> Decision {
        let mut findings = Findings::default();
        findings.violation(
            "tenants/access",
            Reason::TenancyContextUnavailable,
            self.questions.first().map_or("spec", |question| &question.refusal.field),
            "the API server did not say what the requester may do; try again in a moment",
        );
        Decision { violations: findings.violations, ..self.granted }
    }

    /// The decision where there is no API server to ask: every answer is taken
    /// to be yes, and a warning says so.
    #[must_use]
    pub fn assumed(self) -> Decision {
        let Self { mut granted, questions } = self;
        granted.warnings.extend(questions.iter().map(|question| {
            format!(
                "assumed that the requester may {} {} {:?}",
                question.verb, question.resource, question.name
            )
        }));
        granted
    }
}
