//! Objects that Lessor keeps in tenants' namespaces.

use super::types::{FloorPolicy, Validation, Variable};
use crate::api::PlatformController;
use crate::names::{self, Reason};
use crate::rules::cel::{
    NO_NEW_FINALIZERS, SAME_METADATA, SUBRESOURCE, administers, caller_is, quoted,
};
use crate::rules::conditions::{self as on, Condition};
use crate::rules::table::{Operation, Reach};

/// Judged on the label before **or** after, so that stripping it frees nothing
/// and adding it gains nothing. A Namespace that is being deleted is emptied by
/// the platform; that its last Pod goes before its policies is the webhook's to
/// see to, because a policy cannot count.
pub(super) const POLICY: FloorPolicy = FloorPolicy {
    name: names::FLOOR_MANAGED,
    rows: &["managed-core", "managed-network", "managed-rbac", "managed-quota-status"],
    operations: &[Operation::Create, Operation::Update, Operation::Delete],
    reach: Reach::Tenants,
    conditions: &[on::NOT_LESSOR, IS_MANAGED, on::NOT_QUOTA_STATUS_BY_CONTROLLER],
    variables: &[
        Variable {
            name: "before",
            expression: |_| format!("request.operation != 'CREATE' && {}", labelled("oldObject")),
        },
        Variable { name: "administrator", expression: |_| administers() },
    ],
    validations: &[
        Validation {
            reason: Reason::ManagedObjectProtected,
            sentence: PROTECTED,
            expression: |_| {
                format!(
                    "!(request.operation == 'UPDATE' && variables.before) || {} \
                     || variables.administrator",
                    releases_finalizers()
                )
            },
        },
        Validation {
            reason: Reason::ManagedObjectProtected,
            sentence: PROTECTED,
            expression: |_| {
                format!(
                    "!(request.operation == 'DELETE' && variables.before) \
                     || ({} && namespaceObject.metadata.?deletionTimestamp.hasValue()) \
                     || variables.administrator",
                    caller_is(&CLEANERS, &[])
                )
            },
        },
        Validation {
            reason: Reason::ReservedKeyForbidden,
            sentence: "the label lessor.io/managed is written by Lessor only; leave it out.",
            expression: |_| {
                "request.operation == 'DELETE' || variables.before || variables.administrator"
                    .into()
            },
        },
    ],
};

const PROTECTED: &str =
    "Lessor owns this object; change the Tenant it is made from, or ask an administrator.";

const IS_MANAGED: Condition = Condition {
    name: "is-managed",
    expression: |_| format!("[object, oldObject].exists(o, o != null && {})", labelled("o")),
};

/// Those that empty a Namespace that is being deleted.
const CLEANERS: [PlatformController; 2] =
    [PlatformController::Namespace, PlatformController::GarbageCollector];

/// Every field beside metadata that the managed kinds have.
const FIELDS: [&str; 10] = [
    "automountServiceAccountToken",
    "data",
    "imagePullSecrets",
    "immutable",
    "roleRef",
    "rules",
    "secrets",
    "spec",
    "subjects",
    "type",
];

fn labelled(object: &str) -> String {
    format!(
        "{object}.metadata.?labels[?{}].orValue('') == {}",
        quoted(names::MANAGED_LABEL),
        quoted(names::TRUE)
    )
}

/// The garbage collector takes its own finalizers back and changes nothing else.
fn releases_finalizers() -> String {
    // Not every kind has every field, so that a type would be in the way.
    let same = FIELDS.map(|field| format!("dyn(object).?{field} == dyn(oldObject).?{field}"));
    format!(
        "({} && {SUBRESOURCE} == '' && {SAME_METADATA} && {NO_NEW_FINALIZERS} && {})",
        caller_is(&CLEANERS, &[]),
        same.join(" && ")
    )
}
