//! The policy engine: Rego that can deny, warn or make bounded patches.
//!
//! A [`Source`] is compiled once and evaluated many times, within a budget,
//! over an input that the caller pushes: no network, no clock, no cluster
//! reads, no randomness. What is unknown or broken is an error, never "no
//! violations".
//!
//! Never opens a file, never talks to a cluster. Start reading at [`Source`].

mod builtins;
mod compile;
mod convert;
mod error;
mod faults;
pub mod gatekeeper;
mod harden;
mod lint;
mod machine;
mod rewrite;
pub mod schema;
pub mod select;
mod source;
mod syntax;

pub use compile::{Compiled, Entry};
pub use convert::{from_rego, to_rego};
pub use error::{EvalError, LoadError};
pub use faults::Swallowed;
pub use machine::{Budget, EngineKind, Machine};
pub use source::{Dialect, Module, Source};
