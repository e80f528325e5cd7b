//! Judging a Pod.

use super::containers::Pod;
use super::registry::{CHECKS, is_overridden};
use super::{Level, Version};
use serde_json::Value;

/// Subresources of Pods that carry no Pod worth judging. Any other is judged:
/// a subresource of tomorrow may well change the spec.
const IGNORED_SUBRESOURCES: [&str; 8] =
    ["attach", "binding", "eviction", "exec", "log", "portforward", "proxy", "status"];

/// A control that a Pod breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckFailure {
    /// The control's identifier, such as `hostPorts`; stable across versions.
    pub id: &'static str,
    /// What is wrong, in few words; never empty.
    pub reason: String,
    /// Who is wrong and how to mend it; empty only if nothing has a name
    /// (a sysctl without one).
    pub detail: String,
    /// Paths of the fields to change or to add, from the root of the Pod
    /// (`spec.containers[0].securityContext.privileged`,
    /// `metadata.annotations[key]`). At least one, in the order they were
    /// visited: the Pod, then init, regular and ephemeral containers, then
    /// annotations.
    pub fields: Vec<String>,
}

/// The controls of `level` at `version` that a Pod breaks; empty if it may run.
///
/// `metadata` and `spec` are those of a Pod or of a Pod template. Any JSON is
/// taken; see the module about wrong types. Failures come in a fixed order:
/// baseline by identifier, then restricted by identifier. Nothing is allocated
/// for a Pod that passes.
#[must_use]
pub fn evaluate(
    level: Level,
    version: Version,
    metadata: &Value,
    spec: &Value,
) -> Vec<CheckFailure> {
    let minor = version.effective_minor();
    let pod = Pod::new(metadata, spec);
    CHECKS
        .iter()
        .filter(|check| check.level <= level)
        .filter(|check| level != Level::Restricted || !is_overridden(check.id, minor))
        .filter_map(|check| {
            let finding = check.rule_for(pod, minor)?(pod)?;
            Some(CheckFailure {
                id: check.id,
                reason: finding.reason.to_owned(),
                detail: finding.detail,
                fields: finding.fields,
            })
        })
        .collect()
}

/// Whether a request for this subresource of a Pod has to be evaluated. The
/// Pod itself is the empty string.
#[must_use]
pub fn needs_evaluation(subresource: &str) -> bool {
    !IGNORED_SUBRESOURCES.contains(&subresource)
}

/// Prefixes of the annotations that controls read.
const PROFILE_ANNOTATIONS: [&str; 3] = [
    "container.apparmor.security.beta.kubernetes.io/",
    "container.seccomp.security.alpha.kubernetes.io/",
    "seccomp.security.alpha.kubernetes.io/",
];

/// Whether two Pods carry the same annotations as far as controls read them: an
/// update of metadata alone must not change a profile unseen.
#[must_use]
pub fn same_annotations(old: &Value, new: &Value) -> bool {
    profiles(old).eq(profiles(new))
}

fn profiles(pod: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let annotations = pod.pointer("/metadata/annotations").and_then(Value::as_object);
    annotations
        .into_iter()
        .flatten()
        .filter(|(key, _)| PROFILE_ANNOTATIONS.iter().any(|prefix| key.starts_with(prefix)))
}
