//! The policy engine: Rego that can deny, warn or make bounded patches.
//!
//! A [`Source`] is compiled once and evaluated many times, within a budget,
//! over an input that the caller pushes: no network, no clock, no cluster
//! reads, no randomness. What is unknown or broken is an error, never "no
//! violations".
//!
//! Never opens a file, never talks to a cluster. Start reading at [`Source`].

mod error;
mod memo;
mod projection;
mod reads;
mod source;

pub use error::{EvalError, LoadError};
pub use memo::{Key, Memo, MemoCounters, MemoLimits, Scope};
pub use projection::{HashKey, Input, Kind, Projection, Resource, Review, User};
pub use reads::{ReadSet, ReadSets, Situation, Unbounded};
pub use source::{Dialect, Module, Source};
