//! The builtin functions that Rego may call, each within bounds.
//!
//! The list is closed: [`find`] knows every builtin that the engine compiles in
//! and either admits it, replaces it by one of ours, or says what to use
//! instead; a test holds it against the engine's own table. Both engines call
//! through [`call`], which records errors, caps sizes and charges work.

mod call;
mod calls;
mod caps;
mod checks;
mod collections;
mod documents;
mod encodings;
mod nets;
mod operators;
mod ours;
mod pattern;
mod regexes;
mod schemas;
mod sprintf;
mod stock;
mod table;
mod texts;
mod versions;

pub(super) use call::{Builtin, Function};
pub(super) use calls::{Calls, Extensions, Shims};
pub(super) use checks::{FIRST_VALUE, ONE_ENTRY, ONE_VALUE, RELEASE};
pub(super) use operators::{DIV, MINUS, MUL, PLUS, REM};
pub(super) use table::{Entry, find};
