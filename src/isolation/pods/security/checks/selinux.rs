//! SELinux labels.

use super::super::containers::Pod;
use super::super::offenders::{Finding, Offenders};
use super::super::text::{join_quoted, plural};

/// Since 1.0 all but the last, which came with 1.31.
const TYPES: [&str; 5] =
    ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// Up to 1.30.
pub(in super::super) fn v1_0(pod: Pod<'_>) -> Option<Finding> {
    options(pod, &TYPES[..4])
}

/// From 1.31.
pub(in super::super) fn v1_31(pod: Pod<'_>) -> Option<Finding> {
    options(pod, &TYPES)
}

/// Only types for containers, and neither a user nor a role.
fn options(pod: Pod<'_>, types: &[&str]) -> Option<Finding> {
    let mut found = Offenders::default();
    let mut sets_user = false;
    let mut sets_role = false;
    for subject in pod.setters() {
        let option = |name| subject.field(&["securityContext", "seLinuxOptions", name]);
        let kind = option("type");
        if !kind.is_one_of(types) {
            found.blame(subject, "securityContext.seLinuxOptions.type");
            found.note(kind);
        }
        if option("user").text() != Some("") {
            found.blame(subject, "securityContext.seLinuxOptions.user");
            sets_user = true;
        }
        if option("role").text() != Some("") {
            found.blame(subject, "securityContext.seLinuxOptions.role");
            sets_role = true;
        }
    }
    found.finding("seLinuxOptions", |who| {
        let mut problems = Vec::new();
        if !who.values().is_empty() {
            let noun = plural("type", "types", who.values().len());
            problems.push(format!("{noun} {}", join_quoted(who.values())));
        }
        if sets_user {
            problems.push("user may not be set".to_owned());
        }
        if sets_role {
            problems.push("role may not be set".to_owned());
        }
        format!(
            "{} set forbidden securityContext.seLinuxOptions: {}",
            who.setters(),
            problems.join("; ")
        )
    })
}
