//! Volumes that hold a tenant's data.

use super::types::{FloorPolicy, Validation, Variable};
use crate::names::{self, Reason};
use crate::rules::cel::{administers, quoted};
use crate::rules::conditions::{self as on, Condition};
use crate::rules::table::{Operation, Reach};

/// A volume that is labelled for a tenant stays with the claim it has: neither
/// another claim nor none, which would give it to the next that asks. A first
/// claim is for the webhook to judge, because no policy knows whose the claim's
/// namespace is.
pub(super) const POLICY: FloorPolicy = FloorPolicy {
    name: names::FLOOR_VOLUMES,
    rows: &["volumes"],
    operations: &[Operation::Update],
    reach: Reach::Everywhere,
    conditions: &[on::NOT_LESSOR, IS_LABELLED],
    variables: &[Variable { name: "administrator", expression: |_| administers() }],
    validations: &[
        Validation {
            reason: Reason::VolumeBindingForbidden,
            sentence: "this volume holds a tenant's data and stays with its claim; an administrator may release it.",
            expression: |_| keeps_claim(),
        },
        Validation {
            reason: Reason::TenantIdentityMismatch,
            sentence: "the tenant of a volume is recorded by Lessor or an administrator; leave the label lessor.io/tenant as it is.",
            expression: |_| {
                format!("{} == {} || variables.administrator", label("object"), label("oldObject"))
            },
        },
    ],
};

const IS_LABELLED: Condition =
    Condition { name: "is-labelled", expression: |_| format!("{} != ''", label("oldObject")) };

/// A UID that is filled in later belongs to the claim that was always meant.
fn keeps_claim() -> String {
    let part = |object: &str, name: &str| format!("{object}.spec.?claimRef.?{name}.orValue('')");
    let same = |name: &str| format!("{} == {}", part("object", name), part("oldObject", name));
    format!(
        "{} == '' || ({} && {} && ({} == '' || {})) || variables.administrator",
        part("oldObject", "name"),
        same("namespace"),
        same("name"),
        part("oldObject", "uid"),
        same("uid"),
    )
}

fn label(object: &str) -> String {
    format!("{object}.metadata.?labels[?{}].orValue('')", quoted(names::TENANT_LABEL))
}
