//! Labels of nodes that a Pod may ask for.

use serde_json::Value;

use super::refuse;
use crate::document::Field;
use crate::isolation::{Context, Findings};

/// Key that names one node.
const HOSTNAME: &str = "kubernetes.io/hostname";
/// Keys that name control-plane and other special nodes.
const ROLE_PREFIX: &str = "node-role.kubernetes.io/";

/// What a node label means to a tenant.
pub(super) enum Key<'a> {
    /// Any value, by any operator.
    Free,
    /// A label of the tenant's own pool: only this value.
    Own(&'a str),
    /// A label of another pool or of special nodes: only to stay away from.
    Foreign,
    /// Names a single node: not at all.
    Node,
}

/// What a node label means to the tenant.
pub(super) fn key<'a>(ctx: &Context<'a>, key: &str) -> Key<'a> {
    let own = ctx.tenant.node_pool.as_ref().and_then(|pool| pool.node_selector.get(key));
    match own {
        Some(value) => Key::Own(value),
        None if key == HOSTNAME => Key::Node,
        None if key.starts_with(ROLE_PREFIX)
            || ctx.class.node_pools.iter().any(|pool| pool.node_selector.contains_key(key)) =>
        {
            Key::Foreign
        }
        None => Key::Free,
    }
}

/// What may be written instead.
pub(super) fn allowed(ctx: &Context<'_>) -> String {
    ctx.tenant.node_pool.as_ref().map_or_else(
        || "the tenant has no node pool; leave it out".to_owned(),
        |pool| format!("the tenant's node pool is {:?}; leave it out, it is set", pool.name),
    )
}

/// Judges `nodeSelector`.
pub(super) fn judge_selector(
    ctx: &Context<'_>,
    spec: &Value,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let selector = spec.get("nodeSelector").and_then(Value::as_object);
    for (name, value) in selector.into_iter().flatten() {
        match key(ctx, name) {
            Key::Free => {}
            Key::Own(own) if value == own => {}
            _ => refuse(
                &field.child(name),
                &format!("{value} is not allowed: {}", allowed(ctx)),
                out,
            ),
        }
    }
}
