//! Groups and kinds.

use crate::api::GroupKinds;

/// Everything, or what is listed.
#[derive(Clone, Debug)]
pub(super) enum Names {
    Any,
    Listed(Box<[Box<str>]>),
}

impl Names {
    pub(super) fn of(names: &[String]) -> Self {
        if names.iter().any(|name| name == "*") {
            Self::Any
        } else {
            Self::Listed(names.iter().map(|name| name.as_str().into()).collect())
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(names) => names.iter().any(|listed| same(listed, name)),
        }
    }
}

/// Whether two texts are equal. The core group is the empty text, which owns no
/// memory: comparing it by its bytes took 120 ns, more than everything else.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// Every kind of the one in every group of the other.
#[derive(Clone, Debug)]
pub(super) struct Kinds {
    pub(super) groups: Names,
    pub(super) kinds: Names,
}

impl Kinds {
    pub(super) fn of(entry: &GroupKinds) -> Self {
        Self { groups: Names::of(&entry.api_groups), kinds: Names::of(&entry.kinds) }
    }

    pub(super) fn contains(&self, group: &str, kind: &str) -> bool {
        self.kinds.contains(kind) && self.groups.contains(group)
    }
}
