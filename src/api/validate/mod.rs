//! From what somebody wrote to what is known to be allowed.
//!
//! [`validate`] turns a Tenant and its class into a [`super::ValidTenant`] or
//! the complete list of what is wrong with it; [`validate_class`] finds what is
//! wrong with a class, [`validate_policy`] and [`validate_exemption`] what is
//! wrong with those. Nothing is repaired silently: a field is right, or it is
//! an error with its path, a reason of the closed set and what would be right.
//! Start reading at `tenant.rs`.

mod cases;
mod class;
mod errors;
mod exemption;
mod inventory;
mod limits;
mod matching;
mod members;
mod network;
mod placement;
mod policy;
mod quota;
mod secrets;
mod tenant;
#[cfg(test)]
mod tests;

pub use class::validate_class;
pub use exemption::validate_exemption;
pub use members::is_unbindable;
pub use policy::validate_policy;
pub use tenant::{resolve, validate};
