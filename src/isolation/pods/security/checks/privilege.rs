//! Privileged containers and privilege escalation.

use super::super::containers::Pod;
use super::super::field::Field;
use super::super::offenders::{Finding, Offenders};

/// No container is privileged.
pub(in super::super) fn privileged(pod: Pod<'_>) -> Option<Finding> {
    let path = ["securityContext", "privileged"];
    Offenders::find(pod.containers(), &path, Field::may_be_true).finding("privileged", |who| {
        format!(
            "{} must not set securityContext.privileged=true",
            who.containers()
        )
    })
}

/// Every container gives up gaining privileges; unset is not enough.
pub(in super::super) fn escalation(pod: Pod<'_>) -> Option<Finding> {
    let path = ["securityContext", "allowPrivilegeEscalation"];
    Offenders::find(pod.containers(), &path, |field| !field.is_false()).finding(
        "allowPrivilegeEscalation != false",
        |who| {
            format!(
                "{} must set securityContext.allowPrivilegeEscalation=false",
                who.containers()
            )
        },
    )
}

/// From 1.25: the same of Pods that are not for Windows.
pub(in super::super) fn escalation_unless_windows(pod: Pod<'_>) -> Option<Finding> {
    if pod.is_windows() {
        None
    } else {
        escalation(pod)
    }
}
