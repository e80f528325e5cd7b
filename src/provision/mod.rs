//! From a valid Tenant and what was observed to the objects that shall exist,
//! the ones that shall not, and the status.
//!
//! The way of a Tenant: [`intent`] (which names are ours, before anything is
//! created) -> [`render`] -> the controller applies -> [`prune`] -> [`status`],
//! which is made of [`Applied`] and never of wishes. Beside it [`hold`] (a spec
//! that cannot be applied), [`break_glass`] (healing was stopped), [`plan`] (suspension) and [`next`] (deletion, one
//! step a call).
//!
//! Pure and deterministic: no client, clock, randomness or files; time and keys
//! are arguments. Never names an object in a namespace that is not the Tenant's
//! ([`Claim`]), never deletes without a UID. Start reading at [`render()`].

mod access;
mod applied;
mod break_glass;
mod claim;
mod compare;
mod conditions;
mod deletion;
mod hold;
mod intent;
mod object;
mod observed;
mod preview;
mod prune;
mod quota;
mod render;
mod secrets;
mod status;
mod suspend;
#[cfg(test)]
mod tests;

pub use access::binding_name;
pub use applied::{Applied, AppliedNamespace, Canary, Failure, FailureReason, Suspension};
pub use break_glass::{BreakGlass, break_glass};
pub use claim::{Claim, claim};
pub use compare::{is_current, merged};
pub use deletion::{DeletingNamespace, DeletionStep, ObservedDeletion, Phase, next};
pub use hold::hold;
pub use intent::intent;
pub use object::{Delete, Kind, Object, ObjectKey};
pub use observed::{Objects, Observed, ObservedNamespace, SourceSecret};
pub use preview::preview;
pub use prune::prune;
pub use quota::split;
pub use render::{Mode, Wanted, WantedNamespace, render};
pub use secrets::{DigestKey, SecretContent, SecretPlan, SecretProblem};
pub use status::{entry, is_terminating, needs_suspension_pass, refused, status, terminating};
pub use suspend::{Change, SuspensionPlan, is_live, plan};
