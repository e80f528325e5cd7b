//! Objects that shall no longer exist.

use std::collections::BTreeSet;

use super::object::{Delete, Kind, ObjectKey, label};
use super::observed::Observed;
use super::render::{Mode, Wanted, WantedNamespace};
use crate::names;

/// Managed objects of the Tenant that are not wanted any more, in the order in
/// which they go: access first, isolation last. Named are only objects that
/// carry the managed label and the Tenant's own, in namespaces that are the
/// Tenant's, and each with its UID: an object that was re-created under the
/// same name meanwhile survives.
#[must_use]
pub fn prune(wanted: &Wanted, observed: &Observed) -> Vec<Delete> {
    let mut deletes: Vec<Delete> = Vec::new();
    for namespace in &wanted.namespaces {
        if namespace.claim.owned_uid().is_none() {
            continue;
        }
        let keep: BTreeSet<&ObjectKey> = namespace.objects().map(|object| &object.key).collect();
        deletes.extend(
            observed
                .objects
                .0
                .iter()
                .filter(|(key, object)| {
                    key.namespace == namespace.name
                        && label(object, names::MANAGED_LABEL) == Some(names::TRUE)
                        && label(object, names::TENANT_LABEL) == Some(wanted.tenant.as_str())
                        && !keep.contains(key)
                        && is_pruned(namespace, wanted, key)
                })
                .filter_map(|(key, object)| Delete::of(key, object)),
        );
    }
    deletes.sort_by(|a, b| b.key.kind.cmp(&a.key.kind).then_with(|| a.key.cmp(&b.key)));
    deletes
}

fn is_pruned(namespace: &WantedNamespace, wanted: &Wanted, key: &ObjectKey) -> bool {
    let is_kept_copy = key.kind == Kind::Secret
        && wanted.secrets.iter().any(|plan| plan.name == key.name && plan.content.is_err());
    match namespace.mode {
        Mode::Active => Kind::MANAGED.contains(&key.kind) && !is_kept_copy,
        Mode::Retained => matches!(key.kind, Kind::Secret | Kind::RoleBinding),
        Mode::Frozen => false,
    }
}
