//! Identity labels.

use crate::document::PatchError;
use serde_json::Value;

use super::super::identity::identity;
use super::super::subject::entry;
use crate::document::Mutator;
use crate::isolation::{Change, Context};

/// Adds the identity labels that a new Pod lacks.
pub(super) fn add(ctx: &Context<'_>, mutator: &mut Mutator<'_>) -> Result<(), PatchError> {
    for (key, value) in identity(ctx) {
        let tokens = ["metadata", "labels", key];
        if mutator.get(&tokens).is_none() {
            mutator.set(&tokens, Value::from(value))?;
        }
    }
    Ok(())
}

/// Puts back identity labels that the Pod had and a replacement leaves out.
pub(super) fn restore(
    ctx: &Context<'_>,
    change: &Change<'_>,
    mutator: &mut Mutator<'_>,
) -> Result<(), PatchError> {
    let Some(old) = change.old.and_then(|old| old.get("metadata")) else { return Ok(()) };
    for (key, _) in identity(ctx) {
        let tokens = ["metadata", "labels", key];
        if let Some(value) = entry(old, "labels", key)
            && mutator.get(&tokens).is_none()
        {
            mutator.set(&tokens, Value::from(value))?;
        }
    }
    Ok(())
}
