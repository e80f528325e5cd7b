//! What the mutating endpoint changes, in which order.

use serde_json::Value;

use crate::document::{Mutator, PatchError, PatchOperation};
use crate::isolation::{Caller, Context, Findings, access, metadata, pods};

use super::decide::change_of;
use super::request::Request;

/// Completes the object of the request in place and returns what was changed.
/// Pods get everything, and their ephemeral containers what containers get;
/// other objects their identity label when a user writes them; templates and
/// other subresources nothing.
pub(super) fn apply(
    context: &Context<'_>,
    caller: Caller,
    request: &mut Request,
    findings: &mut Findings,
) -> Result<Vec<PatchOperation>, PatchError> {
    // Letting go of finalizers must stay nothing but that.
    if change_of(request, caller).only_releases_finalizers() {
        return Ok(Vec::new());
    }
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
    let mut mutator = Mutator::new(object);
    match (change.group, change.resource) {
        ("", "pods") => pods::mutate(context, &change, &mut mutator, findings)?,
        // What a Binding carries becomes the Pod's: it claims no identity.
        ("", "bindings") => {}
        _ if !change.subresource.is_empty() => {}
        ("", "serviceaccounts") => {
            metadata::identity_labels(context, &mut mutator)?;
            access::default_automount(&mut mutator)?;
        }
        _ => metadata::identity_labels(context, &mut mutator)?,
    }
    Ok(mutator.into_operations())
}
