//! Affinity to nodes and to other Pods.

use serde_json::Value;

use super::super::subject::{Subject, items, text};
use super::placement::{Key, allowed, key};
use super::refuse;
use crate::document::Field;
use crate::isolation::{Caller, Change, Context, Findings};
use crate::names::{NAMESPACE_NAME_LABEL, TENANT_LABEL};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Judges `affinity`.
pub(super) fn judge(
    ctx: &Context<'_>,
    change: &Change<'_>,
    subject: &Subject<'_>,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let Some(affinity) = subject.spec.get("affinity") else { return };
    if let Some(node) = affinity.get("nodeAffinity") {
        let path = field.child("nodeAffinity");
        if let Some(required) = node.get(REQUIRED) {
            let path = path.child(REQUIRED);
            let path = path.child("nodeSelectorTerms");
            for (index, term) in items(required, "nodeSelectorTerms").enumerate() {
                if !is_daemon_term(change, subject, term) {
                    judge_node_term(ctx, term, &path.index(index), out);
                }
            }
        }
        let path = path.child(PREFERRED);
        for (index, term) in items(node, PREFERRED).enumerate() {
            if let Some(term) = term.get("preference") {
                judge_node_term(ctx, term, &path.index(index).child("preference"), out);
            }
        }
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let Some(affinity) = affinity.get(kind) else { continue };
        let kind = field.child(kind);
        let path = kind.child(REQUIRED);
        for (index, term) in items(affinity, REQUIRED).enumerate() {
            judge_pod_term(ctx, term, &path.index(index), out);
        }
        let path = kind.child(PREFERRED);
        for (index, term) in items(affinity, PREFERRED).enumerate() {
            if let Some(term) = term.get("podAffinityTerm") {
                judge_pod_term(ctx, term, &path.index(index).child("podAffinityTerm"), out);
            }
        }
    }
}

/// The DaemonSet controller names the node of each of its Pods. Nobody else can
/// make a Pod look like that: a template carries no ownerReferences, and a Pod
/// that a tenant writes does not come from a platform controller.
fn is_daemon_term(change: &Change<'_>, subject: &Subject<'_>, term: &Value) -> bool {
    let by_controller = change.caller == Caller::Platform
        && !subject.is_template
        && items(subject.metadata, "ownerReferences").any(|owner| {
            owner.get("controller") == Some(&Value::Bool(true))
                && text(owner, "kind") == "DaemonSet"
                && text(owner, "apiVersion").starts_with("apps/")
        });
    by_controller
        && items(term, "matchExpressions").next().is_none()
        && items(term, "matchFields").all(|field| {
            text(field, "key") == "metadata.name"
                && text(field, "operator") == "In"
                && items(field, "values").count() == 1
        })
}

fn judge_node_term(ctx: &Context<'_>, term: &Value, path: &Field<'_>, out: &mut Findings) {
    if items(term, "matchFields").next().is_some() {
        refuse(&path.child("matchFields"), "naming a node is not allowed; match node labels", out);
    }
    let list = path.child("matchExpressions");
    for (index, expression) in items(term, "matchExpressions").enumerate() {
        let name = text(expression, "key");
        let avoids = matches!(text(expression, "operator"), "NotIn" | "DoesNotExist");
        let is_allowed = match key(ctx, name) {
            Key::Free => true,
            Key::Own(own) => {
                avoids
                    || (text(expression, "operator") == "In"
                        && items(expression, "values").all(|value| value == own))
            }
            Key::Foreign => avoids,
            Key::Node => false,
        };
        if !is_allowed {
            let message = format!("node label {name:?} is not allowed here: {}", allowed(ctx));
            refuse(&list.index(index), &message, out);
        }
    }
}

/// Affinity to the Pods of others would tell where they run, and anti-affinity
/// would keep them away: both look at the tenant's own namespaces only.
fn judge_pod_term(ctx: &Context<'_>, term: &Value, path: &Field<'_>, out: &mut Findings) {
    let list = path.child("namespaces");
    for (index, namespace) in items(term, "namespaces").enumerate() {
        if !namespace.as_str().is_some_and(|name| ctx.owns(name)) {
            let message = format!("must be one of {:?}", ctx.tenant.namespaces);
            refuse(&list.index(index), &message, out);
        }
    }
    if term.get("namespaceSelector").is_some_and(|s| !s.is_null() && !is_confined(ctx, s)) {
        let message = format!(
            "must select namespaces by {NAMESPACE_NAME_LABEL} among {:?}, or be absent",
            ctx.tenant.namespaces
        );
        refuse(&path.child("namespaceSelector"), &message, out);
    }
}

/// Whether a selector can only select namespaces of the tenant, now and ever.
fn is_confined(ctx: &Context<'_>, selector: &Value) -> bool {
    let is_own = |key: &str, value: &Value| match key {
        NAMESPACE_NAME_LABEL => value.as_str().is_some_and(|name| ctx.owns(name)),
        TENANT_LABEL => value == &ctx.tenant.name,
        _ => false,
    };
    let labels = selector.get("matchLabels").and_then(Value::as_object);
    labels.into_iter().flatten().any(|(key, value)| is_own(key, value))
        || items(selector, "matchExpressions").any(|expression| {
            text(expression, "operator") == "In"
                && items(expression, "values").next().is_some()
                && items(expression, "values").all(|value| is_own(text(expression, "key"), value))
        })
}
