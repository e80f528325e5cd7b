//! The policy engine: Rego that can deny, warn or make bounded patches.
//!
//! A [`Source`] is compiled once and evaluated many times, within a budget,
//! over an input that the caller pushes: no network, no clock, no cluster
//! reads, no randomness. What is unknown or broken is an error, never "no
//! violations".
//!
//! Never opens a file, never talks to a cluster. Start reading at [`Source`].

#[allow(
    clippy::unnecessary_wraps,
    clippy::format_push_string,
    clippy::option_option,
    clippy::format_collect,
    clippy::default_trait_access,
    reason = "all builtins and caps have one signature"
)]
mod builtins;
mod cases;
mod compile;
mod convert;
mod enforced;
mod error;
mod evaluator;
mod faults;
#[allow(clippy::trivially_copy_pass_by_ref, reason = "instructions are read where they stand")]
mod harden;
mod inventory;
#[allow(clippy::or_fun_call, reason = "an empty list costs nothing")]
mod lint;
mod machine;
mod patch;
mod question;
#[allow(
    clippy::format_push_string,
    clippy::format_collect,
    clippy::needless_for_each,
    clippy::or_fun_call,
    reason = "text is written once, at load"
)]
mod rewrite;
pub mod schema;
pub mod select;
mod set;
mod source;
#[allow(clippy::needless_for_each, reason = "the walk hands its visitor on")]
mod syntax;
mod verdict;

pub use cases::{CaseOutcome, admit, run as run_cases};
pub use compile::{Compiled, Entry};
pub use convert::{from_rego, to_rego};
pub use enforced::Enforced;
pub use error::{EvalError, LoadError};
pub use evaluator::{Counts, Evaluator, EvaluatorOptions, PatchFailed, World};
pub use faults::Swallowed;
pub use inventory::{Data, Inventory, KindKey, Wanted, kept_fields};
pub use machine::{Budget, EngineKind, Machine};
pub use patch::Edit;
pub use question::{Question, TenantInput, UserInput};
pub use set::{Broken, Member, PolicySet};
pub use source::{Dialect, Module, Source};
pub use verdict::{Finding, Verdict};
