//! The next step of a rotation.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Generation, Held, Previous, ServingNames, Validity};
use crate::tls::inspect::certificates;

/// A bundle must have been seen unchanged for this long before the leaf is
/// switched: API servers learn of it through a watch, each at its own time.
pub const SETTLE: Duration = Duration::from_secs(30);
/// When replicas cannot be asked, the old CA stays this long after the switch:
/// a kubelet refreshes a Secret mount within about a minute and a half.
pub const REPLICA_GRACE: Duration = Duration::from_mins(10);
/// How soon to look again when waiting for something that sends no event.
const RECHECK: Duration = Duration::from_secs(10);

/// What the certificates must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// Names the leaf must carry; a new name leads to a new generation.
    pub names: ServingNames,
    /// Life of new generations.
    pub validity: Validity,
}

/// What the webhook configurations say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The `caBundle` of every webhook entry of both configurations, decoded,
    /// empty where it is absent. No element when neither configuration exists:
    /// whoever creates them then uses [`Held::bundle`].
    pub bundles: Vec<Vec<u8>>,
    /// Since when the caller has seen exactly these, by `resourceVersion`. A new
    /// leader says "now".
    pub since: Timestamp,
}

/// What the replicas serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replicas {
    /// They cannot be asked.
    Unknown,
    /// The fingerprint of each replica's leaf. No element counts as unknown.
    Serving(Vec<String>),
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Issue a generation and keep it as `next`.
    Issue,
    /// Make this every `caBundle` of both configurations.
    PublishBundle {
        /// CAs in PEM.
        cas: String,
    },
    /// Serve `next`.
    SwitchLeaf,
    /// Forget the CA of the leaf that nobody serves any more.
    DropOldCa,
    /// Nothing now; look again at this moment at the latest.
    Nothing {
        /// The next moment at which something may be due.
        until: Timestamp,
    },
}

/// Decides the next step.
///
/// # Guarantees
/// - The leaf is switched only when every observed bundle holds its CA.
/// - A CA is dropped only when its leaf has expired, every replica was seen to
///   serve the current one, or, unasked, after [`REPLICA_GRACE`].
/// - With nothing disturbing it, it comes to [`Action::Nothing`] after at most
///   five steps, and then has nothing to do until the renewal is due.
///
/// # Assumptions
/// The caller reads the configurations before the Secret and writes with the
/// `resourceVersion` that it read.
#[must_use]
pub fn plan(
    held: &Held,
    observed: &Observed,
    replicas: &Replicas,
    want: &Want,
    now: Timestamp,
) -> Action {
    let fit = |generation: &Generation| {
        want.names.covered_by(generation.leaf()) && now < generation.renew_at()
    };
    let alive = held.current.as_ref().is_some_and(|current| now < current.not_after());
    let next = held.next.as_ref().is_some_and(fit);
    let due = !held.current.as_ref().is_some_and(fit);
    // While a previous CA is held, its rotation is not over; a further one
    // waits for it, unless there is no working leaf left to protect.
    let free = held.previous.is_none() || !alive;
    if due && !next && free {
        return Action::Issue;
    }

    let cas = held.bundle();
    if !observed.hold_exactly(&cas) {
        return Action::PublishBundle { cas };
    }
    if next && free {
        let settled = after(observed.since, SETTLE);
        // Without configurations there is nobody to convince; without a living
        // leaf there is nothing to lose.
        if now >= settled || observed.bundles.is_empty() || !alive {
            return Action::SwitchLeaf;
        }
        return Action::Nothing { until: settled };
    }
    match (&held.current, &held.previous) {
        (None, _) => Action::Issue,
        (Some(current), Some(previous)) => retire(previous, current, replicas, now),
        (Some(current), None) => Action::Nothing { until: current.renew_at() },
    }
}

fn retire(
    previous: &Previous,
    current: &Generation,
    replicas: &Replicas,
    now: Timestamp,
) -> Action {
    let patience = match replicas {
        Replicas::Serving(leaves) if !leaves.is_empty() => {
            if leaves.iter().all(|leaf| *leaf == current.leaf().fingerprint) {
                return Action::DropOldCa;
            }
            previous.leaf.not_after
        }
        _ => after(previous.switched_at, REPLICA_GRACE).min(previous.leaf.not_after),
    };
    if now >= patience {
        return Action::DropOldCa;
    }
    let until = match replicas {
        Replicas::Unknown => patience,
        Replicas::Serving(_) => patience.min(after(now, RECHECK)),
    };
    Action::Nothing { until }
}

impl Observed {
    fn hold_exactly(&self, cas: &str) -> bool {
        let set = |pem: &[u8]| {
            certificates(pem)
                .ok()
                .map(|all| all.iter().map(|der| der.to_vec()).collect::<BTreeSet<_>>())
        };
        let wanted = set(cas.as_bytes());
        self.bundles.iter().all(|bundle| set(bundle) == wanted)
    }
}

fn after(moment: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait)
        .ok()
        .and_then(|wait| moment.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}
