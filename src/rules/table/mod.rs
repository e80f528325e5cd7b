//! The one table: entries, their rows, and what has no row and why.
//!
//! An [`Entry`] is one webhook of a configuration (two where administrators
//! are told apart); a [`Row`] is one of its rules. Start reading at
//! [`entries`]; [`covers`] answers for a single resource.

mod all;
mod coverage;
mod mutating;
mod types;
mod validating;

pub use crate::api::Operation;
pub use all::entries;
pub use coverage::{Coverage, NOT_INTERCEPTED, NotIntercepted, covers};
pub use types::{Entry, Phase, Reach, Row, Scope, Variant};

#[cfg(test)]
mod tests;
