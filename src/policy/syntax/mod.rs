//! Parsed Rego: walking over it, and what its names mean.

mod names;
mod parse;
mod places;
mod references;
mod walk;

pub(super) use names::{Names, Path, Target, import, own_names, package_path, rule_path};
pub(super) use parse::{COLUMNS, parse};
pub(super) use places::Places;
pub(super) use references::{Root, indices, loops, root_of, static_path};
pub(super) use walk::{Scopes, Visitor, walk_expression, walk_rule};
