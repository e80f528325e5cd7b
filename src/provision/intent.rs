//! What the status records before anything is created.

use super::claim::Claim;
use super::observed::Observed;
use super::render::{Mode, Wanted, WantedNamespace};
use crate::api::NamespaceStatus;

/// Entries of `status.namespaces` before anything is created: every name that
/// shall exist, so that the webhook knows a name is taken before its Namespace
/// exists, and a controller that dies in between knows what it began. What was
/// recorded about the very Namespace that is still there stays recorded. A name
/// that somebody else has is never listed: a Tenant could otherwise close a
/// foreign namespace by naming it.
#[must_use]
pub fn intent(wanted: &Wanted, observed: &Observed) -> Vec<NamespaceStatus> {
    let is_listed = |namespace: &&WantedNamespace| match &namespace.claim {
        Claim::Own { .. } | Claim::Terminating { .. } => true,
        Claim::Create => namespace.mode == Mode::Active,
        Claim::NameConflict | Claim::AdoptionDenied => false,
    };
    let entry = |namespace: &WantedNamespace| {
        let known = match &namespace.claim {
            Claim::Own { uid } | Claim::Terminating { uid } => Some(uid.as_str()),
            _ => None,
        };
        let recorded = observed
            .recorded(&namespace.name)
            .filter(|entry| entry.uid.is_some() && entry.uid.as_deref() == known);
        recorded.cloned().unwrap_or_else(|| NamespaceStatus {
            name: namespace.name.clone(),
            ..NamespaceStatus::default()
        })
    };
    wanted.namespaces.iter().filter(is_listed).map(entry).collect()
}
