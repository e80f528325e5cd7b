//! What a decision may know of time.

use std::fmt;
use std::time::Duration;

/// When it is and how long the answer may take: given, so that a decision is a
/// function of its arguments.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// The time of the decision; exemptions expire by it.
    pub now: jiff::Timestamp,
    /// What is left until the answer must be out. Asked between policies, whose
    /// own budgets end within it.
    pub remaining: &'a dyn Fn() -> Duration,
}

impl fmt::Debug for Limits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Limits<'static> {
    /// Where nobody waits for the answer.
    #[must_use]
    pub const fn unhurried(now: jiff::Timestamp) -> Self {
        Self { now, remaining: &|| Duration::MAX }
    }
}
