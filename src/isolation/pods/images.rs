//! When images are pulled.

use serde_json::Value;

use super::subject::{each_container, items, text};
use crate::api::ImagePullPolicyRule;
use crate::document::Field;
use crate::isolation::{Context, Findings};
use crate::names::Reason;

/// The policy that checks the right to an image at every start.
pub(super) const ALWAYS: &str = "Always";

/// Refuses images out of a node's cache, which holds the private images of
/// other tenants (KEP-2535): containers of every list and image volumes.
pub(super) fn judge(ctx: &Context<'_>, spec: &Value, field: &Field<'_>, out: &mut Findings) {
    if ctx.class.image_pull_policy == ImagePullPolicyRule::Any {
        return;
    }
    each_container(spec, field, |_, container, path| {
        check(text(container, "imagePullPolicy"), &path.child("imagePullPolicy"), out);
    });
    let list = field.child("volumes");
    for (index, volume) in items(spec, "volumes").enumerate() {
        if let Some(image) = volume.get("image").filter(|image| image.is_object()) {
            let path = list.index(index);
            check(text(image, "pullPolicy"), &path.child("image").child("pullPolicy"), out);
        }
    }
}

fn check(policy: &str, field: &Field<'_>, out: &mut Findings) {
    if policy != ALWAYS {
        out.violation(
            "pods/image-pull-policy",
            Reason::ImagePullPolicyForbidden,
            field.to_string(),
            format!("must be {ALWAYS:?}: images in a node's cache are not shared between tenants"),
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::fixtures::World;
    use crate::isolation::pods::subject::CONTAINER_LISTS;

    fn found(world: &World, spec: &Value) -> Vec<String> {
        let mut out = Findings::default();
        judge(&world.context(), spec, &Field::root("spec"), &mut out);
        assert!(out.violations.iter().all(|v| v.reason == Reason::ImagePullPolicyForbidden));
        out.violations.into_iter().map(|v| v.field).collect()
    }

    #[test]
    fn images_are_always_pulled() {
        let mut world = World::default();
        for list in CONTAINER_LISTS {
            for policy in ["Never", "IfNotPresent", "", "always"] {
                let spec =
                    json!({list: [{"imagePullPolicy": "Always"}, {"imagePullPolicy": policy}]});
                assert_eq!(found(&world, &spec), [format!("spec.{list}[1].imagePullPolicy")]);
            }
        }
        let volume = json!({"volumes": [{"image": {"pullPolicy": "Never"}}]});
        assert_eq!(found(&world, &volume), ["spec.volumes[0].image.pullPolicy"]);
        let good = json!({"volumes": [{"image": {"pullPolicy": "Always"}}], "containers": [{"imagePullPolicy": "Always"}]});
        assert_eq!(found(&world, &good), [""; 0]);
        world.class.image_pull_policy = ImagePullPolicyRule::Any;
        assert_eq!(found(&world, &volume), [""; 0]);
    }
}
