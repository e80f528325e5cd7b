//! The order in which a Pod is judged.

use serde_json::Value;

use super::injection::injected;
use super::subject::{MOST_CONTAINERS, Subject, is_oversized, old_spec};
use super::{
    fields, handlers, identity, images, missing, mounts, scheduling, secrets, tokens, volumes,
};
use crate::document::Field;
use crate::isolation::{Caller, Change, Context, Findings, Operation};
use crate::names::Reason;

/// Judges a Pod as it will be stored, or the Pod that a template becomes (see
/// [`super::as_pod`]). Metadata that changes alone is judged alone; a changed
/// spec is judged as a whole. The mirror of a static Pod, made by its node, is
/// judged for what it holds but not for placement and injection, which come too
/// late for it.
pub fn judge(ctx: &Context<'_>, change: &Change<'_>, subject: &Subject<'_>, out: &mut Findings) {
    let root = Field::root(subject.root);
    let (metadata, spec) = (root.child("metadata"), root.child("spec"));
    judge_metadata(ctx, change, subject, &metadata, out);
    let is_new = subject.is_template || change.operation == Operation::Create;
    if old_spec(change, subject).is_some_and(|old| old == subject.spec) {
        return;
    }
    if is_new && !subject.is_template && ctx.tenant.suspended && change.caller != Caller::Lessor {
        suspended(ctx, "metadata.namespace", out);
    }
    if is_oversized(subject.spec) {
        out.violation(
            "pods/size",
            Reason::InjectionMissing,
            spec.child("containers").to_string(),
            format!(
                "a Pod may have at most {MOST_CONTAINERS} containers; larger ones are not mutated"
            ),
        );
        return;
    }
    fields::unknown_fields(subject.spec, &spec, out);
    handlers::judge(subject.spec, &spec, out);
    volumes::judge(ctx, subject.spec, &spec, out);
    secrets::judge(ctx, change, subject, &spec, out);
    let plan = injected(ctx, |key| subject.label(key));
    mounts::judge(change, subject, &plan, &spec, out);
    tokens::judge(ctx, change, subject, &spec, out);
    if is_mirror(change, subject.metadata) {
        return;
    }
    scheduling::judge(ctx, change, subject, &spec, out);
    images::judge(ctx, subject.spec, &spec, out);
    if is_new && !subject.is_template {
        missing::judge(ctx, subject, &plan, out);
    }
}

fn judge_metadata(
    ctx: &Context<'_>,
    change: &Change<'_>,
    subject: &Subject<'_>,
    field: &Field<'_>,
    out: &mut Findings,
) {
    if subject.is_template {
        if subject.claims_mirror() {
            // No node ever makes a template.
            let by_anyone = Change { caller: Caller::Other, old: None, ..*change };
            identity::judge_mirror(&by_anyone, subject.metadata, field, out);
        }
        identity::judge_claim(ctx, subject.metadata, field, out);
        return;
    }
    identity::judge_mirror(change, subject.metadata, field, out);
    match change.old.and_then(|old| old.get("metadata")) {
        Some(old) if change.operation == Operation::Update => {
            identity::judge_update(ctx, old, subject.metadata, field, out);
        }
        _ => identity::judge_claim(ctx, subject.metadata, field, out),
    }
}

/// Whether a node creates or updates the mirror of its own static Pod.
pub(super) fn is_mirror(change: &Change<'_>, metadata: &Value) -> bool {
    change.caller == Caller::Node && super::subject::claims_mirror(metadata)
}

/// Reports that the tenant is suspended.
pub(super) fn suspended(ctx: &Context<'_>, field: &str, out: &mut Findings) {
    out.violation(
        "pods/suspended",
        Reason::TenantSuspended,
        field,
        format!(
            "Tenant {:?} is suspended; set spec.suspended to false to run Pods",
            ctx.tenant.name
        ),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::fixtures::{World, create, update};
    use crate::isolation::pods::as_pod;
    use crate::names::MIRROR_POD_ANNOTATION;

    fn found(world: &World, change: &Change<'_>, pod: &Value) -> Vec<(Reason, String)> {
        let subject = Subject {
            metadata: &pod["metadata"],
            spec: &pod["spec"],
            root: "",
            is_template: false,
        };
        let mut out = Findings::default();
        judge(&world.context(), change, &subject, &mut out);
        out.violations.into_iter().map(|v| (v.reason, v.field)).collect()
    }

    fn template(world: &World, metadata: &Value, spec: &Value) -> Vec<(Reason, String)> {
        let pod = as_pod(&world.context(), metadata, spec, &mut Findings::default());
        let subject = Subject {
            metadata: &pod["metadata"],
            spec: &pod["spec"],
            root: "spec.template",
            is_template: true,
        };
        let mut out = Findings::default();
        let object = json!({});
        let change = Change { group: "apps", resource: "deployments", ..create(&object) };
        judge(&world.context(), &change, &subject, &mut out);
        out.violations.into_iter().map(|v| (v.reason, v.field)).collect()
    }

    fn spec() -> Value {
        json!({"containers": [{"name": "a", "image": "i"}]})
    }

    fn stored(world: &World) -> Value {
        as_pod(
            &world.context(),
            &json!({"labels": {"app": "web"}}),
            &spec(),
            &mut Findings::default(),
        )
    }

    #[test]
    fn what_mutation_supplies_is_no_violation_of_a_template() {
        let world = World::rich();
        assert_eq!(template(&world, &json!({"labels": {"app": "web"}}), &spec()), []);
        let pod = stored(&world);
        assert_eq!(found(&world, &create(&pod), &pod), []);
        let bare = json!({"metadata": {}, "spec": spec()});
        let reasons: Vec<_> =
            found(&world, &create(&bare), &bare).into_iter().map(|(r, _)| r).collect();
        assert!(reasons.contains(&Reason::InjectionMissing));
        assert!(reasons.contains(&Reason::ImagePullPolicyForbidden));
    }

    #[test]
    fn templates_are_refused_with_paths_of_their_own() {
        let world = World::rich();
        let mut bad = spec();
        bad["nodeName"] = json!("n1");
        bad["volumes"] = json!([{"name": "v", "hostPath": {"path": "/"}}]);
        assert_eq!(
            template(&world, &json!({}), &bad),
            [
                (Reason::VolumeTypeForbidden, "spec.template.spec.volumes[0].hostPath".to_owned()),
                (Reason::SchedulingForbidden, "spec.template.spec.nodeName".to_owned()),
            ]
        );
        let claims = json!({"labels": {"lessor.io/tenant": "globex"}, "annotations": {MIRROR_POD_ANNOTATION: "x"}});
        assert_eq!(
            template(&world, &claims, &spec()),
            [
                (
                    Reason::ReservedKeyForbidden,
                    format!("spec.template.metadata.annotations[{MIRROR_POD_ANNOTATION}]")
                ),
                (
                    Reason::TenantIdentityMismatch,
                    "spec.template.metadata.labels[lessor.io/tenant]".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn metadata_that_changes_alone_is_judged_alone() {
        let world = World::rich();
        let mut old = stored(&world);
        old["spec"]["nodeName"] = json!("n1");
        old["spec"]["volumes"] = json!([{"name": "v", "hostPath": {}}]);
        let mut new = old.clone();
        new["metadata"]["labels"]["app"] = json!("other");
        assert_eq!(found(&world, &update(&old, &new), &new), []);
        new["metadata"]["labels"]["lessor.io/tenant"] = json!("globex");
        assert_eq!(
            found(&world, &update(&old, &new), &new),
            [(Reason::TenantIdentityMismatch, "metadata.labels[lessor.io/tenant]".to_owned())]
        );
    }

    #[test]
    fn an_update_of_an_old_pod_is_never_refused_for_missing_injection() {
        let world = World::rich();
        let mut spec = spec();
        spec["containers"][0]["imagePullPolicy"] = json!("Always");
        let old = json!({"metadata": {}, "spec": spec});
        let mut new = old.clone();
        new["spec"]["containers"][0]["image"] = json!("j");
        assert_eq!(found(&world, &update(&old, &new), &new), []);
        new["spec"]["containers"][0]["imagePullPolicy"] = json!("Never");
        assert_eq!(
            found(&world, &update(&old, &new), &new),
            [(Reason::ImagePullPolicyForbidden, "spec.containers[0].imagePullPolicy".to_owned())]
        );
    }

    #[test]
    fn the_number_of_containers_is_bounded() {
        let world = World::default();
        for (count, refused) in [(512, false), (513, true)] {
            let containers = vec![json!({"name": "a", "imagePullPolicy": "Always"}); count];
            let pod = as_pod(
                &world.context(),
                &json!({}),
                &json!({"containers": containers}),
                &mut Findings::default(),
            );
            let wanted = (Reason::InjectionMissing, "spec.containers".to_owned());
            assert_eq!(found(&world, &create(&pod), &pod).contains(&wanted), refused);
        }
    }

    #[test]
    fn a_suspended_tenant_gets_no_new_pods() {
        let mut world = World::default();
        let pod = stored(&world);
        world.tenant.suspended = true;
        let refused = [(Reason::TenantSuspended, "metadata.namespace".to_owned())];
        for caller in [Caller::Other, Caller::Platform, Caller::Administrator] {
            assert_eq!(found(&world, &Change { caller, ..create(&pod) }, &pod), refused);
        }
        assert_eq!(found(&world, &Change { caller: Caller::Lessor, ..create(&pod) }, &pod), []);
        assert_eq!(template(&world, &json!({}), &spec()), []);
    }

    #[test]
    fn a_mirror_pod_is_not_held_to_placement_and_injection() {
        let world = World::rich();
        let pod = json!({"metadata": {"annotations": {MIRROR_POD_ANNOTATION: "hash"}},
            "spec": {"nodeName": "n1", "tolerations": [{"operator": "Exists", "effect": "NoExecute"}],
                "containers": [{"name": "a"}], "volumes": [{"name": "v", "hostPath": {}}]}});
        let by_node = Change { caller: Caller::Node, ..create(&pod) };
        assert_eq!(
            found(&world, &by_node, &pod),
            [(Reason::VolumeTypeForbidden, "spec.volumes[0].hostPath".to_owned())]
        );
        assert!(found(&world, &create(&pod), &pod).len() > 3);
    }
}
