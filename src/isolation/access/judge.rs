//! Which rule judges which kind.

use super::{account, binding, role, secret, token};
use crate::isolation::{Caller, Change, Context, Findings, Operation, read};

/// API group of Roles and `RoleBindings`.
pub(super) const RBAC: &str = "rbac.authorization.k8s.io";

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
