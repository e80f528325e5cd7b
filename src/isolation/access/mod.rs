//! Rules about who may do what in a tenant's namespaces: `RoleBindings`, Roles,
//! ServiceAccounts, their tokens, and Secrets that become tokens.
//!
//! Everybody but Lessor is judged, administrators too: access to a tenant's
//! namespaces is given by `spec.members` of the Tenant, where it is seen and
//! taken away again. RBAC's own escalation check still applies after this.
//! Start reading at [`judge`].

mod account;
mod binding;
mod judge;
mod role;
mod secret;
mod token;

pub use account::default_automount;
pub use judge::judge;

#[cfg(test)]
mod tests;
