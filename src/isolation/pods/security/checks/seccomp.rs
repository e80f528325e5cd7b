//! Filtering of system calls.

use super::super::containers::Pod;
use super::super::offenders::{Finding, Offenders};
use super::super::text::plural;
use super::annotations::{forbidden_annotations, is_local};
use super::inherited::Inherited;
use super::profile::{is_confined, profile_type};

const POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_ANNOTATION_PREFIX: &str = "container.seccomp.security.alpha.kubernetes.io/";
const REASON: &str = "seccompProfile";
const PATH: &str = "securityContext.seccompProfile.type";

/// Baseline before 1.19: the annotations of the Pod and of its containers.
/// Annotations that name no container of the Pod have no effect.
pub(in super::super) fn annotations(pod: Pod<'_>) -> Option<Finding> {
    let mut found = Offenders::default();
    let shown = forbidden_annotations(pod, &mut found, |key, value| {
        applies(pod, key)
            && !value.is_one_of(&["runtime/default", "docker/default"])
            && !is_local(value)
    });
    found.finding(REASON, |_| {
        let noun = plural("annotation", "annotations", shown.len());
        format!("forbidden {noun} {}", shown.join(", "))
    })
}

fn applies(pod: Pod<'_>, key: &str) -> bool {
    key == POD_ANNOTATION
        || key.strip_prefix(CONTAINER_ANNOTATION_PREFIX).is_some_and(|name| {
            pod.containers().any(|container| container.field(&["name"]).text() == Some(name))
        })
}

/// Baseline from 1.19: no profile is set that filters nothing.
pub(in super::super) fn baseline(pod: Pod<'_>) -> Option<Finding> {
    explicit(find(pod).explicit)
}

/// A profile that filters is set, by the Pod or by every container.
pub(in super::super) fn restricted(pod: Pod<'_>) -> Option<Finding> {
    let found = find(pod);
    explicit(found.explicit).or_else(|| {
        found.missing.finding(REASON, |who| {
            format!(
                "pod or {} must set {PATH} to \"RuntimeDefault\" or \"Localhost\"",
                who.containers()
            )
        })
    })
}

fn find(pod: Pod<'_>) -> Inherited {
    Inherited::find(pod, PATH, |who| profile_type(who, "seccompProfile"), is_confined)
}

fn explicit(found: Offenders) -> Option<Finding> {
    found.finding(REASON, |who| {
        format!("{} must not set {PATH} to {}", who.setters(), who.quoted_values())
    })
}
