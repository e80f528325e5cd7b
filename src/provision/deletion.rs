//! Deletion of a Tenant: one step a call.

use super::object::Delete;
use crate::api::DeletionPolicy;

/// What was seen of a Tenant that is being deleted. Only namespaces that are
/// the Tenant's are in here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedDeletion {
    /// The Tenant's policy.
    pub policy: DeletionPolicy,
    /// The status says that the Tenant is being deleted, which is what makes
    /// the webhook refuse new Pods.
    pub is_closed: bool,
    /// The Tenant's namespaces.
    pub namespaces: Vec<DeletingNamespace>,
}

/// One namespace of a Tenant that is being deleted. Lists hold what can still be
/// deleted; counts hold what is on its way out and has to be waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletingNamespace {
    /// Name.
    pub name: String,
    /// Dropped from the spec before: its data is kept whatever the policy.
    pub is_retained: bool,
    /// The Namespace itself; absent once it is terminating.
    pub namespace: Option<Delete>,
    /// Each `RoleBinding` of members.
    pub access: Vec<Delete>,
    /// Copies of secrets.
    pub secrets: Vec<Delete>,
    /// Network policies, quota and limits.
    pub policies: Vec<Delete>,
    /// Workloads and Pods.
    pub workloads: Vec<Delete>,
    /// Pods that are neither succeeded nor failed.
    pub live_pods: usize,
    /// Claims of volumes.
    pub claims: Vec<Delete>,
    /// Claims of volumes that are on their way out.
    pub claims_leaving: usize,
    /// Volumes bound to the namespace that go with their claim.
    pub volumes_leaving: usize,
}

/// The next thing to do. Every step but the waits makes the next call see less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletionStep {
    /// Record in the status that the Tenant is being deleted.
    Close,
    /// Delete these objects, each with its UID as precondition.
    Delete(Phase, Vec<Delete>),
    /// Look again later.
    Wait(Phase),
    /// Nothing is left to do: remove the finalizer.
    DropFinalizer,
}

/// Where a deletion stands, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Members lose their access.
    Access,
    /// Copies of secrets go from namespaces that stay.
    RetainedSecrets,
    /// Workloads and Pods go, and no live Pod is left.
    Workloads,
    /// Claims and then their volumes go.
    Storage,
    /// Copies of secrets go.
    Secrets,
    /// Isolation goes: there is nothing left to isolate.
    Policies,
    /// Namespaces go.
    Namespaces,
}

impl Phase {
    /// What the Tenant's status says meanwhile.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Access => "taking away members' access",
            Self::RetainedSecrets | Self::Secrets => "deleting copies of secrets",
            Self::Workloads => "deleting workloads, waiting for their Pods",
            Self::Storage => "deleting claims, waiting for their volumes",
            Self::Policies => "deleting isolation objects",
            Self::Namespaces => "deleting namespaces, waiting for their end",
        }
    }
}

/// Decides the next step. Isolation outlives the last live Pod, claims outlive
/// the Pods that use them, credentials outlive the storage that may need them,
/// and no namespace is deleted while it holds any of these: a Namespace that is
/// deleted first drops its policies in any order.
#[must_use]
pub fn next(observed: &ObservedDeletion) -> DeletionStep {
    if !observed.is_closed {
        return DeletionStep::Close;
    }
    let is_kept = |namespace: &&DeletingNamespace| {
        observed.policy == DeletionPolicy::Retain || namespace.is_retained
    };
    let collect = |namespaces: &[&DeletingNamespace],
                   part: fn(&DeletingNamespace) -> Vec<Delete>| {
        namespaces.iter().flat_map(|namespace| part(namespace)).collect::<Vec<_>>()
    };
    let all: Vec<&DeletingNamespace> = observed.namespaces.iter().collect();
    let (kept, gone): (Vec<&DeletingNamespace>, Vec<&DeletingNamespace>) =
        all.iter().copied().partition(is_kept);
    let waits = |count: fn(&DeletingNamespace) -> usize| gone.iter().any(|n| count(n) > 0);

    let phases = [
        (Phase::Access, collect(&all, |n| n.access.clone()), false),
        (Phase::RetainedSecrets, collect(&kept, |n| n.secrets.clone()), false),
        (Phase::Workloads, collect(&gone, |n| n.workloads.clone()), waits(|n| n.live_pods)),
        (
            Phase::Storage,
            collect(&gone, |n| n.claims.clone()),
            waits(|n| n.claims_leaving + n.volumes_leaving),
        ),
        (Phase::Secrets, collect(&gone, |n| n.secrets.clone()), false),
        (Phase::Policies, collect(&gone, |n| n.policies.clone()), false),
        (
            Phase::Namespaces,
            collect(&gone, |n| n.namespace.iter().cloned().collect()),
            !gone.is_empty(),
        ),
    ];
    for (phase, deletes, has_to_wait) in phases {
        if !deletes.is_empty() {
            return DeletionStep::Delete(phase, deletes);
        }
        if has_to_wait {
            return DeletionStep::Wait(phase);
        }
    }
    DeletionStep::DropFinalizer
}

#[cfg(test)]
#[path = "deletion_tests.rs"]
mod tests;
