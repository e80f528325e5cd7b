//! The cluster: client, caches, leadership, and the same from files.
//!
//! Turns what the API server says into [`crate::snapshot::Change`]s and
//! publishes the result. Decides nothing. Start reading at [`SnapshotStore`],
//! then [`caches`].

mod access;
pub mod caches;
mod file_policies;
pub mod files;
pub mod inventory;
mod leadership;
mod locate;
pub mod policies;
mod schema;
mod store;

pub use access::{AccessReviews, Subject};
pub use leadership::{Leadership, LeadershipError};
pub use store::{ChangeSender, SnapshotStore};
