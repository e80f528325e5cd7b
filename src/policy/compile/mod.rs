//! From text to something that runs: parsing, checking, both engines.

mod compiled;
mod error;
mod interpreter;
mod program;

pub use compiled::{Compiled, Entry};
pub(super) use interpreter::Pool;
