//! Turns every Tenant into real objects and keeps them so.
//!
//! Level-triggered: watches say only *which* Tenant to look at; a pass looks at
//! everything and writes what differs. A steady cluster is written to never.
//! What shall exist is decided in `provision`, never here. Never writes into a
//! namespace that is not the Tenant's, never deletes without a UID, never shows
//! the value of a secret.
//!
//! One file a verb. Start reading at `reconcile`, then `apply`.

mod apply;
mod backoff;
mod cache;
mod canary;
mod certificates;
mod configurations;
mod context;
mod digest_key;
mod finalize;
mod floor;
mod glass;
mod observe;
mod options;
mod prune;
mod reconcile;
mod report;
mod run;
mod settled;
mod suspend;
mod watch;
mod writer;

pub use certificates::{KeepOptions, Trust};
pub use options::{ControllerError, ControllerOptions};
pub use run::run;
