//! Annotations that make a privileged controller copy objects between namespaces.

use serde_json::Value;

use crate::document::child;
use crate::isolation::{Caller, Change, Findings, read};
use crate::names::Reason;

/// Prefixes by which widely used replicators are told to copy Secrets and
/// ConfigMaps into or out of a namespace, with the rights of the replicator.
/// The list is closed; another replicator is kept out by its own configuration.
const REPLICATORS: [&str; 4] = [
    // emberstack/kubernetes-reflector
    "reflector.v1.k8s.emberstack.com/",
    // mittwald/kubernetes-replicator
    "replicator.v1.mittwald.de/",
    // olli-ai/k8s-replicator
    "v1.kubernetes-replicator.olli.com/",
    // kubeops/config-syncer
    "kubed.appscode.com/",
];

pub(super) fn judge(change: &Change, new: &Value, out: &mut Findings) {
    if matches!(change.caller, Caller::Platform | Caller::Administrator) {
        return;
    }
    for (key, _, after) in read::changed_entries(change.old, Some(new), "annotations") {
        if after.is_some() && REPLICATORS.iter().any(|prefix| key.starts_with(prefix)) {
            out.violation(
                "metadata/replicators",
                Reason::AnnotationForbidden,
                child("metadata.annotations", key),
                "annotations that copy objects between namespaces are not allowed; secrets are distributed by `spec.secrets` of the Tenant.",
            );
        }
    }
}
