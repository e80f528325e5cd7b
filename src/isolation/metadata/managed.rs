//! The guard of managed objects.

use crate::document::child;
use crate::isolation::{Caller, Change, Findings, Operation, read};
use crate::names::{self, Reason};

/// What the guard must know about the namespace of a managed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamespaceState {
    /// The Namespace is being deleted.
    pub terminating: bool,
    /// Pods in it that are neither Succeeded nor Failed.
    pub live_pods: usize,
}

const RULE: &str = "metadata/managed";

/// Exact usernames that empty a namespace that is being deleted. The last one
/// is theirs where controllers share one identity.
const CLEANERS: [&str; 3] = [
    "system:serviceaccount:kube-system:namespace-controller",
    "system:serviceaccount:kube-system:generic-garbage-collector",
    "system:kube-controller-manager",
];

/// The API server's own identity: its quota plugin writes the status of `ResourceQuotas`.
const API_SERVER: &str = "system:apiserver";

/// Judges a change of an object that carried the managed label **before**, so
/// that a request that strips the label frees nothing. Only Lessor and
/// administrators may change or delete it. A namespace that is being
/// deleted is emptied by the namespace controller, but not before its last Pod
/// is gone: network policies must outlive the Pods they hold (KEP-5080).
///
/// A request that adds the label is [`super::judge`]'s, as a reserved key.
pub fn judge_managed(change: &Change, state: NamespaceState, out: &mut Findings) {
    if !read::is_managed(change.old)
        || matches!(change.caller, Caller::Lessor | Caller::Administrator)
    {
        return;
    }
    match change.operation {
        Operation::Create | Operation::Connect => {}
        Operation::Update => judge_update(change, out),
        Operation::Delete => judge_delete(change, state, out),
    }
}

fn judge_update(change: &Change, out: &mut Findings) {
    if may_keep_house(change) {
        return;
    }
    let (Some(old), Some(new)) = (change.old, change.new) else {
        return protect(out);
    };
    let owners = ["metadata", "ownerReferences"];
    let owners_differ = read::at(old, &owners) != read::at(new, &owners);
    if owners_differ {
        out.violation(
            RULE,
            Reason::OwnerReferenceForbidden,
            "metadata.ownerReferences",
            "an owner would have the garbage collector delete an object that keeps this tenant apart; leave the owners of managed objects as they are.",
        );
    }
    let finalizers_differ = read::finalizers(Some(old)) != read::finalizers(Some(new));
    if finalizers_differ {
        out.violation(
            RULE,
            Reason::FinalizerForbidden,
            "metadata.finalizers",
            "a finalizer would keep a managed object from going away with its tenant; leave the finalizers of managed objects as they are.",
        );
    }
    let rest_equal = read::equal_but(old, new, &[], &["ownerReferences", "finalizers"]);
    if !rest_equal || !(owners_differ || finalizers_differ) {
        protect(out);
    }
}

/// What the platform does to every object: write status, copy a Service's
/// labels and addresses, let go of finalizers.
fn may_keep_house(change: &Change) -> bool {
    let is_platform = change.caller == Caller::Platform;
    let is_endpoints = matches!(change.resource, "endpoints" | "endpointslices");
    (is_platform || change.username == API_SERVER) && read::only_writes_status(change)
        || is_platform && (is_endpoints || read::only_releases_finalizers(change))
}

fn judge_delete(change: &Change, state: NamespaceState, out: &mut Findings) {
    if change.caller == Caller::Platform
        && matches!(change.resource, "endpoints" | "endpointslices")
    {
        return;
    }
    if !CLEANERS.contains(&change.username) || !state.terminating {
        return protect(out);
    }
    if state.live_pods > 0 {
        out.violation(
            RULE,
            Reason::ManagedObjectProtected,
            field(),
            format!(
                "{} Pods of this namespace still run; a managed object may be deleted when the last has ended.",
                state.live_pods
            ),
        );
    }
}

fn protect(out: &mut Findings) {
    out.violation(
        RULE,
        Reason::ManagedObjectProtected,
        field(),
        "Lessor owns this object; change the Tenant it is made from, or ask an administrator.",
    );
}

fn field() -> String {
    child("metadata.labels", names::MANAGED_LABEL)
}

#[cfg(test)]
#[path = "managed_tests.rs"]
mod tests;
