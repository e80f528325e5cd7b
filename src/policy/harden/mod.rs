//! What the fast engine's programs lack to mean what Rego means.
//!
//! The compiler of the register machine is young: it drops errors, keeps the
//! last of conflicting values, lets undefined into collections and leaves
//! comprehensions by the wrong door. Programs are data, so this room repairs
//! them at load; each file says what it repairs and how. What cannot be
//! repaired is refused here, with a reason, and runs in the interpreter.
//!
//! Start reading at [`harden`].

mod arguments;
mod comprehensions;
mod conflicts;
mod documents;
mod edit;
mod operators;
mod pass;
mod shape;
mod shims;
mod sources;
mod undefined;

pub(super) use pass::harden;
pub(super) use sources::order_sources;
