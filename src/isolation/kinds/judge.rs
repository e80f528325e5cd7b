//! The rules in the order they are reported.

use serde_json::Value;

use super::allowed;
use crate::isolation::{Caller, Change, Context, Findings, Operation, read};
use crate::names::Reason;

/// Judges whether the tenant may write this kind, and scale it.
///
/// Lessor, the platform, nodes and administrators may write every kind. What is
/// forbidden may still be deleted, let go of its finalizers and report its
/// status, or it could never leave an adopted namespace.
pub fn judge(ctx: &Context, change: &Change, out: &mut Findings) {
    let Some(new) = change.new else { return };
    if !matches!(change.operation, Operation::Create | Operation::Update) {
        return;
    }
    if change.subresource == "scale" {
        judge_scale(ctx, change, new, out);
    }
    let passes = matches!(
        change.caller,
        Caller::Lessor | Caller::Platform | Caller::Node | Caller::Administrator
    );
    if passes || read::only_releases_finalizers(change) || read::only_writes_status(change) {
        return;
    }
    if change.group.is_empty() && allowed::BOUNDS.contains(&change.resource) {
        // A managed one has a guard of its own with a better answer.
        if !read::is_managed(change.old) {
            forbid(
                "quota and limits of this namespace come from the Tenant; set `spec.quota` and `spec.limits` there.".to_owned(),
                out,
            );
        }
    } else if !allowed::is_built_in(change.group, change.resource)
        && !allowed::is_listed(
            &ctx.class.allowed_kinds,
            change.group,
            change.resource,
            read::text(new, &["kind"]),
            change.subresource,
        )
    {
        forbid(
            format!(
                "the class allows workload kinds only; an administrator may add this kind of group {:?} to `spec.allowedKinds` of the TenantClass.",
                change.group
            ),
            out,
        );
    }
}

fn forbid(message: String, out: &mut Findings) {
    out.violation("kinds/allowed", Reason::KindNotAllowed, "kind", message);
}

/// A suspended tenant stays at zero, whoever turns the screw: autoscalers are
/// judged like people.
fn judge_scale(ctx: &Context, change: &Change, scale: &Value, out: &mut Findings) {
    let stays_down = read::is_unset(read::at(scale, &["spec", "replicas"]));
    let may = matches!(change.caller, Caller::Lessor | Caller::Administrator);
    if ctx.tenant.suspended && !stays_down && !may {
        out.violation(
            "kinds/suspended",
            Reason::TenantSuspended,
            "spec.replicas",
            "the tenant is suspended and its workloads stay at zero replicas; set `spec.suspended` of the Tenant to false first.",
        );
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
