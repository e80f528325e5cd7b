//! From text to something that runs: parsing, checking, both engines.

mod compiled;
pub(in crate::policy) mod error;
mod interpreter;
mod load;
mod program;

pub use compiled::{Compiled, Entry};
pub(super) use interpreter::Pool;
