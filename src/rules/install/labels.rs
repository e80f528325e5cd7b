//! What labels everything that is installed.

use std::collections::BTreeMap;

const NAME_LABEL: &str = "app.kubernetes.io/name";
const COMPONENT_LABEL: &str = "app.kubernetes.io/component";
const NAME: &str = "lessor";

/// The common labels of everything that is installed. No version among them:
/// an upgrade must not touch what did not change.
pub(in crate::rules) fn labels(component: &str) -> BTreeMap<String, String> {
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
pub(super) fn selector(component: &str) -> BTreeMap<String, String> {
    [(NAME_LABEL, NAME), (COMPONENT_LABEL, component)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}
