//! What mutation gives every Pod, and a stored Pod must therefore have.

use serde_json::Value;

use super::identity::identity;
use super::injection::Injected;
use super::subject::{Subject, items, text};
use crate::document::Field;
use crate::isolation::{Context, Findings};
use crate::names::Reason;

const RULE: &str = "pods/injection";
/// Containers that exist when a Pod is created.
pub(super) const CREATED_LISTS: [&str; 2] = ["initContainers", "containers"];

/// Reports what a new Pod lacks: it was created while mutation did not run, or
/// a later webhook took it away. What is there but differs is judged elsewhere; a
/// toleration that is lacking only keeps the Pod pending.
pub(super) fn judge(
    ctx: &Context<'_>,
    subject: &Subject<'_>,
    injected: &[Injected<'_>],
    out: &mut Findings,
) {
    let (root, spec) = (Field::root("metadata"), Field::root("spec"));
    let labels = root.child("labels");
    for (key, value) in identity(ctx) {
        if subject.label(key).is_none() {
            report(&labels.child(key), &format!("label must be {value:?}"), out);
        }
    }
    judge_mounts(subject.spec, injected, &spec, out);
    if let Some(pool) = &ctx.tenant.node_pool {
        let selector = spec.child("nodeSelector");
        for (key, value) in &pool.node_selector {
            if subject.spec.get("nodeSelector").is_none_or(|s| s.get(key).is_none()) {
                let pool = &pool.name;
                report(
                    &selector.child(key),
                    &format!("must be {value:?} for node pool {pool:?}"),
                    out,
                );
            }
        }
    }
    if let Some(class) = &ctx.tenant.runtime_class_name
        && text(subject.spec, "runtimeClassName").is_empty()
    {
        report(&spec.child("runtimeClassName"), &format!("must be {class:?}"), out);
    }
}

fn judge_mounts(spec: &Value, injected: &[Injected<'_>], field: &Field<'_>, out: &mut Findings) {
    for wanted in injected {
        let secret = &wanted.secret.name;
        if !items(spec, "volumes").any(|volume| text(volume, "name") == wanted.volume) {
            let message = format!("volume {:?} of secret {secret:?} is missing", wanted.volume);
            report(&field.child("volumes"), &message, out);
        }
        for list in CREATED_LISTS {
            let path = field.child(list);
            for (index, container) in items(spec, list).enumerate() {
                let mounted = items(container, "volumeMounts").any(|mount| {
                    text(mount, "name") == wanted.volume && text(mount, "mountPath") == wanted.path
                });
                if !mounted {
                    let message =
                        format!("mount of secret {secret:?} at {:?} is missing", wanted.path);
                    report(&path.index(index).child("volumeMounts"), &message, out);
                }
            }
        }
    }
}

fn report(field: &Field<'_>, message: &str, out: &mut Findings) {
    out.violation(
        RULE,
        Reason::InjectionMissing,
        field.to_string(),
        format!("{message}; Lessor adds it when the Pod is created, create the Pod again"),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::fixtures::World;
    use crate::isolation::pods::injection::injected;

    #[test]
    fn everything_that_mutation_adds_is_required() {
        let world = World::rich();
        let ctx = world.context();
        let plan = injected(&ctx, |_| None);
        let found = |metadata: &Value, spec: &Value| {
            let subject = Subject { metadata, spec, root: "", is_template: false };
            let mut out = Findings::default();
            judge(&ctx, &subject, &plan, &mut out);
            assert!(out.violations.iter().all(|v| v.reason == Reason::InjectionMissing));
            out.violations.into_iter().map(|v| v.field).collect::<Vec<_>>()
        };
        let bare = json!({"containers": [{"name": "a"}], "initContainers": [{"name": "b"}]});
        assert_eq!(
            found(&json!({}), &bare),
            [
                "metadata.labels[lessor.io/tenant]",
                "metadata.labels.team",
                "spec.volumes",
                "spec.initContainers[0].volumeMounts",
                "spec.containers[0].volumeMounts",
                "spec.nodeSelector.pool",
                "spec.runtimeClassName",
            ]
        );
        let metadata = json!({"labels": {"lessor.io/tenant": "acme", "team": "blue"}});
        let mount = plan[0].mount_value();
        let full = json!({"containers": [{"volumeMounts": [mount]}], "volumes": [plan[0].volume_value()],
            "nodeSelector": {"pool": "gold"}, "runtimeClassName": "gvisor"});
        assert_eq!(found(&metadata, &full), [""; 0]);
        let mut other = full;
        other["containers"][0]["volumeMounts"][0]["name"] = json!("mine");
        assert_eq!(found(&metadata, &other), ["spec.containers[0].volumeMounts"]);
    }
}
