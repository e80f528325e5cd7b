//! The builtin functions that Rego may call, each within bounds.
//!
//! The list is closed: [`find`] knows every builtin that the engine compiles in
//! and either admits it, replaces it by one of ours, or says what to use
//! instead; a test holds it against the engine's own table. Both engines call
//! through [`call`], which records errors, caps sizes and charges work.

mod call;
mod caps;
mod stock;
mod table;

pub(super) use call::{Builtin, extension};
pub(super) use table::{Entry, find};
