//! AppArmor profiles, in the fields of 1.30 and the annotations before.
//!
//! Both are judged at every version: pinning an old one does not undo the field.

use super::super::containers::Pod;
use super::super::offenders::{Finding, Offenders};
use super::super::text::{join_quoted, plural};
use super::annotations::{forbidden_annotations, is_local};
use super::profile::{is_confined, profile_type};

const ANNOTATION_PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";

/// No profile is set that confines nothing.
pub(in super::super) fn profile(pod: Pod<'_>) -> Option<Finding> {
    let mut found = Offenders::default();
    for subject in pod.setters() {
        let field = profile_type(subject, "appArmorProfile");
        if !field.is_unset() && !is_confined(field) {
            found.blame(subject, "securityContext.appArmorProfile.type");
            found.note(field);
        }
    }
    let shown = forbidden_annotations(pod, &mut found, |key, value| {
        key.starts_with(ANNOTATION_PREFIX)
            && !value.is_one_of(&["", "runtime/default"])
            && !is_local(value)
    });

    let reason = plural(
        "forbidden AppArmor profile",
        "forbidden AppArmor profiles",
        found.values().len() + shown.len(),
    );
    found.finding(reason, |who| {
        let mut setters = who.setters();
        if !shown.is_empty() {
            if !setters.is_empty() {
                setters.push_str(" and ");
            }
            setters.push_str(plural("annotation", "annotations", shown.len()));
        }
        let values = join_quoted(who.values().iter().chain(&shown));
        format!("{setters} must not set AppArmor profile type to {values}")
    })
}
