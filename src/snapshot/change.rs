//! What can change in a snapshot.

use crate::api::{Tenant, TenantClass};

use super::views::NamespaceView;

/// Kind of an isolation object that the gate waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManagedKind {
    /// A NetworkPolicy.
    NetworkPolicy,
    /// A ResourceQuota.
    ResourceQuota,
    /// A LimitRange.
    LimitRange,
}

/// One thing that was observed. Every change states the whole present state of
/// its subject, so that applying it twice changes nothing.
#[derive(Clone, Debug)]
pub enum Change {
    /// A Tenant exists like this.
    Tenant(Box<Tenant>),
    /// No Tenant of this name exists.
    NoTenant(String),
    /// A TenantClass exists like this.
    Class(Box<TenantClass>),
    /// No TenantClass of this name exists.
    NoClass(String),
    /// A Namespace exists like this.
    Namespace(NamespaceView),
    /// No Namespace of this name exists.
    NoNamespace(String),
    /// A managed object exists, or does not.
    Managed {
        /// Its kind.
        kind: ManagedKind,
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Whether it exists.
        exists: bool,
    },
    /// A Pod that is neither Succeeded nor Failed exists, or does not.
    LivePod {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Whether it exists and is live.
        exists: bool,
    },
    /// Every cache has been filled once.
    Synced,
}
