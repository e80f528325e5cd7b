//! What a Pod is given, in which order.

use serde_json::Value;

use super::{CREATED, images, labels, placement, secrets, security, token};
use crate::document::{Mutator, PatchError};
use crate::isolation::pods::judge::is_mirror;
use crate::isolation::pods::subject::{is_oversized, items};
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
