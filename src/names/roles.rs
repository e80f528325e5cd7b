//! The roles that are shipped for tenants.

/// What the roles `admin`, `edit` and `view` of a Tenant stand for, in this order.
pub const TENANT_ROLES: [&str; 3] =
    ["lessor-tenant-admin", "lessor-tenant-edit", "lessor-tenant-view"];

/// The ClusterRole that a role of a Tenant stands for: one of
/// [`TENANT_ROLES`], or the one of that name.
#[must_use]
pub fn cluster_role(role: &str) -> &str {
    let [admin, edit, view] = TENANT_ROLES;
    match role {
        "admin" => admin,
        "edit" => edit,
        "view" => view,
        other => other,
    }
}
