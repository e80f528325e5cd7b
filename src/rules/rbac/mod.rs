//! Who may do what: Lessor's own rights, and the `ClusterRoles` it ships.
//!
//! Every verb and every resource is written out; a wildcard would grant what
//! does not exist yet. [`system`] is what Lessor needs, [`tenants`] what it
//! ships for people.

mod render;
mod system;
mod tenants;

pub use tenants::{
    ADMINISTRATOR_ROLE, AUTHOR_ROLE, BINDABLE_ROLE, BINDABLE_ROLE_LABEL, TENANT_ROLES,
};

use serde_json::Value;

use super::install::Install;

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
    const fn of(
        group: &'static str,
        resources: &'static [&'static str],
        verbs: &'static [&'static str],
    ) -> Self {
        Self { group, resources, names: &[], verbs }
    }

    const fn named(self, names: &'static [&'static str]) -> Self {
        Self { names, ..self }
    }
}

const READ: &[&str] = &["get", "list", "watch"];
const WRITE: &[&str] = &["create", "delete", "deletecollection", "patch", "update"];

/// ServiceAccounts, Roles, `ClusterRoles` and their bindings, in the order in
/// which they can be applied.
pub(super) fn objects(install: &Install) -> Vec<Value> {
    let mut objects = tenants::objects();
    objects.extend(system::objects(install));
    objects
}

#[cfg(test)]
mod tests;
