//! What a policy may not be, found before it runs.
//!
//! OPA's compiler refuses most of it too (recursion, unknown functions, wrong
//! numbers of arguments, unsafe variables), the engine only when it gets there;
//! the rest are rules of ours: builtins from a closed list, `with` in tests only,
//! no package over `data.inventory`, bounds on what nests.

mod calls;
mod entries;
mod graph;
mod modules;
mod negation;
mod size;
mod with;

use regorus::unstable::Module as Tree;

use super::error::LoadError;
use super::source::Module;
use super::syntax::Names;

pub(super) use entries::entries;
pub(super) use size::size;

/// A module with its syntax tree.
pub(super) struct Parsed<'a> {
    pub(super) module: &'a Module,
    pub(super) tree: Tree,
}

/// A check of all modules together.
type Check = fn(&[Parsed<'_>], &Names) -> Vec<LoadError>;

/// The checks, in the order in which their errors are shown.
pub(super) const CHECKS: [Check; 5] =
    [modules::check, calls::check, with::check, negation::check, graph::check];
