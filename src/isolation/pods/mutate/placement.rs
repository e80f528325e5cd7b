//! Node pool and runtime class.

use crate::document::PatchError;
use serde_json::Value;

use super::super::scheduling::{is_toleration, toleration_value};
use super::super::subject::items;
use super::is_unset;
use crate::document::Mutator;
use crate::isolation::Context;

/// Sends the Pod to the tenant's node pool and runtime class.
pub(super) fn set(ctx: &Context<'_>, mutator: &mut Mutator<'_>) -> Result<(), PatchError> {
    if let Some(pool) = &ctx.tenant.node_pool {
        for (key, value) in &pool.node_selector {
            let tokens = ["spec", "nodeSelector", key.as_str()];
            if mutator.get(&tokens).is_none() {
                mutator.set(&tokens, Value::from(value.as_str()))?;
            }
        }
        for toleration in &pool.tolerations {
            let spec = mutator.get(&["spec"]).unwrap_or(&Value::Null);
            if !items(spec, "tolerations").any(|other| is_toleration(toleration, other)) {
                mutator.set(&["spec", "tolerations", "-"], toleration_value(toleration))?;
            }
        }
    }
    let field = ["spec", "runtimeClassName"];
    if let Some(class) = &ctx.tenant.runtime_class_name
        && is_unset(mutator.get(&field))
    {
        mutator.set(&field, Value::from(class.as_str()))?;
    }
    Ok(())
}
