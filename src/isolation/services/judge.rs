//! Which rule judges which kind.

use super::{endpoints, ingress, service};
use crate::isolation::{Caller, Change, Context, Findings, Operation, read};
use crate::names::Reason;

/// Judges a change of one of these kinds; says nothing about any other.
///
/// Lessor passes, so do deletes and platform controllers, which write
/// addresses and load balancer states.
pub fn judge(ctx: &Context, change: &Change, out: &mut Findings) {
    if matches!(change.caller, Caller::Lessor | Caller::Platform)
        || read::only_releases_finalizers(change)
    {
        return;
    }
    let resource = (change.group, change.resource, change.subresource);
    match (change.operation, change.new) {
        (Operation::Connect, _) if resource == ("", "services", "proxy") => out.violation(
            "services/proxy",
            Reason::ConnectForbidden,
            "path",
            "the service proxy goes past network policies; use `kubectl port-forward` where the class allows it.",
        ),
        (Operation::Create | Operation::Update, Some(new)) => match resource {
            ("", "services", "") => service::judge(ctx, new, out),
            ("", "services", "status") => service::judge_status(change, new, out),
            ("", "endpoints", _) => endpoints::judge("subsets", out),
            ("discovery.k8s.io", "endpointslices", _) => endpoints::judge("endpoints", out),
            ("networking.k8s.io", "ingresses", "") => ingress::judge(ctx, change, new, out),
            _ => {}
        },
        _ => {}
    }
}
