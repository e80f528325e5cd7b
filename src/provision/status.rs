//! What was done and observed -> the Tenant's status.

use k8s_openapi::jiff::Timestamp;

use super::applied::{Applied, AppliedNamespace};
use super::conditions::{self, Finding, Stamp};
use super::object::Kind;
use super::observed::Observed;
use super::render::{Mode, Wanted};
use super::secrets::SecretPlan;
use crate::api::{NamespaceStatus, SecretStatus, TenantStatus};

/// Reason of `Ready` while a Tenant is being deleted; it closes its namespaces.
const TERMINATING: &str = "Terminating";

/// Reports what was done. Times of conditions move only when a status changes,
/// so that an unchanged Tenant has an unchanged status.
#[must_use]
pub fn status(
    generation: i64,
    wanted: &Wanted,
    applied: &Applied,
    observed: &Observed,
    now: Timestamp,
) -> TenantStatus {
    let Applied { namespaces: applied_namespaces, suspension } = applied;
    let Wanted { tenant: _, namespaces: _, quota, secrets } = wanted;
    let namespaces: Vec<NamespaceStatus> = applied_namespaces.iter().filter_map(entry).collect();
    let ready = namespaces.iter().filter(|entry| entry.ready).count();
    let previous = &observed.previous;
    let stamp = Stamp { generation, now };
    let parts = [
        ("NamespacesReady", conditions::namespaces(applied_namespaces)),
        ("Isolated", conditions::isolated(applied_namespaces)),
        ("AccessSynced", conditions::access(applied_namespaces)),
        ("SecretsSynced", conditions::secrets(secrets, applied_namespaces)),
        ("QuotaSynced", conditions::quota(quota, applied_namespaces)),
    ];
    let is_suspended_before = conditions::is_true(&previous.conditions, "Suspended");
    let suspended = conditions::suspended(suspension, is_suspended_before);
    let summary = parts.iter().find(|(_, finding)| !finding.is_true()).map_or_else(
        || Finding::yes("Provisioned", "everything is provisioned"),
        |(_, finding)| finding.clone(),
    );
    let conditions = std::iter::once(("Ready", summary))
        .chain(parts)
        .chain([("Suspended", suspended)])
        .map(|(name, finding)| conditions::stamped(&previous.conditions, name, finding, stamp))
        .collect();
    TenantStatus {
        observed_generation: Some(generation),
        namespaces,
        ready_namespaces: i32::try_from(ready).unwrap_or(i32::MAX),
        secrets: secrets.iter().map(|plan| secret(plan, applied_namespaces)).collect(),
        quota: quota.clone(),
        conditions,
    }
}

/// Reports a Tenant whose spec cannot be applied. What was applied last stays
/// and stays reported.
#[must_use]
pub fn refused(
    generation: i64,
    observed: &Observed,
    reason: &'static str,
    message: String,
    now: Timestamp,
) -> TenantStatus {
    let finding = Finding::no(reason, message);
    with_ready(generation, &observed.previous, finding, now)
}

/// Reports a Tenant that is being deleted, which is also what closes it.
#[must_use]
pub fn terminating(
    generation: i64,
    previous: &TenantStatus,
    message: String,
    now: Timestamp,
) -> TenantStatus {
    with_ready(generation, previous, Finding::no(TERMINATING, message), now)
}

/// Whether the status says that the Tenant is being deleted.
#[must_use]
pub fn is_terminating(status: &TenantStatus) -> bool {
    status.conditions.iter().any(|c| c.type_ == "Ready" && c.reason == TERMINATING)
}

fn with_ready(
    generation: i64,
    previous: &TenantStatus,
    finding: Finding,
    now: Timestamp,
) -> TenantStatus {
    let mut status = previous.clone();
    let stamp = Stamp { generation, now };
    let ready = conditions::stamped(&previous.conditions, "Ready", finding, stamp);
    status.conditions.retain(|condition| condition.type_ != "Ready");
    status.conditions.insert(0, ready);
    status.observed_generation = Some(generation);
    status
}

/// The entry of a namespace that is, or is about to be, the Tenant's.
#[must_use]
pub fn entry(applied: &AppliedNamespace) -> Option<NamespaceStatus> {
    let AppliedNamespace { name, mode, claim, uid, is_isolated, canary: _, failures } = applied;
    if uid.is_none() && !claim.is_writable() {
        return None;
    }
    let is_active = *mode == Mode::Active;
    let failure = failures.first();
    let message = match (mode, failure) {
        (_, Some(failure)) => Some(format!("{}: {}", failure.key, failure.message)),
        (Mode::Retained, None) => Some("retained: dropped from spec.namespaces".to_owned()),
        _ if uid.is_some() && !claim.is_writable() => {
            Some("the namespace is terminating".to_owned())
        }
        _ => None,
    };
    Some(NamespaceStatus {
        name: name.clone(),
        uid: uid.clone(),
        isolated: *is_isolated,
        ready: is_active && claim.is_writable() && *is_isolated && failure.is_none(),
        message: message.map(conditions::shortened),
    })
}

fn secret(plan: &SecretPlan, namespaces: &[AppliedNamespace]) -> SecretStatus {
    let holds = |namespace: &&AppliedNamespace| {
        namespace.mode == Mode::Active
            && namespace.uid.is_some()
            && !namespace
                .failures
                .iter()
                .any(|failure| failure.key.kind == Kind::Secret && failure.key.name == plan.name)
    };
    let copies = i32::try_from(namespaces.iter().filter(holds).count()).unwrap_or(i32::MAX);
    let name = plan.name.clone();
    match &plan.content {
        Ok(content) => {
            SecretStatus { name, version: Some(content.version.clone()), copies, message: None }
        }
        Err(problem) => {
            SecretStatus { name, version: None, copies: 0, message: Some(problem.to_string()) }
        }
    }
}

/// Whether the suspension of workloads has to be looked at: it is wanted, or it
/// is not known to be over.
#[must_use]
pub fn needs_suspension_pass(suspended: bool, previous: &TenantStatus) -> bool {
    suspended || conditions::is_true(&previous.conditions, "Suspended")
}
