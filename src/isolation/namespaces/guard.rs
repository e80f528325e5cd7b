//! The rules in the order they are reported.

use serde_json::Value;

use super::facts::Facts;
use super::{identity, trusted};
use crate::api::ClusterFacts;
use crate::document::index;
use crate::isolation::{Caller, Change, Findings, Operation, read};
use crate::names::{self, Reason};

/// Judges a change of a Namespace.
///
/// Lessor passes. So does whatever the platform does without touching labels
/// and annotations, such as finalizing. A Namespace that no tenant claims is
/// nobody's business here as long as no key of Lessor is touched.
pub fn judge(change: &Change, facts: &Facts, cluster: &ClusterFacts, out: &mut Findings) {
    let keeps_house = change.caller == Caller::Platform
        && ["labels", "annotations"]
            .iter()
            .all(|which| read::changed_entries(change.old, change.new, which).is_empty());
    match (change.operation, change.new) {
        (Operation::Connect, _) => {}
        _ if change.caller == Caller::Lessor => {}
        (Operation::Delete, _) => judge_delete(change, facts, out),
        (Operation::Update, _) if keeps_house => {}
        (_, None) => {}
        (_, Some(new)) => {
            identity::judge(change, new, facts, cluster, out);
            owners(change, new, facts, out);
            if facts.claimed_by(change.old).is_some() && change.caller != Caller::Administrator {
                trusted::judge(change, new, out);
                finalizers(change, new, out);
            }
        }
    }
}

/// A retained or foreign Namespace may always go; so may one that is going already.
fn judge_delete(change: &Change, facts: &Facts, out: &mut Findings) {
    let labelled = read::label(change.old, names::TENANT_LABEL);
    let provisioning = facts.intended_by.is_some() && facts.intended_by == labelled;
    let active = facts.owner.is_some() || provisioning;
    if active && change.caller != Caller::Administrator && !read::is_terminating(change.old) {
        out.violation(
            "namespaces/delete",
            Reason::ManagedObjectProtected,
            "metadata.name",
            "this Namespace belongs to a Tenant; take it out of the Tenant's `spec.namespaces`, delete the Tenant, or ask an administrator.",
        );
    }
}

/// An owner of a Namespace has everything in it deleted when it goes: not even
/// an administrator may tie one to a kind of Lessor, because re-installing the
/// CRD would then delete every tenant's data (CVE-2022-46167, CVE-2025-55205).
fn owners(change: &Change, new: &Value, facts: &Facts, out: &mut Findings) {
    let path = ["metadata", "ownerReferences"];
    let before = change.old.map_or(&[][..], |old| read::list(old, &path));
    let guarded = change.caller != Caller::Administrator
        && (facts.claimed_by(change.old).is_some() || facts.intended_by.is_some());
    for (i, reference) in read::list(new, &path).iter().enumerate() {
        if !before.contains(reference) && (guarded || read::refers_to_lessor(reference)) {
            out.violation(
                "namespaces/owners",
                Reason::OwnerReferenceForbidden,
                index("metadata.ownerReferences", i),
                "a tenant's Namespace has no owners, and no Namespace is owned by a kind of Lessor; leave the reference out.",
            );
        }
    }
}

/// Finalizers of a tenant's Namespace: none is added, and the API server's own
/// (`spec.finalizers`) is the namespace controller's to remove: without it the
/// Namespace is gone while what was in it stays behind.
fn finalizers(change: &Change, new: &Value, out: &mut Findings) {
    const MESSAGE: &str = "finalizers of a tenant's Namespace are the platform's and Lessor's; removing a finalizer of your own from metadata is allowed.";
    let rule = "namespaces/finalizers";
    let (before, after) = (read::finalizers(change.old), read::finalizers(Some(new)));
    let added = after.iter().position(|finalizer| !before.contains(finalizer));
    if let Some(i) = added {
        out.violation(rule, Reason::FinalizerForbidden, index("metadata.finalizers", i), MESSAGE);
    } else if before.iter().any(|f| read::is_lessor_finalizer(f) && !after.contains(f)) {
        out.violation(rule, Reason::FinalizerForbidden, "metadata.finalizers", MESSAGE);
    }
    let spec = ["spec", "finalizers"];
    let differs = change.old.is_some_and(|old| read::list(old, &spec) != read::list(new, &spec));
    if differs {
        out.violation(rule, Reason::FinalizerForbidden, "spec.finalizers", MESSAGE);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
