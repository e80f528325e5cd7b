//! Who may do what: Lessor's own rights, and the `ClusterRoles` it ships.
//!
//! Every verb and every resource is written out; a wildcard would grant what
//! does not exist yet. [`system`] is what Lessor needs, [`tenants`] what it
//! ships for people.

mod objects;
mod render;
mod rule;
mod system;
mod tenants;

pub(super) use objects::objects;
pub use rule::PolicyRule;
use rule::{READ, WRITE};
pub use tenants::{
    ADMINISTRATOR_ROLE, AUTHOR_ROLE, BINDABLE_ROLE, POLICY_AUTHOR_ROLE, TENANT_ROLES,
};

#[cfg(test)]
mod tests;
