//! `PersistentVolumeClaim`.

use serde_json::Value;

use super::source;
use crate::document::child;
use crate::isolation::{Caller, Change, Context, Findings, Operation, known, read};
use crate::names::Reason;

const CLASS_RULE: &str = "storage/class";
const BINDING_RULE: &str = "storage/binding";

/// The annotation that `spec.storageClassName` replaced. The volume controller
/// still reads it **first**.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
const ANNOTATED_CLASS: [&str; 3] = ["metadata", "annotations", CLASS_ANNOTATION];

/// Judges a `PersistentVolumeClaim` or a `VolumeSnapshot`; says nothing about any
/// other kind.
///
/// Lessor passes. Platform controllers are judged, because the StatefulSet
/// controller makes claims of what tenants wrote; what they may do beside is
/// to name the bound volume.
///
/// A stored claim must name its class. The `DefaultStorageClass` plugin has
/// filled it in before any webhook runs, so a claim that still names none
/// lives in a cluster without a default class, where it would bind any
/// available volume that has none either.
pub fn judge(ctx: &Context, change: &Change, out: &mut Findings) {
    let writes = matches!(change.operation, Operation::Create | Operation::Update);
    let Some(new) = change.new.filter(|_| {
        writes && change.caller != Caller::Lessor && !read::only_releases_finalizers(change)
    }) else {
        return;
    };
    match (change.group, change.resource, change.subresource) {
        ("", "persistentvolumeclaims", "") => judge_claim(ctx, change, new, out),
        ("snapshot.storage.k8s.io", "volumesnapshots", "") => source::judge_snapshot(new, out),
        _ => {}
    }
}

fn judge_claim(ctx: &Context, change: &Change, new: &Value, out: &mut Findings) {
    if change.old.is_some_and(|old| chooses_alike(old, new)) {
        return;
    }
    let spec = read::at(new, &["spec"]).unwrap_or(&Value::Null);
    judge_fields(ctx, spec, "spec", out);
    if let Some(class) = read::at(new, &ANNOTATED_CLASS) {
        let field = child("metadata.annotations", CLASS_ANNOTATION);
        judge_class(ctx, class, field, out);
    } else if read::at(spec, &["storageClassName"]).is_none() {
        forbid_class(ctx, "spec.storageClassName".to_owned(), out);
    }
    let bound =
        |object: &Value| read::text(object, &["spec", "volumeName"]).unwrap_or_default().to_owned();
    let binder = change.caller == Caller::Platform && change.operation == Operation::Update;
    if !binder && change.old.map_or_else(String::new, bound) != bound(new) {
        forbid_binding("spec.volumeName".to_owned(), out);
    }
}

/// Whether an update leaves everything alone that decides which volume is
/// bound. A claim that is older than its tenant, or than the class as it is
/// now, can then still be resized and deleted; binding it is judged in full.
fn chooses_alike(old: &Value, new: &Value) -> bool {
    let choice = |object: &Value| {
        let mut spec = read::at(object, &["spec"]).cloned().unwrap_or_default();
        if let Some(fields) = spec.as_object_mut() {
            fields.remove("resources");
        }
        (spec, read::at(object, &ANNOTATED_CLASS).cloned())
    };
    choice(old) == choice(new)
}

/// Judges the spec of a claim that is made later, under the given path: an
/// ephemeral volume's `volumeClaimTemplate.spec` or an item of
/// `volumeClaimTemplates`. It may leave its class out, which is filled in when
/// the claim is made and judged then, but only where the class of the tenant
/// allows any storage at all.
pub fn judge_claim_spec(ctx: &Context, spec: &Value, root: &str, out: &mut Findings) {
    judge_fields(ctx, spec, root, out);
    if read::at(spec, &["storageClassName"]).is_none() && ctx.class.storage_classes.is_empty() {
        forbid_class(ctx, child(root, "storageClassName"), out);
    }
    if !read::is_unset(spec.get("volumeName")) {
        forbid_binding(child(root, "volumeName"), out);
    }
}

/// What holds for a claim and for a template of one.
fn judge_fields(ctx: &Context, spec: &Value, root: &str, out: &mut Findings) {
    known::unknown_fields(spec, known::CLAIM_SPEC, root, "storage/claim", out);
    if let Some(class) = read::at(spec, &["storageClassName"]) {
        judge_class(ctx, class, child(root, "storageClassName"), out);
    }
    if read::at(spec, &["selector"]).is_some() {
        forbid_binding(child(root, "selector"), out);
    }
    source::judge(ctx, spec, root, out);
}

/// The empty class is a class of its own: it binds volumes that have none.
fn judge_class(ctx: &Context, class: &Value, field: String, out: &mut Findings) {
    let listed =
        class.as_str().is_some_and(|name| ctx.class.storage_classes.iter().any(|c| c == name));
    if !listed || class.as_str() == Some("") {
        forbid_class(ctx, field, out);
    }
}

fn forbid_class(ctx: &Context, field: String, out: &mut Findings) {
    let message = if ctx.class.storage_classes.is_empty() {
        "the class allows no storage; `spec.storageClasses` of the TenantClass allows it."
            .to_owned()
    } else {
        format!("name one of the storage classes {}.", ctx.class.storage_classes.join(", "))
    };
    out.violation(CLASS_RULE, Reason::StorageClassForbidden, field, message);
}

fn forbid_binding(field: String, out: &mut Findings) {
    out.violation(
        BINDING_RULE,
        Reason::VolumeBindingForbidden,
        field,
        "a claim may not choose an existing volume, which may hold another tenant's data; leave the field out to have a new volume made.",
    );
}

#[cfg(test)]
#[path = "claim_tests.rs"]
mod tests;
