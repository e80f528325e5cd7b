//! What was decided.

use crate::document::PatchOperation;
use crate::isolation::Violation;
use crate::names::Reason;
use crate::policy::Verdict;

use super::access::NeedsAccess;

/// The answer to a request, or why there is none yet.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Final.
    Decided(Decision),
    /// The context is not there yet; the same request may be decided later.
    NotYet(NotYet),
    /// Allowed if the requester holds the rights in question.
    NeedsAccess(NeedsAccess),
}

impl Outcome {
    /// The decision where nobody waits and there is no API server to ask: a
    /// missing context is its refusal, a right in question is taken to be held,
    /// with a warning.
    #[must_use]
    pub fn settled(self) -> Decision {
        match self {
            Self::Decided(decision) => decision,
            Self::NotYet(not_yet) => not_yet.into_decision(),
            Self::NeedsAccess(access) => access.assumed(),
        }
    }
}

/// Why there is no answer yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotYet {
    /// `IsolationNotReady` or `TenancyContextUnavailable`.
    pub reason: Reason,
    /// The tenant, if known: waiters are counted per tenant.
    pub tenant: Option<String>,
    /// Sentence for the caller.
    pub message: String,
}

impl NotYet {
    /// The refusal that the caller sees when waiting did not help.
    #[must_use]
    pub fn into_decision(self) -> Decision {
        let violation = Violation {
            rule: "gate".into(),
            reason: self.reason,
            field: "metadata.namespace".to_owned(),
            message: self.message,
        };
        Decision { tenant: self.tenant, violations: vec![violation], ..Decision::default() }
    }
}

/// A final answer.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The tenant that the request is about; none outside tenants.
    pub tenant: Option<String>,
    /// Rules broken; the request is allowed when there are none.
    pub violations: Vec<Violation>,
    /// Warnings for the caller.
    pub warnings: Vec<String>,
    /// Changes to the object; only from the mutating endpoint.
    pub patch: Vec<PatchOperation>,
    /// What each policy said that concerned the request; for metrics and logs.
    pub verdicts: Vec<Verdict>,
}

impl Decision {
    /// Allows without a word: Lessor has no say in this.
    #[must_use]
    pub fn allow() -> Self {
        Self::default()
    }

    /// Whether the request is allowed.
    #[must_use]
    pub const fn allowed(&self) -> bool {
        self.violations.is_empty()
    }

    /// The violation that code, reason and message are taken from: a refusal
    /// for good comes before one that may heal.
    #[must_use]
    pub fn leading(&self) -> Option<&Violation> {
        self.violations
            .iter()
            .find(|violation| violation.reason.code() < 500)
            .or_else(|| self.violations.first())
    }
}
