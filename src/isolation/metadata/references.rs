//! Names, owners and finalizers that only Lessor may use.

use serde_json::Value;

use crate::document::index;
use crate::isolation::{Caller, Change, Findings, Operation, read};
use crate::names::{self, Reason};

/// Names of managed objects cannot be taken before the controller makes them.
/// A `generateName` is judged by its prefix: the API server appends letters
/// and digits only, so nothing else can become a reserved name.
pub(super) fn names(change: &Change, new: &Value, out: &mut Findings) {
    let derived = matches!(change.caller, Caller::Platform | Caller::Administrator);
    if change.operation != Operation::Create || !change.subresource.is_empty() || derived {
        return;
    }
    for field in ["name", "generateName"] {
        let name = read::text(new, &["metadata", field]);
        if name.is_some_and(|name| name.starts_with(names::RESERVED_NAME_PREFIX)) {
            out.violation(
                "metadata/reserved-names",
                Reason::ReservedNameForbidden,
                format!("metadata.{field}"),
                format!(
                    "names that begin with {:?} are reserved for Lessor in a tenant's namespace; choose another name.",
                    names::RESERVED_NAME_PREFIX
                ),
            );
            return;
        }
    }
}

/// An object that a kind of Lessor owns would be deleted with it, or taken for
/// one of the controller's own.
pub(super) fn owners(change: &Change, new: &Value, out: &mut Findings) {
    let before =
        change.old.map_or(&[][..], |old| read::list(old, &["metadata", "ownerReferences"]));
    for (i, reference) in read::list(new, &["metadata", "ownerReferences"]).iter().enumerate() {
        if read::refers_to_lessor(reference) && !before.contains(reference) {
            out.violation(
                "metadata/owner-references",
                Reason::OwnerReferenceForbidden,
                index("metadata.ownerReferences", i),
                format!(
                    "an owner of API group {:?} is set by Lessor only; an owner of another group in the same namespace is allowed.",
                    names::GROUP
                ),
            );
        }
    }
}

/// Finalizers of Lessor come and go with Lessor alone; others are the tenant's own affair.
pub(super) fn finalizers(change: &Change, new: &Value, out: &mut Findings) {
    if change.caller == Caller::Administrator {
        return;
    }
    let (before, after) = (read::finalizers(change.old), read::finalizers(Some(new)));
    let added = after
        .iter()
        .enumerate()
        .filter(|(_, finalizer)| !before.contains(finalizer))
        .map(|(i, finalizer)| (index("metadata.finalizers", i), finalizer));
    let removed = before
        .iter()
        .filter(|finalizer| !after.contains(finalizer))
        .map(|finalizer| ("metadata.finalizers".to_owned(), finalizer));
    for (field, finalizer) in added.chain(removed) {
        if read::is_lessor_finalizer(finalizer) {
            out.violation(
                "metadata/finalizers",
                Reason::FinalizerForbidden,
                field,
                format!(
                    "finalizers with the prefix {:?} are added and removed by Lessor only; any other finalizer is allowed.",
                    names::KEY_PREFIX
                ),
            );
        }
    }
}
