//! Whose a Namespace is, and its Pod Security level.

use super::types::{FloorPolicy, Validation, Variable};
use crate::names::{self, Reason};
use crate::rules::cel::{administers, quoted};
use crate::rules::conditions as on;
use crate::rules::install::Install;
use crate::rules::table::{Operation, Reach};

/// Judged on the labels **before** the request, so that a request that drops or
/// moves them frees nothing; by the main resource, `status` and `finalize`
/// (CVE-2026-30963, CVE-2026-55636). DELETE is free: a retained Namespace may
/// always go, and only the webhook knows which are.
pub(super) const POLICY: FloorPolicy = FloorPolicy {
    name: names::FLOOR_NAMESPACES,
    rows: &["namespaces"],
    operations: &[Operation::Create, Operation::Update],
    reach: Reach::Everywhere,
    conditions: &[on::NOT_LESSOR],
    variables: &[
        Variable { name: "labels", expression: |_| "object.metadata.?labels.orValue({})".into() },
        Variable {
            name: "annotations",
            expression: |_| "object.metadata.?annotations.orValue({})".into(),
        },
        Variable { name: "oldLabels", expression: |_| before("labels") },
        Variable { name: "oldAnnotations", expression: |_| before("annotations") },
        Variable {
            name: "claimed",
            expression: |_| format!("variables.oldLabels[?{}].orValue('') != ''", tenant()),
        },
        Variable {
            name: "touched",
            expression: |_| {
                format!(
                    "{} || {} || {} || {}",
                    gained("labels", "oldLabels", names::KEY_PREFIX),
                    gained("annotations", "oldAnnotations", names::KEY_PREFIX),
                    lost("labels", "oldLabels", names::KEY_PREFIX),
                    lost("annotations", "oldAnnotations", names::KEY_PREFIX),
                )
            },
        },
        Variable { name: "administrator", expression: |_| administers() },
    ],
    validations: &[
        Validation {
            reason: Reason::SystemNamespaceProtected,
            sentence: "no Tenant can own a Namespace of the cluster or of Lessor; leave lessor.io keys out.",
            expression: |install| {
                format!(
                    "!(object.metadata.name in [{}] && ({} || {}))",
                    system(install),
                    gained("labels", "oldLabels", names::KEY_PREFIX),
                    gained("annotations", "oldAnnotations", names::KEY_PREFIX),
                )
            },
        },
        Validation {
            reason: Reason::NamespaceForeign,
            sentence: "this Namespace is held by a Tenant; it changes hands only after its Tenant lets go of it.",
            expression: |_| {
                let tenant = tenant();
                format!(
                    "!(variables.claimed && variables.labels[?{tenant}].orValue('') != '' \
                     && variables.labels[?{tenant}] != variables.oldLabels[?{tenant}]) \
                     || variables.administrator"
                )
            },
        },
        Validation {
            reason: Reason::NamespaceIdentityImmutable,
            sentence: "lessor.io keys of a tenant's Namespace are written by Lessor only; send them as they are.",
            expression: |_| {
                "!(variables.claimed && variables.touched) || variables.administrator".into()
            },
        },
        Validation {
            reason: Reason::NamespaceNotAdoptable,
            sentence: "Namespaces of a Tenant are created by Lessor; list the name in spec.namespaces of the Tenant, or have an administrator adopt an existing one with the annotation lessor.io/adopt.",
            expression: |_| {
                "!(!variables.claimed && variables.touched) || variables.administrator".into()
            },
        },
        Validation {
            reason: Reason::PodSecurityLevelManaged,
            sentence: "the Pod Security level comes from the Tenant; set spec.isolation.podSecurity there.",
            expression: |_| {
                format!(
                    "!(variables.claimed && ({} || {})) || variables.administrator",
                    gained("labels", "oldLabels", names::POD_SECURITY_PREFIX),
                    lost("labels", "oldLabels", names::POD_SECURITY_PREFIX),
                )
            },
        },
        Validation {
            reason: Reason::OwnerReferenceForbidden,
            sentence: "a tenant's Namespace has no owners, and no Namespace is owned by a kind of Lessor: it would be deleted with its owner; leave the reference out.",
            expression: |_| owners(),
        },
    ],
};

/// Not even an administrator ties a Namespace to a kind of Lessor: installing
/// the CRD anew would delete every tenant's data (CVE-2022-46167, CVE-2025-55205).
fn owners() -> String {
    format!(
        "object.metadata.?ownerReferences.orValue([]).all(r, \
         (request.operation != 'CREATE' \
         && r in oldObject.metadata.?ownerReferences.orValue([])) \
         || (!(r.apiVersion.startsWith({}) || r.apiVersion.contains({})) \
         && (!variables.claimed || variables.administrator)))",
        quoted(names::KEY_PREFIX),
        quoted(&format!(".{}", names::KEY_PREFIX)),
    )
}

fn tenant() -> String {
    quoted(names::TENANT_LABEL)
}

fn before(which: &str) -> String {
    format!("request.operation == 'CREATE' ? {{}} : oldObject.metadata.?{which}.orValue({{}})")
}

/// Some key with the prefix is new or has another value.
fn gained(new: &str, old: &str, prefix: &str) -> String {
    format!(
        "variables.{new}.exists(k, k.startsWith({}) \
         && !(k in variables.{old} && variables.{old}[k] == variables.{new}[k]))",
        quoted(prefix)
    )
}

/// Some key with the prefix is gone.
fn lost(new: &str, old: &str, prefix: &str) -> String {
    format!(
        "variables.{old}.exists(k, k.startsWith({}) && !(k in variables.{new}))",
        quoted(prefix)
    )
}

fn system(install: &Install) -> String {
    let own = [install.namespace.as_str(), install.secret_source_namespace.as_str()];
    let all = names::SYSTEM_NAMESPACES.into_iter().chain(own).map(quoted);
    all.collect::<Vec<_>>().join(", ")
}
