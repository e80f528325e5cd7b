//! What every Pod is given. Only ever adds, with two exceptions: the automatic
//! ServiceAccount token goes, and a pull policy becomes `Always` (the API server
//! has already written its default there, so nobody's wish can be told apart).
//! An explicit value is left alone, for judging to refuse; lists are appended
//! to, never rewritten. Doing it twice changes nothing more. Start reading at
//! [`mutate`].

mod images;
mod labels;
mod placement;
mod secrets;
mod security;
mod token;

use crate::document::PatchError;
use serde_json::Value;

use super::judge::is_mirror;
use super::subject::{is_oversized, items};
use crate::document::Mutator;
use crate::isolation::{Change, Context, Findings, Operation};

/// Mutates a Pod: everything on creation; on update only identity labels that
/// it had and that the update leaves out; on `pods/ephemeralcontainers` the new
/// containers. Mirror Pods written by their node are left alone: the kubelet
/// would not recognise them. So are Pods of more than 512 containers, which
/// judging refuses. Warnings tell the caller what may surprise.
///
/// # Errors
/// If the Pod has another JSON shape than the API server ever sends.
pub fn mutate(
    ctx: &Context<'_>,
    change: &Change<'_>,
    mutator: &mut Mutator<'_>,
    out: &mut Findings,
) -> Result<(), PatchError> {
    let document = mutator.document();
    let fits = document.get("spec").is_some_and(|spec| spec.is_object() && !is_oversized(spec));
    let metadata = document.get("metadata").unwrap_or(&Value::Null);
    if change.resource != "pods" || !fits || is_mirror(change, metadata) {
        return Ok(());
    }
    match (change.operation, change.subresource) {
        (Operation::Create, "") => {
            labels::add(ctx, mutator)?;
            token::remove(mutator)?;
            secrets::mount(ctx, mutator)?;
            placement::set(ctx, mutator)?;
            images::always_pull(ctx, mutator, CREATED)?;
            images::always_pull_volumes(ctx, mutator)?;
            security::harden_pod(ctx, mutator, out)?;
            security::harden_containers(ctx, mutator, CREATED)
        }
        (Operation::Update, "") => labels::restore(ctx, change, mutator),
        (Operation::Update, "ephemeralcontainers") => {
            // The list can only be appended to.
            let old = change.old.and_then(|old| old.get("spec"));
            let first = old.map_or(0, |spec| items(spec, "ephemeralContainers").count());
            let added = &[("ephemeralContainers", first)];
            images::always_pull(ctx, mutator, added)?;
            security::harden_containers(ctx, mutator, added)
        }
        _ => Ok(()),
    }
}

/// Lists of containers and the index of the first that may be mutated.
type Lists = [(&'static str, usize)];

const CREATED: &Lists = &[("initContainers", 0), ("containers", 0)];

/// List and index, as pointer tokens, of every container to mutate.
fn containers(mutator: &Mutator<'_>, lists: &Lists) -> Vec<(&'static str, String)> {
    let spec = mutator.get(&["spec"]).unwrap_or(&Value::Null);
    let indices = |list, first| (first..items(spec, list).count()).map(move |i| (list, i));
    lists
        .iter()
        .flat_map(|&(list, first)| indices(list, first))
        .map(|(list, index)| (list, index.to_string()))
        .collect()
}

/// Whether the value is absent, which null is too.
fn is_unset(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

#[cfg(test)]
mod tests;
