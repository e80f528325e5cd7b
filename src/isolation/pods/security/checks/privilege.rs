//! Privileged containers, gaining privileges, and the masking of `/proc`.

use super::super::containers::Pod;
use super::super::field::Field;
use super::super::offenders::{Finding, Offenders};

/// No container is privileged.
pub(in super::super) fn privileged(pod: Pod<'_>) -> Option<Finding> {
    let path = ["securityContext", "privileged"];
    Offenders::find(pod.containers(), &path, Field::may_be_true).finding("privileged", |who| {
        format!("{} must not set securityContext.privileged=true", who.containers())
    })
}

/// Every container gives up gaining privileges; unset is not enough.
pub(in super::super) fn escalation(pod: Pod<'_>) -> Option<Finding> {
    let path = ["securityContext", "allowPrivilegeEscalation"];
    Offenders::find(pod.containers(), &path, |field| !field.is_false()).finding(
        "allowPrivilegeEscalation != false",
        |who| {
            format!("{} must set securityContext.allowPrivilegeEscalation=false", who.containers())
        },
    )
}

/// `/proc` is masked. An empty text is a value, and not the default one.
pub(in super::super) fn proc_mount(pod: Pod<'_>) -> Option<Finding> {
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
