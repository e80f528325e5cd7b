//! The policy engine: Rego that can deny, warn or make bounded patches.
//!
//! A [`Source`] is compiled once and evaluated many times, within a budget,
//! over an input that the caller pushes: no network, no clock, no cluster
//! reads, no randomness. What is unknown or broken is an error, never "no
//! violations".
//!
//! Never opens a file, never talks to a cluster. Start reading at [`Source`].

mod builtins;
mod cases;
mod compile;
mod convert;
mod enforced;
mod error;
mod evaluator;
mod faults;
mod harden;
mod inventory;
mod lint;
mod machine;
mod memo;
mod patch;
mod projection;
mod question;
mod reads;
mod rewrite;
pub mod schema;
pub mod select;
mod set;
mod source;
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
pub use memo::{Key, Memo, MemoCounters, MemoLimits, Scope};
pub use patch::Edit;
pub use projection::{HashKey, Input, Kind, Projection, Resource, Review, User};
pub use question::{Question, TenantInput, UserInput};
pub use reads::{ReadSet, ReadSets, Situation, Unbounded};
pub use set::{Broken, Member, PolicySet};
pub use source::{Dialect, Module, Source};
pub use verdict::{Finding, Verdict};
