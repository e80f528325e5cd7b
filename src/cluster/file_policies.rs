//! Policies of files in a snapshot: compiled, with the objects that they read.

use std::sync::Arc;

use serde_json::Value;

use super::files::{FileError, Manifest};
use super::policies::{exemptions, policies};
use crate::names;
use crate::policy::{LoadError, Member, admit, kept_fields};
use crate::snapshot::{Change, Snapshot};

/// Adds the Policies and Exemptions among manifests, and the objects among them
/// that policies read as inventory.
///
/// # Errors
/// When one does not fit its schema, does not compile or fails a case of its own.
pub(super) fn put(snapshot: &mut Snapshot, manifests: &[Manifest]) -> Result<(), FileError> {
    for policy in policies(manifests)? {
        let name = policy.metadata.name.clone().unwrap_or_default();
        let enforced =
            admit(&name, &policy.spec).map_err(|errors| not_compiled(manifests, &name, &errors))?;
        snapshot.apply(Change::Policy(Member::Enforced(Arc::new(enforced))));
    }
    for exemption in exemptions(manifests)? {
        let name = exemption.metadata.name.unwrap_or_default();
        snapshot.apply(Change::Exemption { name, spec: Box::new(exemption.spec) });
    }
    keep_inventory(snapshot, manifests);
    Ok(())
}

/// Where the first error stands: in a file the Rego is part of the manifest.
fn not_compiled(manifests: &[Manifest], name: &str, errors: &[LoadError]) -> FileError {
    let Some(error) = errors.first() else {
        return FileError::Schema { location: String::new(), message: name.to_owned() };
    };
    let ours = manifests.iter().find(|manifest| {
        manifest.group() == names::GROUP
            && manifest.kind() == "Policy"
            && manifest.object.pointer("/metadata/name").and_then(Value::as_str) == Some(name)
    });
    let location = ours.map(|manifest| manifest.locate(&error.file)).unwrap_or_default();
    let mut message = format!("Policy {name}: {error}");
    if !error.text.trim().is_empty() {
        message = format!("{message}: `{}`", error.text.trim());
    }
    FileError::Schema { location, message }
}

/// Objects among the manifests that policies read count as existing.
fn keep_inventory(snapshot: &mut Snapshot, manifests: &[Manifest]) {
    let wanted = snapshot.inventory().wanted().clone();
    for (kind, fields) in &wanted.kinds {
        let of_kind = |manifest: &&Manifest| {
            let text = |field: &str| manifest.object.get(field).and_then(Value::as_str);
            text("apiVersion") == Some(&kind.api_version()) && text("kind") == Some(&kind.kind)
        };
        for manifest in manifests.iter().filter(of_kind) {
            let text = |pointer| {
                manifest.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
            };
            snapshot.apply(Change::Inventory {
                kind: kind.clone(),
                namespace: text("/metadata/namespace").to_owned(),
                name: text("/metadata/name").to_owned(),
                fields: Some(Box::new(kept_fields(&manifest.object, fields))),
            });
        }
        snapshot.apply(Change::InventorySynced { kind: kind.clone(), synced: true });
    }
}
