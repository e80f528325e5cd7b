//! Parameters: defaults filled in, and what is wrong with them by field path.
//!
//! The schema is a piece of the Policy resource, so it is read in [`crate::api`];
//! this room and `gatekeeper` use it for what they are given.

pub use crate::api::ParametersSchema;
