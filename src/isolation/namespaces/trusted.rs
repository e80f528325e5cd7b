//! Labels and annotations of Namespaces that other systems trust.

use serde_json::Value;

use crate::document::child;
use crate::isolation::{Change, Findings, read};
use crate::names::{self, Reason};

/// Label keys that switch off, choose or loosen something outside Lessor.
const LABELS: [&str; 4] = [
    // AKS exempts such namespaces from its enforcers.
    "control-plane",
    "admissions.enforcer/disabled",
    // Istio: without the sidecar its authorization policies do not hold.
    "istio-injection",
    "vault.hashicorp.com/agent-webhook",
];

/// Domains of label keys that policy engines, meshes and platforms trust. A
/// key matches if its prefix is the domain or ends with `.` and the domain.
const LABEL_DOMAINS: [&str; 14] = [
    "kubernetes.io",
    "k8s.io",
    "gatekeeper.sh",
    "kyverno.io",
    "kubewarden.io",
    "policy.sigstore.dev",
    "istio.io",
    "linkerd.io",
    "cilium.io",
    "openshift.io",
    "cattle.io",
    "clastix.io",
    "cert-manager.io",
    "toolkit.fluxcd.io",
];

/// Names of labels, whatever their domain, by which platforms mark the
/// namespaces that their own policies leave alone (`company.com/system`).
const SWITCHES: [&str; 6] = ["system", "control-plane", "ignore", "exempt", "disabled", "skip"];

/// The recommended labels of applications: nobody decides by them.
const FREE_DOMAIN: &str = "app.kubernetes.io";

/// Annotations that admission plugins of the API server and node agents read
/// from the Namespace: the `PodNodeSelector` and `PodTolerationRestriction`
/// plugins choose nodes by them, `OpenShift` user ids, kiam cloud roles.
const ANNOTATIONS: [&str; 6] = [
    "scheduler.alpha.kubernetes.io/node-selector",
    "scheduler.alpha.kubernetes.io/defaultTolerations",
    "scheduler.alpha.kubernetes.io/tolerationsWhitelist",
    "openshift.io/node-selector",
    "iam.amazonaws.com/permitted",
    "iam.amazonaws.com/allowed-roles",
];

/// Prefix of the annotations that give an `OpenShift` namespace its user ids.
const OPENSHIFT_IDS: &str = "openshift.io/sa.scc.";

/// Judges what a tenant may not add, change or remove. Both lists are closed
/// and part of the documentation.
pub(super) fn judge(change: &Change, new: &Value, out: &mut Findings) {
    for (key, _, _) in read::changed_entries(change.old, Some(new), "labels") {
        let field = child("metadata.labels", key);
        if key.starts_with(names::POD_SECURITY_PREFIX) {
            out.violation(
                "namespaces/pod-security",
                Reason::PodSecurityLevelManaged,
                field,
                "the Pod Security level comes from the Tenant; set `spec.isolation.podSecurity` there.",
            );
        } else if is_trusted_label(key) {
            out.violation(
                "namespaces/trusted-keys",
                Reason::ReservedKeyForbidden,
                field,
                "this label is trusted by another system and set by administrators only; use a key with your own prefix.",
            );
        }
    }
    for (key, _, _) in read::changed_entries(change.old, Some(new), "annotations") {
        if ANNOTATIONS.contains(&key) || key.starts_with(OPENSHIFT_IDS) {
            out.violation(
                "namespaces/trusted-keys",
                Reason::ReservedKeyForbidden,
                child("metadata.annotations", key),
                "this annotation is trusted by another system and set by administrators only; use a key with your own prefix.",
            );
        }
    }
}

/// The API server itself writes the label with the Namespace's name.
fn is_trusted_label(key: &str) -> bool {
    let (domain, name) = key.split_once('/').unwrap_or(("", key));
    key != names::NAMESPACE_NAME_LABEL
        && domain != FREE_DOMAIN
        && (LABELS.contains(&key)
            || (!domain.is_empty() && SWITCHES.contains(&name))
            || LABEL_DOMAINS.iter().any(|trusted| {
                domain
                    .strip_suffix(trusted)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_match_at_a_boundary() {
        for key in [
            "control-plane",
            "admission.gatekeeper.sh/ignore",
            "policy.sigstore.dev/include",
            "node-role.kubernetes.io/x",
            "x-k8s.io.k8s.io/a",
            "kubernetes.io/a",
            "company.com/system",
        ] {
            assert!(is_trusted_label(key), "{key}");
        }
        for key in [
            "team",
            "example.com/team",
            "system",
            "notkubernetes.io/a",
            "kubernetes.io/metadata.name",
            "app.kubernetes.io/name",
            "k8s.io",
        ] {
            assert!(!is_trusted_label(key), "{key}");
        }
    }
}
