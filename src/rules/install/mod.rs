//! Everything that is applied to a cluster to install Lessor.
//!
//! [`Install`] is what an administrator chooses; [`stages`] are the objects in
//! the order in which they are safe to apply. Start reading at [`Stage`].

mod certificates;
mod class;
mod fence;
mod settings;
mod stage;
mod workloads;

pub use class::default_class;
pub use settings::{Certificates, Install};
pub use stage::{Stage, manifests, stages};
pub use workloads::{CERTIFICATE_DIRECTORY, HEALTH_PORT, WEBHOOK_PORT};

use std::collections::BTreeMap;

const NAME_LABEL: &str = "app.kubernetes.io/name";
const COMPONENT_LABEL: &str = "app.kubernetes.io/component";
const NAME: &str = "lessor";

/// The common labels of everything that is installed. No version among them:
/// an upgrade must not touch what did not change.
pub(super) fn labels(component: &str) -> BTreeMap<String, String> {
    [
        (NAME_LABEL, NAME),
        (COMPONENT_LABEL, component),
        ("app.kubernetes.io/part-of", NAME),
        ("app.kubernetes.io/managed-by", NAME),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

/// What selects a component's Pods; immutable in a Deployment.
fn selector(component: &str) -> BTreeMap<String, String> {
    [(NAME_LABEL, NAME), (COMPONENT_LABEL, component)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

#[cfg(test)]
mod tests;
