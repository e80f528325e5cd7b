//! Self-managed certificates: a private CA with one leaf, renewed together,
//! without a failed admission in between.
//!
//! Pure but for the randomness of new keys; time is an argument. A leader that
//! owns a Kubernetes client runs this loop and nothing else writes:
//!
//! 1. read the webhook configurations, **then** the Secret (in this order: a
//!    bundle that was seen then never contains more than the Secret explains);
//! 2. [`Held::read`] the Secret, [`plan()`] the next [`Action`], execute it;
//! 3. write with the `resourceVersion` that was read, so that of two leaders
//!    one gets a conflict and starts over.
//!
//! | action | executed as |
//! |---|---|
//! | [`Action::Issue`] | [`issue()`], [`Held::issued`], write [`Held::write`] to the Secret |
//! | [`Action::PublishBundle`] | set every `clientConfig.caBundle` of both configurations |
//! | [`Action::SwitchLeaf`] | [`Held::switched`], write the Secret |
//! | [`Action::DropOldCa`] | [`Held::old_ca_dropped`], write the Secret; the bundle follows by itself |
//! | [`Action::Nothing`] | look again on a change, at the latest at `until` |
//!
//! The order is: publish old and new CA, observe it, switch the leaf, drop the
//! old CA when every replica serves the new leaf.
//!
//! # The Secret
//!
//! Type `Opaque`, name [`CERTIFICATE_SECRET`](crate::names::CERTIFICATE_SECRET).
//! Replicas mount `tls.crt`, `tls.key` and `ca.crt`, the keys that cert-manager
//! and hand-made Secrets of type `kubernetes.io/tls` have as well, so one reader
//! fits all. The other keys belong to the leader.
//!
//! | key | content |
//! |---|---|
//! | `tls.crt`, `tls.key` | the leaf that replicas serve; absent until its CA was published |
//! | `ca.crt` | every CA that `caBundle` must hold: current, next, previous |
//! | `current-ca.crt` | the CA of `tls.crt` |
//! | `next-ca.crt`, `next-tls.crt`, `next-tls.key` | issued, not served yet |
//! | `previous-ca.crt`, `previous-tls.crt` | may still be served by a slow replica |
//! | `switched-at` | when `tls.crt` became what it is, RFC 3339 |

mod generation;
mod held;
mod issue;
mod names;
mod plan;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world_tests;

pub use generation::Generation;
pub use held::{Held, Previous};
pub use issue::{IssueError, Validity, issue};
pub use names::ServingNames;
pub use plan::{Action, Observed, REPLICA_GRACE, Replicas, SETTLE, Want, plan};
