//! Rules about volumes: what a claim may bind, and to whom a volume belongs.
//!
//! A claim may only make a new volume of a class that the TenantClass lists. It
//! never binds a volume that is already there, because that may hold another
//! tenant's data. Knows nothing of `StorageClass` objects: that a listed class
//! provisions dynamically and deletes is the TenantClass author's promise.
//! Start reading at [`judge`], then [`judge_volume`].

mod claim;
mod source;
mod volume;

pub use claim::{judge, judge_claim_spec};
pub use volume::judge_volume;
