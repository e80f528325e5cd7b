//! The cluster: client, caches, leadership, and the same from files.
//!
//! Turns what the API server says into [`crate::snapshot::Change`]s and
//! publishes the result. Decides nothing. Start reading at [`SnapshotStore`],
//! then [`caches`].

mod access;
pub mod caches;
pub mod files;
mod leadership;
mod locate;
mod policies;
mod schema;
mod store;

pub use access::{AccessReviews, Subject};
pub use leadership::{Leadership, LeadershipError};
pub use store::{ChangeSender, SnapshotStore};
