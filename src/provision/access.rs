//! Members' access and the `default` ServiceAccount.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::object::{Kind, Object, ObjectKey};
use crate::api::{SubjectKind, ValidMember, ValidTenant};
use crate::names;

const RBAC_GROUP: &str = "rbac.authorization.k8s.io";

/// One RoleBinding a ClusterRole, named by the role's hash: a `roleRef` cannot
/// be changed, so another role is another object.
pub(super) fn render_members(tenant: &ValidTenant, namespace: &str) -> Vec<Object> {
    let mut by_role: BTreeMap<&str, Vec<&ValidMember>> = BTreeMap::new();
    for member in &tenant.members {
        by_role.entry(&member.cluster_role).or_default().push(member);
    }
    by_role
        .into_iter()
        .map(|(role, mut members)| {
            members.sort_by(|a, b| {
                (a.kind, &a.namespace, &a.name).cmp(&(b.kind, &b.namespace, &b.name))
            });
            let mut subjects: Vec<Value> = members.into_iter().map(subject).collect();
            subjects.dedup();
            let key = ObjectKey::new(Kind::RoleBinding, namespace, binding_name(role));
            let fields = json!({
                "metadata": {"annotations": {names::DESCRIPTION_ANNOTATION: role}},
                "roleRef": {"apiGroup": RBAC_GROUP, "kind": "ClusterRole", "name": role},
                "subjects": subjects,
            });
            super::render::managed(key, &tenant.name, fields)
        })
        .collect()
}

/// Name of the RoleBinding of a ClusterRole.
#[must_use]
pub fn binding_name(cluster_role: &str) -> String {
    let digest = super::secrets::hex(&Sha256::digest(cluster_role)[..8]);
    format!("{}{digest}", names::MEMBERS_PREFIX)
}

fn subject(member: &ValidMember) -> Value {
    match member.kind {
        SubjectKind::ServiceAccount => json!({
            "kind": member.kind.as_str(),
            "name": member.name,
            "namespace": member.namespace,
        }),
        SubjectKind::User | SubjectKind::Group => json!({
            "apiGroup": RBAC_GROUP,
            "kind": member.kind.as_str(),
            "name": member.name,
        }),
    }
}

/// The one field of the `default` ServiceAccount that Lessor owns. The account
/// is made by the platform, whose write Lessor's webhook lets pass.
pub(super) fn render_default_account(namespace: &str) -> Object {
    let key = ObjectKey::new(Kind::ServiceAccount, namespace, "default");
    super::render::object(key, json!({"automountServiceAccountToken": false}))
}
