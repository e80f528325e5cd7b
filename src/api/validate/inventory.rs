//! The inventory of a Policy.

use super::errors::{Errors, listed};
use super::matching::is_kind;
use crate::api::policy::{InventoryKind, PolicyInventory};
use crate::api::syntax::is_dns_subdomain;
use crate::document::FieldPath;

/// Keeps the whole object.
const WHOLE: &str = "*";

pub(super) fn check(inventory: &PolicyInventory, errors: &mut Errors) {
    for (i, kept) in inventory.kinds.iter().enumerate() {
        let field = format!("spec.inventory.kinds[{i}]");
        if inventory.kinds[..i].iter().any(|k| k.group == kept.group && k.kind == kept.kind) {
            errors.invalid(&field, format!("`{}` is listed twice; join the fields", kept.kind));
        }
        kind(&field, kept, errors);
    }
    for (i, index) in inventory.indexes.iter().enumerate() {
        let field = format!("spec.inventory.indexes[{i}]");
        let named = inventory.kinds.iter().filter(|kept| kept.kind == index.kind).count();
        if named == 0 {
            errors.invalid(
                format!("{field}.kind"),
                format!(
                    "`{}` is not in inventory.kinds; there: {}",
                    index.kind,
                    listed(inventory.kinds.iter().map(|kept| &kept.kind))
                ),
            );
        } else if named > 1 {
            errors.invalid(
                format!("{field}.kind"),
                format!("`{}` of which group? keep one of them in inventory.kinds", index.kind),
            );
        }
        if let Err(error) = FieldPath::parse(&index.path) {
            errors.invalid(format!("{field}.path"), format!("`{}` {error}", index.path));
        }
        if !is_identifier(&index.name) {
            errors.invalid(
                format!("{field}.as"),
                format!("`{}` is not an identifier: small letters, digits and `_`, a letter first, at most 63", index.name),
            );
        }
        if inventory.indexes[..i].iter().any(|earlier| earlier.name == index.name) {
            errors.invalid(format!("{field}.as"), format!("`{}` is used twice", index.name));
        }
    }
}

fn kind(field: &str, kept: &InventoryKind, errors: &mut Errors) {
    if !kept.group.is_empty() && !is_dns_subdomain(&kept.group) {
        errors.invalid(
            format!("{field}.group"),
            format!("`{}` is not an API group such as `networking.k8s.io`", kept.group),
        );
    }
    let version = kept.version.strip_prefix('v').unwrap_or_default();
    if !version.starts_with(|c: char| c.is_ascii_digit())
        || !version.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    {
        errors.invalid(
            format!("{field}.version"),
            format!("`{}` is not an API version such as `v1`", kept.version),
        );
    }
    if !is_kind(&kept.kind) {
        errors.invalid(
            format!("{field}.kind"),
            format!("`{}` is not a kind such as `Ingress`; one entry for each kind", kept.kind),
        );
    }
    for (i, path) in kept.fields.iter().enumerate() {
        let at = format!("{field}.fields[{i}]");
        if kept.group.is_empty() && kept.kind == "Secret" && holds_secrets(path) {
            errors.invalid(at, "the contents of Secrets are not kept; `type` and metadata are");
        } else if path == WHOLE {
            if kept.fields.len() > 1 {
                errors.invalid(at, "`*` keeps the whole object; it stands alone");
            }
        } else if let Err(error) = FieldPath::parse(path) {
            errors.invalid(at, format!("`{path}` {error}"));
        }
    }
}

fn holds_secrets(path: &str) -> bool {
    let first = path.split(['.', '[']).next().unwrap_or_default();
    path == WHOLE || ["data", "stringData"].contains(&first)
        // An applied Secret repeats its data in an annotation.
        || path == "metadata"
        || path.starts_with("metadata.annotations")
}

fn is_identifier(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
