//! One rule, and the verbs that go together.

/// One rule of a Role or ClusterRole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyRule {
    /// API group; the core group is empty.
    pub group: &'static str,
    /// Resources, each subresource by name.
    pub resources: &'static [&'static str],
    /// Names of objects; every name when empty.
    pub names: &'static [&'static str],
    /// Verbs.
    pub verbs: &'static [&'static str],
}

impl PolicyRule {
    pub(super) const fn of(
        group: &'static str,
        resources: &'static [&'static str],
        verbs: &'static [&'static str],
    ) -> Self {
        Self { group, resources, names: &[], verbs }
    }

    pub(super) const fn named(self, names: &'static [&'static str]) -> Self {
        Self { names, ..self }
    }
}

pub(super) const READ: &[&str] = &["get", "list", "watch"];
pub(super) const WRITE: &[&str] = &["create", "delete", "deletecollection", "patch", "update"];
