//! What can be wrong with a policy, before and while it runs.

use crate::names::Reason;

/// Why a source cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct LoadError {
    /// The module's file.
    pub file: String,
    /// Line from 1; 0 when the error is about the module as a whole.
    pub line: u32,
    /// Column from 1, in characters; 0 when unknown.
    pub column: u32,
    /// The offending line of text, for people.
    pub text: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// `BuiltinForbidden` where a rule of ours refuses, else `Invalid`.
    pub reason: Reason,
}

/// Why an evaluation gave no result. In a `deny` policy each of them denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A builtin failed, rules conflict, the entry point is undefined.
    #[error("{message}")]
    Failed {
        /// What happened.
        message: String,
        /// `file:line` where it is known.
        at: Option<String>,
    },
    /// More instructions, time, memory or output than the budget allows.
    #[error("{0}")]
    Budget(String),
    /// What the policy reads is not there yet: retryable.
    #[error("{0}")]
    Unavailable(String),
    /// The wall clock's second net: retryable, not a verdict.
    #[error("out of time: {0}")]
    Time(String),
}
