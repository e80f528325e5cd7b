//! The policy engine: Rego that can deny, warn or make bounded patches.
//!
//! A [`Source`] is compiled once and evaluated many times, within a budget,
//! over an input that the caller pushes: no network, no clock, no cluster
//! reads, no randomness. What is unknown or broken is an error, never "no
//! violations".
//!
//! Never opens a file, never talks to a cluster. Start reading at [`Source`].

mod error;
pub mod schema;
pub mod select;
mod source;

pub use error::{EvalError, LoadError};
pub use source::{Dialect, Module, Source};
