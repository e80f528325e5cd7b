//! Keys that only Lessor may write.

use serde_json::Value;

use crate::api::NODE_PREFIX;
use crate::document::child;
use crate::isolation::{Caller, Change, Context, Findings, read};
use crate::names::{self, Reason};

const RULE: &str = "metadata/reserved-keys";
const MIRROR_RULE: &str = "metadata/mirror-pod";

pub(super) fn judge(ctx: &Context, change: &Change, new: &Value, out: &mut Findings) {
    for which in ["labels", "annotations"] {
        for (key, _, after) in read::changed_entries(change.old, Some(new), which) {
            if key == names::MIRROR_POD_ANNOTATION && after.is_some() {
                mirror(change, new, which, out);
            } else if let Some((reason, message)) = reserved(ctx, which, key, after)
                .map(|(reason, message)| (relabels(change, which).unwrap_or(reason), message))
                && !may_copy(change, which, key, reason)
                && !repairs(ctx, change, which, key)
            {
                let field = child(&format!("metadata.{which}"), key);
                out.violation(RULE, reason, field, message);
            }
        }
    }
}

/// Judges the metadata of a template, such as `spec.template.metadata`: what a
/// template claims, its Pods would claim. A template has no old state: a wrong
/// claim that is already there never becomes right.
pub fn judge_template(ctx: &Context, metadata: &Value, root: &str, out: &mut Findings) {
    for which in ["labels", "annotations"] {
        for (key, value) in metadata.get(which).and_then(Value::as_object).into_iter().flatten() {
            let found = if key == names::MIRROR_POD_ANNOTATION {
                Some((Reason::ReservedKeyForbidden, mirror_message()))
            } else {
                reserved(ctx, which, key, Some(value))
            };
            if let Some((reason, message)) = found {
                out.violation(RULE, reason, child(&child(root, which), key), message);
            }
        }
    }
}

/// What is wrong with giving a key this value, if anything. The tenant's own
/// name in the identity label is always right.
fn reserved(
    ctx: &Context,
    which: &str,
    key: &str,
    after: Option<&Value>,
) -> Option<(Reason, String)> {
    if !key.starts_with(names::KEY_PREFIX) {
        return None;
    }
    let identity = which == "labels" && key == names::TENANT_LABEL;
    match after {
        Some(value) if identity && value.as_str() == Some(&ctx.tenant.name) => None,
        Some(_) if identity => Some((
            Reason::TenantIdentityMismatch,
            format!(
                "objects in this namespace belong to tenant {:?}; leave {key} out or set it to that.",
                ctx.tenant.name
            ),
        )),
        _ => Some((
            Reason::ReservedKeyForbidden,
            format!(
                "{which} with the prefix {:?} are written by Lessor only; leave {key} as it is and use a key with your own prefix.",
                names::KEY_PREFIX
            ),
        )),
    }
}

/// Labels of a Pod that exists, whichever door they come through, are what it
/// is selected by: to change one of Lessor's is to pass for another.
fn relabels(change: &Change, which: &str) -> Option<Reason> {
    let exists = match change.resource {
        "pods" => change.old.is_some() || !change.subresource.is_empty(),
        "bindings" => true,
        _ => false,
    };
    (exists && change.group.is_empty() && which == "labels")
        .then_some(Reason::TenantIdentityMismatch)
}

/// Platform controllers copy labels and annotations from objects that were
/// judged themselves: a Deployment's onto its `ReplicaSets`, a Service's onto
/// its `EndpointSlices`. Pods are the exception: what their labels claim decides
/// what they may do, and their template may be older than the tenant.
fn may_copy(change: &Change, which: &str, key: &str, reason: Reason) -> bool {
    let copied = match change.resource {
        "pods" => false,
        "endpoints" | "endpointslices" => true,
        _ => which == "annotations" || key != names::MANAGED_LABEL,
    };
    match change.caller {
        Caller::Platform => copied && reason == Reason::ReservedKeyForbidden,
        Caller::Administrator => reason == Reason::ReservedKeyForbidden,
        _ => false,
    }
}

/// Taking a wrong identity away is a repair.
fn repairs(ctx: &Context, change: &Change, which: &str, key: &str) -> bool {
    which == "labels"
        && key == names::TENANT_LABEL
        && read::label(change.new, key).is_none()
        && read::label(change.old, key) != Some(&ctx.tenant.name)
}

/// A mirror Pod stands for a static Pod of a node; only that node writes it.
fn mirror(change: &Change, new: &Value, which: &str, out: &mut Findings) {
    let node = change.username.strip_prefix(NODE_PREFIX).filter(|name| !name.is_empty());
    let own_pod = change.caller == Caller::Node
        && change.resource == "pods"
        && which == "annotations"
        && node.is_some()
        && read::text(new, &["spec", "nodeName"]) == node;
    if !own_pod {
        out.violation(
            MIRROR_RULE,
            Reason::ReservedKeyForbidden,
            child(&format!("metadata.{which}"), names::MIRROR_POD_ANNOTATION),
            mirror_message(),
        );
    }
}

fn mirror_message() -> String {
    format!(
        "{} marks the mirror Pod of a static Pod and is set by its own node only; leave it out.",
        names::MIRROR_POD_ANNOTATION
    )
}
