//! The automatic ServiceAccount token.

use crate::document::PatchError;
use serde_json::Value;

use super::super::subject::{items, text};
use super::super::tokens::{asks_for_token, is_automatic, is_automatic_mount};
use super::{CREATED, containers, is_unset};
use crate::document::Mutator;

/// The plugin adds one volume and one mount a container. What holds many more is
/// somebody's attempt to keep us busy; left alone, judging refuses it.
const MOST: usize = 8;

/// Removes the token volume that the in-tree plugin has added before any
/// webhook runs, and its mounts, unless the Pod asks for it in so many words.
/// The one permitted removal. The field is then set to false, because the
/// plugin runs once more at reinvocation and would add the volume again.
pub(super) fn remove(mutator: &mut Mutator<'_>) -> Result<(), PatchError> {
    let spec = mutator.get(&["spec"]).unwrap_or(&Value::Null);
    if asks_for_token(spec) {
        return Ok(());
    }
    let automatic = items(spec, "volumes").enumerate().filter(|(_, volume)| is_automatic(volume));
    let volumes: Vec<(usize, String)> =
        automatic.map(|(index, volume)| (index, text(volume, "name").to_owned())).collect();
    if volumes.len() > MOST {
        return Ok(());
    }
    // From the end: a removal moves what follows.
    for (index, name) in volumes.iter().rev() {
        remove_mounts(mutator, name)?;
        mutator.remove(&["spec", "volumes", &index.to_string()])?;
    }
    let field = ["spec", "automountServiceAccountToken"];
    if is_unset(mutator.get(&field)) {
        mutator.set(&field, Value::Bool(false))?;
    }
    Ok(())
}

fn remove_mounts(mutator: &mut Mutator<'_>, volume: &str) -> Result<(), PatchError> {
    for (list, container) in containers(mutator, CREATED) {
        let holder = mutator.get(&["spec", list, &container]).unwrap_or(&Value::Null);
        let mounts = items(holder, "volumeMounts").enumerate();
        let found: Vec<usize> = mounts
            .filter(|(_, mount)| is_automatic_mount(mount, volume))
            .take(MOST)
            .map(|(index, _)| index)
            .collect();
        for index in found.iter().rev() {
            let index = index.to_string();
            mutator.remove(&["spec", list, &container, "volumeMounts", &index])?;
        }
    }
    Ok(())
}
