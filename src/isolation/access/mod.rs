//! Rules about who may do what in a tenant's namespaces: `RoleBindings`, Roles,
//! ServiceAccounts, their tokens, and Secrets that become tokens.
//!
//! Everybody but Lessor is judged, administrators too: access to a tenant's
//! namespaces is given by `spec.members` of the Tenant, where it is seen and
//! taken away again. RBAC's own escalation check still applies after this.
//! Start reading at [`judge`].

mod account;
mod binding;
mod role;
mod secret;
mod token;

pub use account::default_automount;

use super::{Caller, Change, Context, Findings, Operation, read};

/// API group of Roles and `RoleBindings`.
const RBAC: &str = "rbac.authorization.k8s.io";

/// Judges a change of one of these kinds; says nothing about any other.
pub fn judge(ctx: &Context, change: &Change, out: &mut Findings) {
    let writes = matches!(change.operation, Operation::Create | Operation::Update);
    let Some(new) = change.new.filter(|_| {
        writes && change.caller != Caller::Lessor && !read::only_releases_finalizers(change)
    }) else {
        return;
    };
    match (change.group, change.resource, change.subresource) {
        (RBAC, "rolebindings", "") => binding::judge(ctx, new, out),
        (RBAC, "roles", "") => role::judge(new, out),
        ("", "serviceaccounts", "") => account::judge(ctx, new, out),
        ("", "serviceaccounts", "token") => token::judge(ctx, change, new, out),
        ("", "secrets", "") => secret::judge(change, new, out),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
