//! Which kinds a tenant may use at all, and what a suspended tenant may not do
//! to them.
//!
//! Kinds are told apart by group and resource. A kind that no rule was written
//! for is refused until the class allows it: a custom resource acts with the
//! rights of its operator. Start reading at [`judge`].

mod allowed;
mod judge;

pub use judge::judge;
