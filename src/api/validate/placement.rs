//! Pod Security, node pool and `RuntimeClass`.

use super::errors::{Errors, listed};
use crate::api::common::PodSecurityLevel;
use crate::api::tenant_class::{NodePool, TenantClassSpec};
use crate::names::Reason;

/// The level that is asked for, else the class's default; never below the minimum.
pub(super) fn pod_security(
    wanted: Option<PodSecurityLevel>,
    class: &TenantClassSpec,
    errors: &mut Errors,
) -> PodSecurityLevel {
    let floor = class.pod_security.minimum;
    let level = wanted.unwrap_or(class.pod_security.default);
    if level < floor {
        errors.push(
            "spec.isolation.podSecurity",
            Reason::PodSecurityLevelManaged,
            format!(
                "`{}` is below the class's minimum; allowed: `{}`",
                level.as_str(),
                floor.as_str()
            ),
        );
    }
    level.max(floor)
}

/// The pool that is asked for, else the class's default.
pub(super) fn node_pool(
    wanted: Option<&str>,
    class: &TenantClassSpec,
    errors: &mut Errors,
) -> Option<NodePool> {
    let name = wanted.or(class.default_node_pool.as_deref())?;
    let pool = class.node_pool(name);
    if pool.is_none() {
        errors.push(
            "spec.isolation.nodePool",
            Reason::SchedulingForbidden,
            format!(
                "the class has no node pool `{name}`; allowed: {}",
                listed(class.node_pools.iter().map(|pool| &pool.name))
            ),
        );
    }
    pool.cloned()
}

/// The `RuntimeClass` that is asked for, else the class's default.
pub(super) fn runtime_class(
    wanted: Option<&str>,
    class: &TenantClassSpec,
    errors: &mut Errors,
) -> Option<String> {
    let name = wanted.or(class.default_runtime_class.as_deref())?;
    if !class.runtime_classes.iter().any(|allowed| allowed == name) {
        errors.push(
            "spec.isolation.runtimeClassName",
            Reason::SchedulingForbidden,
            format!(
                "the class does not allow RuntimeClass `{name}`; allowed: {}",
                listed(&class.runtime_classes)
            ),
        );
        return None;
    }
    Some(name.to_owned())
}
