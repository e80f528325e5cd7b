//! What one reconciliation may use.

use std::sync::Arc;

use kube::runtime::events::Recorder;

use super::backoff::Backoff;
use super::canary::Canaries;
use super::glass::Glass;
use super::options::ControllerOptions;
use super::settled::Settled;
use super::watch::Caches;
use super::writer::Writer;
use crate::provision::DigestKey;

/// What one reconciliation may use. Nothing in here is more than a relist or a
/// second try could rebuild.
pub(super) struct Context {
    pub(super) writer: Writer,
    pub(super) options: ControllerOptions,
    pub(super) caches: Arc<Caches>,
    pub(super) backoff: Arc<Backoff>,
    pub(super) canaries: Canaries,
    pub(super) glass: Arc<Glass>,
    pub(super) settled: Settled,
    pub(super) recorder: Recorder,
    pub(super) digest_key: DigestKey,
}

/// Why a reconciliation stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReconcileError {
    /// Something changed meanwhile: look again.
    #[error("the object changed meanwhile")]
    Conflict(#[source] kube::Error),
    /// The API server could not be reached, is busy, or failed.
    #[error("the API server did not answer as it should")]
    Unavailable(#[source] kube::Error),
    /// The API server refused what does not concern one object alone.
    #[error("the API server refused")]
    Refused(#[source] kube::Error),
}

impl ReconcileError {
    /// A bounded name for metrics.
    pub(super) const fn class(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "conflict",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
        }
    }
}

impl From<kube::Error> for ReconcileError {
    fn from(error: kube::Error) -> Self {
        let kube::Error::Api(status) = &error else {
            return Self::Unavailable(error);
        };
        let has_cause =
            |cause: &str| status.details.iter().flat_map(|d| &d.causes).any(|c| c.reason == cause);
        match status.code {
            // A namespace that vanished or is terminating answers 404 or 403.
            404 | 409 => Self::Conflict(error),
            403 if has_cause("NamespaceTerminating") => Self::Conflict(error),
            429 | 500.. => Self::Unavailable(error),
            _ => Self::Refused(error),
        }
    }
}
