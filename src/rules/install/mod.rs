//! Everything that is applied to a cluster to install Lessor.
//!
//! [`Install`] is what an administrator chooses; [`stages`] are the objects in
//! the order in which they are safe to apply. Start reading at [`Stage`].

mod certificates;
mod class;
mod fence;
mod labels;
mod settings;
mod stage;
mod workloads;

pub use class::default_class;
pub(super) use labels::labels;
use labels::selector;
pub use settings::{Certificates, Install};
pub use stage::{Stage, manifests, stages};
pub use workloads::{HEALTH_PORT, WEBHOOK_PORT};

#[cfg(test)]
mod tests;
