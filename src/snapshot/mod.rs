//! What the webhook knows: tenants, classes and namespaces, as one immutable
//! value that a request reads without a lock.
//!
//! A [`Snapshot`] is a tree of Arcs. One writer applies [`Change`]s and
//! publishes; applying touches only what the change is about, so the cost of
//! an event does not grow with the cluster. Nothing here reads the cluster,
//! the clock or files. Start reading at [`Snapshot::owner_of`].

mod apply;
mod change;
mod views;

pub use change::{Change, ManagedKind};
pub use views::{Membership, NamespaceView, Snapshot, TenantView};
