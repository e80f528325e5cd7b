//! Mounts of distributed secrets.

use crate::document::PatchError;
use serde_json::Value;

use super::super::injection::{injected, segments};
use super::super::subject::{entry, items, text};
use super::{CREATED, containers};
use crate::document::Mutator;
use crate::isolation::Context;

/// Mounts every secret that the Pod's labels select into every container. Where
/// the workload already has something of that name or at that path nothing is
/// added: judging tells whether it is ours.
pub(super) fn mount(ctx: &Context<'_>, mutator: &mut Mutator<'_>) -> Result<(), PatchError> {
    let metadata = mutator.get(&["metadata"]).unwrap_or(&Value::Null);
    for wanted in injected(ctx, |key| entry(metadata, "labels", key)) {
        let spec = mutator.get(&["spec"]).unwrap_or(&Value::Null);
        if !items(spec, "volumes").any(|volume| text(volume, "name") == wanted.volume) {
            mutator.set(&["spec", "volumes", "-"], wanted.volume_value())?;
        }
        for (list, index) in containers(mutator, CREATED) {
            let container = mutator.get(&["spec", list, &index]).unwrap_or(&Value::Null);
            let is_taken = items(container, "volumeMounts")
                .any(|mount| segments(text(mount, "mountPath")) == segments(wanted.path));
            if !is_taken {
                mutator.set(&["spec", list, &index, "volumeMounts", "-"], wanted.mount_value())?;
            }
        }
    }
    Ok(())
}
