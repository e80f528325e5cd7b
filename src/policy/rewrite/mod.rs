//! Where the engine reads Rego otherwise than OPA, the text is rewritten before
//! it is parsed.
//!
//! Passes work on tokens or on the syntax tree, never on raw text; they keep
//! every line where it was, they change nothing twice, and what they have
//! nothing to do with stays as it is, byte for byte. The README of `policy`
//! lists them.

mod bodies;
mod calls;
mod edits;
mod heads;
mod interpreter;
mod negation;
mod statements;
mod text;
mod tokens;

pub(super) use heads::heads;
pub(super) use interpreter::{INVENTORY, for_interpreter};
pub(super) use negation::negations;
pub(super) use statements::imports_v1;
pub(super) use text::{Printing, bridge};
pub(super) use tokens::{Kind, Token, tokens};
