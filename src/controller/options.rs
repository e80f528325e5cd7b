//! What the controller is told.

use std::time::Duration;

use super::certificates::KeepOptions;
use crate::api::ClusterFacts;
use crate::cluster::LeadershipError;
use crate::telemetry::Metrics;

/// What the controller is told. Made of settings, once.
#[derive(Clone, Debug)]
pub struct ControllerOptions {
    /// The cluster; also Lessor's namespace and the secret source namespace.
    pub facts: ClusterFacts,
    /// This process among its replicas, such as the Pod's name. Unique.
    pub identity: String,
    /// Wait for the lease before acting. Without it there must be one replica.
    pub leader_election: bool,
    /// Tenants that are reconciled at the same time; at least one.
    pub concurrency: u16,
    /// How long until a Tenant is looked at again though nothing changed. A
    /// fifth is added or taken away, so that Tenants do not meet.
    pub resync: Duration,
    /// For fault tests: the process exits with status 70 right after this many
    /// API writes. Leases and Events do not count.
    pub crash_after_writes: Option<u64>,
    /// Webhook configurations to keep, and the certificates that they trust;
    /// none when somebody else does.
    pub keep: Option<KeepOptions>,
    /// Where leadership is shown.
    pub metrics: Metrics,
}

impl Default for ControllerOptions {
    fn default() -> Self {
        Self {
            facts: ClusterFacts::default(),
            identity: crate::names::CONTROLLER_DEPLOYMENT.to_owned(),
            leader_election: true,
            concurrency: 8,
            resync: Duration::from_mins(10),
            crash_after_writes: None,
            keep: None,
            metrics: Metrics::default(),
        }
    }
}

/// Why the controller stopped other than by being told to.
#[derive(Debug, thiserror::Error)]
pub enum ControllerError {
    /// The lease could not be sought.
    #[error("leadership could not be sought")]
    Leadership(#[from] LeadershipError),
    /// Somebody else leads now; the process must exit.
    #[error("leadership was lost")]
    LeadershipLost,
    /// The key of the digests could be neither read nor created.
    #[error("the digest key could be neither read nor created")]
    DigestKey(#[source] kube::Error),
    /// The secret with the key of the digests holds no key.
    #[error("secret {0} holds no key; delete it to have a new one made")]
    DigestKeyMalformed(String),
    /// A watch ended, which watches never do.
    #[error("a watch ended")]
    WatchEnded,
}

impl ControllerError {
    /// A bounded name for metrics.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Leadership(_) => "leadership",
            Self::LeadershipLost => "leadership_lost",
            Self::DigestKey(_) => "digest_key",
            Self::DigestKeyMalformed(_) => "digest_key_malformed",
            Self::WatchEnded => "watch_ended",
        }
    }
}
