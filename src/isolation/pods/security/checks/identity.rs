//! The user a container runs as.

use super::super::containers::Pod;
use super::super::field::Field;
use super::super::offenders::{Finding, Offenders};
use super::inherited::Inherited;

/// `runAsNonRoot` is true, on the Pod or on every container, and nowhere false.
pub(in super::super) fn non_root(pod: Pod<'_>) -> Option<Finding> {
    const REASON: &str = "runAsNonRoot != true";
    let Inherited { explicit, missing } = Inherited::find(
        pod,
        "securityContext.runAsNonRoot",
        |who| who.field(&["securityContext", "runAsNonRoot"]),
        Field::is_true,
    );
    explicit
        .finding(REASON, |who| {
            format!("{} must not set securityContext.runAsNonRoot=false", who.setters())
        })
        .or_else(|| {
            missing.finding(REASON, |who| {
                format!("pod or {} must set securityContext.runAsNonRoot=true", who.containers())
            })
        })
}

/// Nobody asks for the user 0.
pub(in super::super) fn user(pod: Pod<'_>) -> Option<Finding> {
    let path = ["securityContext", "runAsUser"];
    Offenders::find(pod.setters(), &path, Field::may_be_zero)
        .finding("runAsUser=0", |who| format!("{} must not set runAsUser=0", who.setters()))
}
