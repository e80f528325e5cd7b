//! Whether a resource is intercepted, and if not, why not.

use super::entries;
use super::types::Phase;

/// What the table says about a namespaced resource or subresource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// These entries see it (`validate/pods`).
    Intercepted(Vec<String>),
    /// Nothing is called, for this reason.
    Exempt(&'static str),
    /// The table does not know it: a subresource of a newer API server. A gap.
    Unknown,
}

/// A resource or subresource without a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotIntercepted {
    /// API group; the core group is empty.
    pub group: &'static str,
    /// `events`, `pods/log`.
    pub resource: &'static str,
    /// Why nothing is called.
    pub reason: &'static str,
}

/// Every namespaced resource of a stock API server, 1.33 to 1.36, that Lessor
/// is not asked about.
pub const NOT_INTERCEPTED: &[NotIntercepted] = &[
    NotIntercepted {
        group: "",
        resource: "pods/eviction",
        reason: "a drain must always work; RBAC answers",
    },
    NotIntercepted {
        group: "",
        resource: "pods/log",
        reason: "reads never reach admission; RBAC answers",
    },
    NotIntercepted { group: "", resource: "events", reason: "a flood that changes nothing" },
    NotIntercepted {
        group: "events.k8s.io",
        resource: "events",
        reason: "a flood that changes nothing",
    },
    NotIntercepted {
        group: "coordination.k8s.io",
        resource: "leases",
        reason: "leader election must not depend on Lessor",
    },
    NotIntercepted {
        group: "authorization.k8s.io",
        resource: "localsubjectaccessreviews",
        reason: "a question that stores nothing",
    },
];

/// What the table says about `resource`, with its subresource (`pods/exec`), of
/// `group`. Only for namespaced resources, and for cluster-scoped ones that the
/// table names: a resource that no row names falls to the rule for the rest,
/// which is namespaced.
#[must_use]
pub fn covers(group: &str, resource: &str) -> Coverage {
    let exempt = NOT_INTERCEPTED.iter().find(|e| e.group == group && e.resource == resource);
    if let Some(exempt) = exempt {
        return Coverage::Exempt(exempt.reason);
    }
    let seen: Vec<_> = [Phase::Mutating, Phase::Validating]
        .into_iter()
        .flat_map(|p| seen_in(p, group, resource))
        .collect();
    if seen.is_empty() { Coverage::Unknown } else { Coverage::Intercepted(seen) }
}

/// The rest is what no other entry of the phase names.
fn seen_in(phase: Phase, group: &str, resource: &str) -> Vec<String> {
    let in_phase = || entries().filter(move |entry| entry.phase == phase);
    let named: Vec<_> = in_phase()
        .filter(|entry| entry.rows.iter().any(|row| row.names(group, resource)))
        .map(super::Entry::key)
        .collect();
    // What another phase names by itself is excluded from the rest of both.
    let named_anywhere =
        entries().any(|e| e.rows.iter().any(|row| !row.is_rest() && row.names(group, resource)));
    if named_anywhere || resource.contains('/') {
        return named;
    }
    in_phase()
        .filter(|entry| entry.rows.iter().any(super::Row::is_rest))
        .map(super::Entry::key)
        .collect()
}
