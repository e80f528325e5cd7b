//! Subresources of Pods.

use serde_json::Value;

use super::identity;
use super::judge::{judge, suspended};
use super::subject::Subject;
use crate::api::PodAccess;
use crate::document::Field;
use crate::isolation::{Caller, Change, Context, Findings};
use crate::names::Reason;

/// Judges a change of a subresource of `pods`, and of `bindings`. Decides on
/// resource and subresource, never on the kind of the object.
pub fn judge_subresource(ctx: &Context<'_>, change: &Change<'_>, out: &mut Findings) {
    let subresource = if change.resource == "bindings" { "binding" } else { change.subresource };
    match subresource {
        "exec" => judge_access(ctx, PodAccess::Exec, "pods/exec", out),
        "attach" => judge_access(ctx, PodAccess::Attach, "pods/attach", out),
        "portforward" => judge_access(ctx, PodAccess::PortForward, "pods/portforward", out),
        "proxy" => out.violation(
            "pods/connect",
            Reason::ConnectForbidden,
            "",
            "pods/proxy connects from the API server past every network policy; \
             use a Service of the tenant",
        ),
        // RBAC answers; a drain must always work.
        "eviction" => {}
        "binding" => judge_binding(ctx, change, out),
        "status" => judge_status(ctx, change, out),
        "ephemeralcontainers" => {
            judge_access(ctx, PodAccess::EphemeralContainers, "pods/ephemeralcontainers", out);
            judge_pod(ctx, change, out);
        }
        // Whatever else serves a Pod is judged as one; what does not is unknown.
        _ if change.new.is_some_and(|new| new.pointer("/spec/containers").is_some()) => {
            judge_pod(ctx, change, out);
        }
        other => out.violation(
            "pods/subresource",
            Reason::SubresourceForbidden,
            "",
            format!("pods/{other} is not allowed; change the Pod itself"),
        ),
    }
}

fn judge_access(ctx: &Context<'_>, access: PodAccess, name: &str, out: &mut Findings) {
    if !ctx.class.allows_access(access) {
        out.violation(
            "pods/connect",
            Reason::ConnectForbidden,
            "",
            format!(
                "{name} is not allowed; class {:?} would have to list it in podAccess",
                ctx.tenant.class_name
            ),
        );
    }
    if ctx.tenant.suspended {
        suspended(ctx, "", out);
    }
}

fn judge_binding(ctx: &Context<'_>, change: &Change<'_>, out: &mut Findings) {
    if change.caller != Caller::Platform {
        out.violation(
            "pods/binding",
            Reason::SubresourceForbidden,
            "target",
            "only the cluster's scheduler binds Pods to nodes; use nodeSelector or affinity",
        );
    }
    if let Some(metadata) = change.new.and_then(|binding| binding.get("metadata")) {
        identity::judge_binding(ctx, metadata, &Field::root("metadata"), out);
    }
}

fn judge_status(ctx: &Context<'_>, change: &Change<'_>, out: &mut Findings) {
    let metadata = |object: Option<&Value>| object.and_then(|o| o.get("metadata")).cloned();
    let (old, new) = (metadata(change.old), metadata(change.new));
    if let (Some(old), Some(new)) = (old, new) {
        let field = Field::root("metadata");
        identity::judge_mirror(change, &new, &field, out);
        identity::judge_update(ctx, &old, &new, &field, out);
    }
}

fn judge_pod(ctx: &Context<'_>, change: &Change<'_>, out: &mut Findings) {
    let part = |name: &str| change.new.and_then(|new| new.get(name)).unwrap_or(&Value::Null);
    let subject =
        Subject { metadata: part("metadata"), spec: part("spec"), root: "", is_template: false };
    judge(ctx, change, &subject, out);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use std::borrow::Cow;

    use super::*;
    use crate::isolation::fixtures::{World, create, update};
    use crate::isolation::pods::as_pod;
    use crate::isolation::{Operation, Violation};

    fn found(world: &World, change: &Change<'_>) -> Vec<(&'static str, Reason, String)> {
        let mut out = Findings::default();
        judge_subresource(&world.context(), change, &mut out);
        let known = |v: Violation| match v.rule {
            Cow::Borrowed(rule) => (rule, v.reason, v.field),
            Cow::Owned(rule) => panic!("{rule} is not of the core"),
        };
        out.violations.into_iter().map(known).collect()
    }

    fn connect<'a>(subresource: &'a str, options: &'a Value) -> Change<'a> {
        Change { operation: Operation::Connect, subresource, ..create(options) }
    }

    const CLOSED: (&str, Reason, String) =
        ("pods/connect", Reason::ConnectForbidden, String::new());
    const SUSPENDED: (&str, Reason, String) =
        ("pods/suspended", Reason::TenantSuspended, String::new());

    #[test]
    fn ways_into_a_pod_are_opened_by_the_class() {
        let options = json!({"kind": "PodExecOptions", "command": ["sh"]});
        let mut world = World::default();
        for (subresource, access) in [
            ("exec", PodAccess::Exec),
            ("attach", PodAccess::Attach),
            ("portforward", PodAccess::PortForward),
        ] {
            world.class.pod_access = vec![];
            assert_eq!(found(&world, &connect(subresource, &options)), [CLOSED]);
            world.class.pod_access = vec![access];
            assert_eq!(found(&world, &connect(subresource, &options)), []);
            world.tenant.suspended = true;
            assert_eq!(found(&world, &connect(subresource, &options)), [SUSPENDED]);
            world.tenant.suspended = false;
        }
        assert_eq!(found(&world, &connect("proxy", &options)), [CLOSED]);
        assert_eq!(found(&world, &connect("eviction", &options)), []);
        assert_eq!(
            found(&world, &connect("future", &options)),
            [("pods/subresource", Reason::SubresourceForbidden, String::new())]
        );
    }

    #[test]
    fn only_the_scheduler_binds_and_it_claims_no_identity() {
        let world = World::rich();
        let zone = json!({"metadata": {"labels": {"topology.kubernetes.io/zone": "a"}}, "target": {"name": "n"}});
        for (resource, subresource) in [("pods", "binding"), ("bindings", "")] {
            let change = Change { resource, subresource, ..create(&zone) };
            for caller in [Caller::Node, Caller::Administrator] {
                assert_eq!(found(&world, &Change { caller, ..change }).len(), 1);
            }
            assert_eq!(found(&world, &Change { caller: Caller::Platform, ..change }), []);
            assert_eq!(
                found(&world, &change),
                [("pods/binding", Reason::SubresourceForbidden, "target".to_owned())]
            );
        }
        for key in ["lessor.io/tenant", "lessor.io/service", "team"] {
            let labelled = json!({"metadata": {"labels": {key: "acme"}}});
            let change =
                Change { subresource: "binding", caller: Caller::Platform, ..create(&labelled) };
            let field = crate::document::child("metadata.labels", key);
            assert_eq!(
                found(&world, &change),
                [("pods/identity", Reason::TenantIdentityMismatch, field)]
            );
        }
    }

    #[test]
    fn status_keeps_identity() {
        let world = World::default();
        let old = json!({"metadata": {"labels": {"lessor.io/tenant": "acme"}}, "spec": {"nodeName": "n"}, "status": {}});
        let mut new = old.clone();
        new["metadata"]["labels"]["app"] = json!("x");
        new["status"] = json!({"phase": "Running"});
        assert_eq!(found(&world, &Change { subresource: "status", ..update(&old, &new) }), []);
        new["metadata"]["labels"]["lessor.io/tenant"] = json!("globex");
        assert_eq!(
            found(&world, &Change { subresource: "status", ..update(&old, &new) }),
            [(
                "pods/identity",
                Reason::TenantIdentityMismatch,
                "metadata.labels[lessor.io/tenant]".to_owned()
            )]
        );
    }

    #[test]
    fn ephemeral_containers_and_resize_judge_the_whole_pod() {
        let mut world = World::rich();
        let old = as_pod(
            &world.context(),
            &json!({}),
            &json!({"containers": [{"name": "a", "image": "i"}]}),
            &mut Findings::default(),
        );
        let mut good = old.clone();
        good["spec"]["ephemeralContainers"] =
            json!([{"name": "debug", "image": "i", "imagePullPolicy": "Always"}]);
        let change = Change { subresource: "ephemeralcontainers", ..update(&old, &good) };
        assert_eq!(found(&world, &change), [CLOSED]);
        world.class.pod_access = vec![PodAccess::EphemeralContainers];
        assert_eq!(found(&world, &change), []);
        world.tenant.suspended = true;
        assert_eq!(found(&world, &change), [SUSPENDED]);
        world.tenant.suspended = false;
        let mut bad = good.clone();
        bad["spec"]["ephemeralContainers"][0]["envFrom"] = json!([{"secretRef": {"name": "db"}}]);
        assert_eq!(
            found(&world, &Change { subresource: "ephemeralcontainers", ..update(&old, &bad) }),
            [(
                "pods/secrets",
                Reason::SecretNotGranted,
                "spec.ephemeralContainers[0].envFrom[0].secretRef.name".to_owned()
            )]
        );
        let mut resized = old.clone();
        resized["spec"]["containers"][0]["resources"] = json!({"limits": {"cpu": "2"}});
        assert_eq!(found(&world, &Change { subresource: "resize", ..update(&old, &resized) }), []);
        resized["spec"]["containers"][0]["imagePullPolicy"] = json!("Never");
        assert_eq!(
            found(&world, &Change { subresource: "resize", ..update(&old, &resized) }),
            [(
                "pods/image-pull-policy",
                Reason::ImagePullPolicyForbidden,
                "spec.containers[0].imagePullPolicy".to_owned()
            )]
        );
    }
}
