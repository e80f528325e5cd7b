//! Whose Pod it is, and who may say so.

use std::collections::BTreeSet;

use serde_json::Value;

use super::subject::{claims_mirror, entry};
use crate::document::Field;
use crate::isolation::{Caller, Change, Context, Findings, Operation};
use crate::names::{KEY_PREFIX, MIRROR_POD_ANNOTATION, Reason, TENANT_LABEL};

const RULE: &str = "pods/identity";

/// The value that mutation gives a label and judging holds it to; `None` for
/// labels that are the workload's own.
pub(super) fn expected<'a>(ctx: &Context<'a>, key: &str) -> Option<&'a str> {
    if key == TENANT_LABEL {
        return Some(&ctx.tenant.name);
    }
    ctx.class.pod_labels.get(key).map(String::as_str)
}

/// Identity labels of every Pod of the tenant: the tenant's own and the class's.
pub(super) fn identity<'a>(ctx: &Context<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let class = ctx.class.pod_labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    std::iter::once((TENANT_LABEL, ctx.tenant.name.as_str())).chain(class)
}

/// A new Pod or a template: a claim of identity that differs is refused, none
/// is fine here.
pub(super) fn judge_claim(
    ctx: &Context<'_>,
    metadata: &Value,
    field: &Field<'_>,
    out: &mut Findings,
) {
    for (key, value) in identity(ctx) {
        if let Some(claimed) = entry(metadata, "labels", key)
            && claimed != value
        {
            mismatch(key, &format!("must be {value:?} or absent"), field, out);
        }
    }
}

/// Metadata before and after an update, by any door that keeps labels: the Pod
/// itself, its status, its ephemeral containers. A label with identity may only
/// become what it should have been.
pub(super) fn judge_update(
    ctx: &Context<'_>,
    old: &Value,
    new: &Value,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let keys = |metadata: &Value| -> BTreeSet<String> {
        let labels = metadata.get("labels").and_then(Value::as_object);
        labels.into_iter().flatten().map(|(key, _)| key.clone()).collect()
    };
    if old.get("labels") == new.get("labels") {
        return;
    }
    for key in keys(old).union(&keys(new)) {
        let expected = expected(ctx, key);
        if expected.is_none() && !key.starts_with(KEY_PREFIX) {
            continue;
        }
        let (before, after) = (entry(old, "labels", key), entry(new, "labels", key));
        if before != after && (after.is_none() || after != expected) {
            let allowed = before.map_or_else(
                || "must not be added".to_owned(),
                |value| format!("must stay {value:?}"),
            );
            mismatch(key, &allowed, field, out);
        }
    }
}

/// Labels of a Binding become the Pod's (KEP-4742): none of them may carry
/// identity, whoever binds.
pub(super) fn judge_binding(
    ctx: &Context<'_>,
    metadata: &Value,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let labels = metadata.get("labels").and_then(Value::as_object);
    for (key, _) in labels.into_iter().flatten() {
        if key.starts_with(KEY_PREFIX) || expected(ctx, key).is_some() {
            mismatch(key, "must not be set by a Binding", field, out);
        }
    }
}

fn mismatch(key: &str, allowed: &str, field: &Field<'_>, out: &mut Findings) {
    out.violation(
        RULE,
        Reason::TenantIdentityMismatch,
        field.child("labels").child(key).to_string(),
        format!("label {key:?} carries identity: it {allowed}"),
    );
}

/// Only the node that runs a static Pod marks its mirror; anyone else would use
/// the annotation to be passed over.
pub(super) fn judge_mirror(
    change: &Change<'_>,
    metadata: &Value,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let old = change.old.filter(|_| change.operation == Operation::Update);
    let unchanged = old.is_some_and(|old| {
        let annotation = |metadata: &Value| {
            metadata.get("annotations").and_then(|a| a.get(MIRROR_POD_ANNOTATION)).cloned()
        };
        old.get("metadata").and_then(annotation) == annotation(metadata)
    });
    let claims = claims_mirror(metadata)
        || old.and_then(|old| old.get("metadata")).is_some_and(claims_mirror);
    if claims && !unchanged && change.caller != Caller::Node {
        out.violation(
            "pods/mirror",
            Reason::ReservedKeyForbidden,
            field.child("annotations").child(MIRROR_POD_ANNOTATION).to_string(),
            "only a node may mark its own mirror Pods; remove the annotation",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::fixtures::{World, create, update};

    fn claim(labels: &Value) -> Vec<String> {
        let mut out = Findings::default();
        judge_claim(
            &World::rich().context(),
            &json!({"labels": labels}),
            &Field::root("metadata"),
            &mut out,
        );
        fields(out)
    }

    fn changed(old: &Value, new: &Value) -> Vec<String> {
        let mut out = Findings::default();
        let (old, new) = (json!({"labels": old}), json!({"labels": new}));
        judge_update(&World::rich().context(), &old, &new, &Field::root("metadata"), &mut out);
        fields(out)
    }

    fn fields(out: Findings) -> Vec<String> {
        assert!(
            out.violations
                .iter()
                .all(|v| v.reason == Reason::TenantIdentityMismatch && v.rule == RULE)
        );
        out.violations.into_iter().map(|v| v.field).collect()
    }

    const TENANT: &str = "metadata.labels[lessor.io/tenant]";

    #[test]
    fn a_claim_that_differs_is_refused() {
        assert_eq!(claim(&json!({TENANT_LABEL: "acme", "team": "blue", "app": "x"})), [""; 0]);
        assert_eq!(claim(&json!({})), [""; 0]);
        assert_eq!(claim(&json!({TENANT_LABEL: "globex"})), [TENANT]);
        assert_eq!(claim(&json!({TENANT_LABEL: ""})), [TENANT]);
        assert_eq!(claim(&json!({"team": "red"})), ["metadata.labels.team"]);
    }

    #[test]
    fn identity_does_not_change_after_start() {
        let pod = json!({TENANT_LABEL: "acme", "team": "blue", "app": "x"});
        assert_eq!(
            changed(&pod, &json!({TENANT_LABEL: "acme", "team": "blue", "app": "y"})),
            [""; 0]
        );
        assert_eq!(changed(&pod, &json!({"team": "blue"})), [TENANT]);
        assert_eq!(changed(&pod, &json!({TENANT_LABEL: "globex", "team": "blue"})), [TENANT]);
        assert_eq!(changed(&pod, &json!({TENANT_LABEL: "acme"})), ["metadata.labels.team"]);
        assert_eq!(
            changed(
                &pod,
                &json!({TENANT_LABEL: "acme", "team": "blue", "lessor.io/managed": "true"})
            ),
            ["metadata.labels[lessor.io/managed]"]
        );
        assert_eq!(
            changed(&json!({"lessor.io/service": "db"}), &json!({})),
            ["metadata.labels[lessor.io/service]"]
        );
        assert_eq!(changed(&json!({}), &json!({TENANT_LABEL: "acme"})), [""; 0]);
        assert_eq!(changed(&json!({}), &json!({TENANT_LABEL: "globex"})), [TENANT]);
    }

    #[test]
    fn only_a_node_marks_mirror_pods() {
        let plain = json!({"metadata": {"annotations": {"a": "b"}}});
        let mirror = json!({"metadata": {"annotations": {MIRROR_POD_ANNOTATION: ""}}});
        let found = |change: &Change<'_>, new: &Value| {
            let mut out = Findings::default();
            judge_mirror(change, &new["metadata"], &Field::root("metadata"), &mut out);
            out.violations.into_iter().map(|v| (v.reason, v.field)).collect::<Vec<_>>()
        };
        let refused = [(
            Reason::ReservedKeyForbidden,
            format!("metadata.annotations[{MIRROR_POD_ANNOTATION}]"),
        )];
        assert_eq!(found(&create(&mirror), &mirror), refused);
        assert_eq!(
            found(&Change { caller: Caller::Platform, ..create(&mirror) }, &mirror),
            refused
        );
        assert_eq!(found(&Change { caller: Caller::Node, ..create(&mirror) }, &mirror), []);
        assert_eq!(found(&create(&plain), &plain), []);
        assert_eq!(found(&update(&plain, &mirror), &mirror), refused);
        assert_eq!(found(&update(&mirror, &plain), &plain), refused);
        assert_eq!(found(&update(&mirror, &mirror), &mirror), []);
    }
}
