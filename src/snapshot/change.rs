//! What can change in a snapshot.

use crate::api::{ExemptionSpec, Tenant, TenantClass};
use crate::policy::{KindKey, Member};

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
    /// A policy exists and was compiled aside.
    Policy(Member),
    /// No Policy of this name exists.
    NoPolicy(String),
    /// An Exemption exists like this.
    Exemption {
        /// Its name.
        name: String,
        /// What it says.
        spec: Box<ExemptionSpec>,
    },
    /// No Exemption of this name exists.
    NoExemption(String),
    /// An object that policies read exists like this, or does not. It holds the
    /// fields that are asked for.
    Inventory {
        /// Its kind.
        kind: KindKey,
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Its fields; none when it does not exist.
        fields: Option<Box<serde_json::Value>>,
    },
    /// Every object of a kind that policies read has been seen, or none can be
    /// seen any more.
    InventorySynced {
        /// The kind.
        kind: KindKey,
        /// Whether they are there.
        synced: bool,
    },
    /// Every cache has been filled once.
    Synced,
}
