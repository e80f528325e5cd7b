//! Image pull policies.

use crate::document::PatchError;
use serde_json::Value;

use super::super::images::ALWAYS;
use super::super::subject::items;
use super::{Lists, containers};
use crate::api::ImagePullPolicyRule;
use crate::document::Mutator;
use crate::isolation::Context;

/// Pulls the images of containers at every start, where the class wants it.
pub(super) fn always_pull(
    ctx: &Context<'_>,
    mutator: &mut Mutator<'_>,
    lists: &Lists,
) -> Result<(), PatchError> {
    if ctx.class.image_pull_policy == ImagePullPolicyRule::Any {
        return Ok(());
    }
    for (list, index) in containers(mutator, lists) {
        mutator.set(&["spec", list, &index, "imagePullPolicy"], Value::from(ALWAYS))?;
    }
    Ok(())
}

/// The same for image volumes.
pub(super) fn always_pull_volumes(
    ctx: &Context<'_>,
    mutator: &mut Mutator<'_>,
) -> Result<(), PatchError> {
    if ctx.class.image_pull_policy == ImagePullPolicyRule::Any {
        return Ok(());
    }
    let spec = mutator.get(&["spec"]).unwrap_or(&Value::Null);
    let volumes = items(spec, "volumes").enumerate();
    let images: Vec<usize> = volumes
        .filter(|(_, volume)| volume.get("image").is_some_and(Value::is_object))
        .map(|(index, _)| index)
        .collect();
    for index in images {
        let index = index.to_string();
        mutator.set(&["spec", "volumes", &index, "image", "pullPolicy"], Value::from(ALWAYS))?;
    }
    Ok(())
}
