//! What a new volume is filled with.

use serde_json::Value;

use crate::document::child;
use crate::isolation::{Context, Findings, known, read};
use crate::names::Reason;

const RULE: &str = "storage/data-source";

/// Judges `dataSource` and `dataSourceRef` (KEP-1495, KEP-3294) of a claim: a
/// claim or snapshot of the tenant's own, or a kind that the class allows.
/// Any other kind is a populator's, which works with the populator's rights.
pub(super) fn judge(ctx: &Context, spec: &Value, root: &str, out: &mut Findings) {
    let tables = [("dataSource", known::DATA_SOURCE), ("dataSourceRef", known::DATA_SOURCE_REF)];
    for (name, table) in tables {
        let Some(reference) = read::at(spec, &[name]) else { continue };
        let field = child(root, name);
        known::unknown_fields(reference, table, &field, RULE, out);
        let group = read::text(reference, &["apiGroup"]).unwrap_or_default();
        let kind = read::text(reference, &["kind"]).unwrap_or_default();
        let own_kind = matches!(
            (group, kind),
            ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
        );
        let allowed = |entry: &crate::api::ApiGroupKinds| {
            entry.group == group && entry.kinds.iter().any(|k| k == kind)
        };
        if !own_kind && !ctx.class.allowed_kinds.iter().any(allowed) {
            forbid(child(&field, "kind"), out);
        }
        let namespace = read::at(reference, &["namespace"]);
        if namespace.is_some_and(|name| {
            !name.as_str().is_some_and(|name| name.is_empty() || ctx.owns(name))
        }) {
            forbid(child(&field, "namespace"), out);
        }
    }
}

fn forbid(field: String, out: &mut Findings) {
    out.violation(
        RULE,
        Reason::CrossNamespaceDataSource,
        field,
        "a volume may be filled from a PersistentVolumeClaim or VolumeSnapshot in the tenant's own namespaces, or from a kind in `spec.allowedKinds` of the TenantClass.",
    );
}

/// Judges a `VolumeSnapshot`: one that names a content by itself would restore
/// whatever that content holds.
pub(super) fn judge_snapshot(snapshot: &Value, out: &mut Findings) {
    if !read::is_unset(read::at(snapshot, &["spec", "source", "volumeSnapshotContentName"])) {
        out.violation(
            "storage/snapshot",
            Reason::VolumeBindingForbidden,
            "spec.source.volumeSnapshotContentName",
            "a snapshot may not choose an existing content, which may hold another tenant's data; name a claim in `persistentVolumeClaimName`.",
        );
    }
}
