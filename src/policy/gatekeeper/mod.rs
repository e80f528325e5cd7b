//! Gatekeeper's formats: templates, constraints and suites run as they are, and
//! become Policies.
//!
//! The semantics are those of Gatekeeper 3.23 and of the constraint framework
//! under it, from their source and documentation; where a rule of theirs
//! surprises, the doc comment names the package it comes from. Objects come in
//! as JSON with the file and line they were read from; nothing here opens a file.
//!
//! Start reading at [`Template`] and [`Constraint`], then [`judge`]; suites are
//! in [`suite`], the way to Policies in [`import`].

mod action;
mod constraint;
mod document;
mod expansion;
mod glob;
pub mod import;
mod inventory;
mod judge;
mod legacy;
mod matching;
mod object;
mod rego;
mod review;
mod schema;
mod selector;
pub mod suite;
mod template;
#[cfg(test)]
mod tests;

pub use action::{AUDIT, Action, EnforcementAction, GATOR, Scoped, WEBHOOK};
pub use constraint::{Constraint, ConstraintError, is_constraint};
pub use document::{Document, FormatError};
pub use expansion::{ExpansionError, Expansions, Generated, is_expansion};
pub use glob::Glob;
pub use inventory::{Inventory, InventoryError};
pub use judge::{Engine, MessageError, Violation, judge};
pub use matching::{Kinds, Match, MatchError, Origin, Scope, Source, Subject};
pub use rego::Rego;
pub use review::{Review, ReviewError, is_admission_review};
pub use template::{Template, TemplateError, is_template};
