//! The decision: an AdmissionReview and a snapshot become an answer.
//!
//! Everything here is a pure function over memory: no clock, no cluster, no
//! waiting. The way of a request is [`wire::parse`] -> [`Request`] ->
//! [`decide`] -> [`wire::answer`]; `offline` makes the same requests from plain
//! manifests, so that commands and the live webhook cannot differ. Start
//! reading at [`decide`].

mod access;
mod caller;
mod core;
mod decide;
mod decision;
mod guards;
mod made;
mod mutate;
pub mod offline;
mod policies;
mod question;
mod request;
mod retained;
mod scope;
mod tenancy;
#[cfg(test)]
mod tests;
pub mod wire;

pub use access::{AccessQuestion, NeedsAccess};
pub use caller::classify;
pub use decide::decide;
pub use decision::{Decision, NotYet, Outcome};
pub use request::{Endpoint, GroupKind, GroupResource, Phase, Request, User};
