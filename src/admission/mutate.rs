//! What the mutating endpoint changes, in which order.

use serde_json::Value;

use crate::document::{Mutator, PatchError, PatchOperation};
use crate::isolation::{Caller, Context, Findings, access, metadata, pods};

use super::decide::change_of;
use super::request::Request;

/// Completes the object of the request in place and returns what was changed.
/// Pods get everything; other objects their identity label when a user writes
/// them; templates nothing, subresources nothing but new ephemeral containers.
pub(super) fn apply(
    context: &Context<'_>,
    caller: Caller,
    request: &mut Request,
    findings: &mut Findings,
) -> Result<Vec<PatchOperation>, PatchError> {
    let Some(mut object) = request.object.take() else { return Ok(Vec::new()) };
    let applied = complete(context, caller, request, &mut object, findings);
    request.object = Some(object);
    applied
}

fn complete(
    context: &Context<'_>,
    caller: Caller,
    request: &Request,
    object: &mut Value,
    findings: &mut Findings,
) -> Result<Vec<PatchOperation>, PatchError> {
    let change = change_of(request, caller);
    let is_debug = change.resource == "pods" && change.subresource == "ephemeralcontainers";
    if !change.subresource.is_empty() && !is_debug {
        return Ok(Vec::new());
    }
    let mut mutator = Mutator::new(object);
    match (change.group, change.resource) {
        ("", "pods") => pods::mutate(context, &change, &mut mutator, findings)?,
        ("", "serviceaccounts") => {
            metadata::identity_labels(context, &mut mutator)?;
            access::default_automount(&mut mutator)?;
        }
        _ => metadata::identity_labels(context, &mut mutator)?,
    }
    Ok(mutator.into_operations())
}
