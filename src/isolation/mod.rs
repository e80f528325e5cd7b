//! What isolation is: the one definition that the webhook guards and the
//! controller creates, so that they can never disagree.
//!
//! Every rule here is a pure function of raw objects and a [`Context`]; it
//! reports into [`Findings`] and never decides what a finding means for the
//! caller. Nothing here knows admission, the cluster or the clock. Start
//! reading at [`Context`], then the room of the kind you care about.

pub mod access;
mod change;
mod context;
mod finding;
pub mod kinds;
#[cfg(test)]
mod kinds_fixtures;
mod known;
pub mod metadata;
pub mod namespaces;
pub mod network;
pub mod pods;
mod read;
pub mod services;
pub mod storage;

#[cfg(test)]
pub(crate) mod fixtures;

pub use crate::api::Operation;
pub use change::{Caller, Change};
pub use context::Context;
pub use finding::{Findings, Violation};
