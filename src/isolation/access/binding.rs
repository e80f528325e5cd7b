//! RoleBinding.

use serde_json::Value;

use super::judge::RBAC;
use crate::api::{SubjectKind, is_unbindable};
use crate::isolation::{Context, Findings, known, read};
use crate::names::{self, Reason};

const RULE: &str = "access/role-binding";

/// Prefix of the names that the API server gives out itself: a ServiceAccount
/// as a user, all ServiceAccounts, everybody who is logged in.
const SYSTEM_PREFIX: &str = "system:";

pub(super) fn judge(ctx: &Context, binding: &Value, out: &mut Findings) {
    known::unknown_fields(binding, known::ROLE_BINDING, "", RULE, out);
    judge_role_ref(ctx, binding, out);
    match read::at(binding, &["subjects"]) {
        None => {}
        Some(Value::Array(subjects)) => {
            for (i, subject) in subjects.iter().enumerate() {
                let field = format!("subjects[{i}]");
                known::unknown_fields(subject, known::SUBJECT, &field, RULE, out);
                if !is_own(ctx, subject) {
                    forbid_subject(field, out);
                }
            }
        }
        Some(_) => forbid_subject("subjects".to_owned(), out),
    }
}

/// A subject is a ServiceAccount of the tenant, or somebody the Tenant lists.
/// Compared by kind, namespace and name together, never by a prefix.
fn is_own(ctx: &Context, subject: &Value) -> bool {
    let kind = read::text(subject, &["kind"]).unwrap_or_default();
    let Some(name) = read::text(subject, &["name"]).filter(|name| !name.is_empty()) else {
        return false;
    };
    let namespace = read::text(subject, &["namespace"]);
    if kind == SubjectKind::ServiceAccount.as_str() && namespace.is_some_and(|ns| ctx.owns(ns)) {
        return true;
    }
    !name.starts_with(SYSTEM_PREFIX)
        && ctx.tenant.members.iter().any(|member| {
            member.kind.as_str() == kind
                && member.name == name
                && member.namespace.as_deref() == namespace
        })
}

fn forbid_subject(field: String, out: &mut Findings) {
    out.violation(
        RULE,
        Reason::RoleBindingSubjectForbidden,
        field,
        "a subject is a ServiceAccount in a namespace of this tenant, or a User or Group in `spec.members` of the Tenant; names that begin with `system:` are never allowed.",
    );
}

fn judge_role_ref(ctx: &Context, binding: &Value, out: &mut Findings) {
    let Some(role) = read::at(binding, &["roleRef"]) else {
        return forbid_role(ctx, "roleRef", out);
    };
    known::unknown_fields(role, known::ROLE_REF, "roleRef", RULE, out);
    let group = read::at(role, &["apiGroup"]);
    if group.is_some_and(|group| group.as_str() != Some(RBAC)) {
        forbid_role(ctx, "roleRef.apiGroup", out);
    }
    match read::text(role, &["kind"]) {
        Some("Role") => {}
        Some("ClusterRole") => {
            let name = read::text(role, &["name"]).unwrap_or_default();
            let listed = ctx.class.roles.iter().any(|role| names::cluster_role(role) == name);
            if !listed || is_unbindable(name) {
                forbid_role(ctx, "roleRef.name", out);
            }
        }
        _ => forbid_role(ctx, "roleRef.kind", out),
    }
}

fn forbid_role(ctx: &Context, field: &str, out: &mut Findings) {
    let roles: Vec<&str> = ctx.class.roles.iter().map(|role| names::cluster_role(role)).collect();
    out.violation(
        RULE,
        Reason::RoleRefForbidden,
        field,
        format!(
            "a Role of this namespace may be bound, or one of the ClusterRoles {}; `spec.roles` of the TenantClass allows more.",
            roles.join(", ")
        ),
    );
}
