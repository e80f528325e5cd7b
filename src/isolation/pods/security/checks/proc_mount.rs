//! The masking of `/proc`.

use super::super::containers::Pod;
use super::super::offenders::{Finding, Offenders};

/// `/proc` is masked. An empty text is a value, and not the default one.
pub(in super::super) fn default(pod: Pod<'_>) -> Option<Finding> {
    let path = ["securityContext", "procMount"];
    Offenders::find(pod.containers(), &path, |field| {
        !field.is_unset() && field.text() != Some("Default")
    })
    .finding("procMount", |who| {
        format!(
            "{} must not set securityContext.procMount to {}",
            who.containers(),
            who.quoted_values()
        )
    })
}

/// Baseline from 1.35: any value in a user namespace of the Pod's own.
pub(in super::super) fn user_namespaces(pod: Pod<'_>) -> Option<Finding> {
    if pod.has_user_namespace() {
        None
    } else {
        default(pod)
    }
}
