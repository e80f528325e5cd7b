//! Everything of RBAC that is installed.

use serde_json::Value;

use super::{system, tenants};
use crate::rules::install::Install;

/// ServiceAccounts, Roles, `ClusterRoles` and their bindings, in the order in
/// which they can be applied.
pub(in crate::rules) fn objects(install: &Install) -> Vec<Value> {
    let mut objects = tenants::objects();
    objects.extend(system::objects(install));
    objects
}
