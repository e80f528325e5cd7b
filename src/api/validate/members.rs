//! Who may work in the namespaces.

use super::errors::{Errors, listed, unique};
use crate::api::syntax::is_dns_subdomain;
use crate::api::tenant::{Member, SubjectKind};
use crate::api::tenant_class::TenantClassSpec;
use crate::api::valid::ValidMember;
use crate::names::{self, Reason};

/// Whether a ClusterRole can be given to nobody, even if a class lists it:
/// these reach beyond any namespace or are the API server's own.
#[must_use]
pub fn is_unbindable(role: &str) -> bool {
    role == "cluster-admin" || role.starts_with("system:")
}

/// Reads the members; each is listed once.
pub(super) fn read(
    members: &[Member],
    own: &[String],
    class: &TenantClassSpec,
    errors: &mut Errors,
) -> Vec<ValidMember> {
    let mut valid = Vec::with_capacity(members.len());
    for (index, member) in members.iter().enumerate() {
        let field = format!("spec.members[{index}]");
        let before = errors.count();
        check_role(&field, &member.role, class, errors);
        check_subject(&field, member, own, errors);
        if errors.count() > before {
            continue;
        }
        valid.push(ValidMember {
            role: member.role.clone(),
            cluster_role: names::cluster_role(&member.role).to_owned(),
            kind: member.kind,
            name: member.name.clone(),
            namespace: member.namespace.clone(),
        });
    }
    unique(valid)
}

fn check_role(field: &str, role: &str, class: &TenantClassSpec, errors: &mut Errors) {
    let allowed = || class.roles.iter().filter(|role| !is_unbindable(role));
    if !allowed().any(|listed| listed == role) {
        errors.push(
            format!("{field}.role"),
            Reason::EscalationForbidden,
            format!("the class does not allow role `{role}`; allowed: {}", listed(allowed())),
        );
    }
}

fn check_subject(field: &str, member: &Member, own: &[String], errors: &mut Errors) {
    match (member.kind, member.namespace.as_deref()) {
        (SubjectKind::ServiceAccount, None) => {
            errors.invalid(format!("{field}.namespace"), "a ServiceAccount needs its namespace");
        }
        (SubjectKind::ServiceAccount, Some(namespace)) => {
            if !own.iter().any(|name| name == namespace) {
                errors.push(
                    format!("{field}.namespace"),
                    Reason::RoleBindingSubjectForbidden,
                    format!(
                        "ServiceAccounts of `{namespace}` cannot be members; allowed: those of {}",
                        listed(own)
                    ),
                );
            }
            if !is_dns_subdomain(&member.name) {
                errors.invalid(
                    format!("{field}.name"),
                    format!("`{}` is not the name of a ServiceAccount", member.name),
                );
            }
        }
        (kind, namespace) => {
            if namespace.is_some() {
                errors.invalid(
                    format!("{field}.namespace"),
                    format!("a {} has no namespace; remove it", kind.as_str()),
                );
            }
            check_user_or_group(field, member, errors);
        }
    }
}

/// `system:` names are the API server's own: everyone who is authenticated, all
/// ServiceAccounts of a namespace, nodes, control plane components. Among them
/// is `system:serviceaccount:<namespace>:<name>`, a ServiceAccount spelled as a User.
fn check_user_or_group(field: &str, member: &Member, errors: &mut Errors) {
    let name = member.name.as_str();
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        errors.invalid(format!("{field}.name"), "a name of printable characters is required");
    }
    if name.starts_with("system:") {
        errors.push(
            format!("{field}.name"),
            Reason::RoleBindingSubjectForbidden,
            format!(
                "`{name}` is an identity of Kubernetes itself; name a person or group of your identity provider, or a ServiceAccount of the tenant by kind, namespace and name"
            ),
        );
    }
}
