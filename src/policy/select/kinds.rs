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
            Self::Listed(names) => names.iter().any(|listed| **listed == *name),
        }
    }
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
