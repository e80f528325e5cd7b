//! Every field that decides on nodes and precedence.

use serde_json::Value;

use super::{affinity, placement, tolerations};
use crate::document::Field;
use crate::isolation::pods::subject::{Subject, items, old_spec, text};
use crate::isolation::{Caller, Change, Context, Findings};
use crate::names::Reason;

pub(super) const RULE: &str = "pods/scheduling";
const DEFAULT_SCHEDULER: &str = "default-scheduler";

/// Judges every field that decides on nodes and precedence.
pub(in crate::isolation::pods) fn judge(
    ctx: &Context<'_>,
    change: &Change<'_>,
    subject: &Subject<'_>,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let old = old_spec(change, subject);
    let spec = subject.spec;
    let is_open = |key: &str| old.is_none_or(|old| old.get(key) != spec.get(key));

    let by_node = change.caller == Caller::Node;
    if is_open("nodeName") && !by_node && !text(spec, "nodeName").is_empty() {
        refuse(&field.child("nodeName"), "must be empty: the scheduler chooses the node", out);
    }
    let scheduler = text(spec, "schedulerName");
    if is_open("schedulerName") && !scheduler.is_empty() && scheduler != DEFAULT_SCHEDULER {
        refuse(&field.child("schedulerName"), "must be \"default-scheduler\" or absent", out);
    }
    judge_priority(ctx, spec, &is_open, field, out);
    if is_open("runtimeClassName") {
        judge_runtime_class(ctx, spec, field, out);
    }
    if is_open("resourceClaims") && items(spec, "resourceClaims").next().is_some() {
        refuse(
            &field.child("resourceClaims"),
            "dynamic resource allocation is not granted; use container resources",
            out,
        );
    }
    if is_open("nodeSelector") {
        placement::judge_selector(ctx, spec, &field.child("nodeSelector"), out);
    }
    if is_open("affinity") {
        affinity::judge(ctx, change, subject, &field.child("affinity"), out);
    }
    tolerations::judge(ctx, spec, old, &field.child("tolerations"), out);
}

fn judge_priority(
    ctx: &Context<'_>,
    spec: &Value,
    is_open: &impl Fn(&str) -> bool,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let class = text(spec, "priorityClassName");
    let allowed = &ctx.class.priority_classes;
    if class.is_empty() {
        let priority = spec.get("priority").filter(|p| !p.is_null());
        if is_open("priority") && priority.is_some_and(|p| p.as_i64() != Some(0)) {
            refuse(
                &field.child("priority"),
                &format!("must be absent; name one of the priority classes {allowed:?}"),
                out,
            );
        }
    } else if is_open("priorityClassName") && allowed.iter().all(|name| name != class) {
        // The in-tree Priority plugin writes the cluster's global default here.
        refuse(
            &field.child("priorityClassName"),
            &format!("{class:?} is not allowed; the class allows {allowed:?}"),
            out,
        );
    }
}

fn judge_runtime_class(ctx: &Context<'_>, spec: &Value, field: &Field<'_>, out: &mut Findings) {
    let asked = text(spec, "runtimeClassName");
    let given = ctx.tenant.runtime_class_name.as_deref().unwrap_or("");
    if asked.is_empty() || asked == given {
        return;
    }
    let allowed = if given.is_empty() {
        "must be absent".to_owned()
    } else {
        format!("must be {given:?} or absent")
    };
    refuse(&field.child("runtimeClassName"), &allowed, out);
}

pub(super) fn refuse(field: &Field<'_>, message: &str, out: &mut Findings) {
    out.violation(RULE, Reason::SchedulingForbidden, field.to_string(), message);
}
