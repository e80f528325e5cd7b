//! Puts the identity on objects that users create.

use crate::document::PatchError;
use serde_json::Value;

use crate::document::Mutator;
use crate::isolation::{Context, read};
use crate::names;

/// Adds the identity label to `metadata.labels` of an object that a user
/// creates or applies. Never to templates: a ReplicaSet whose template differs
/// from its Deployment's is replaced without end. An object with a controller
/// owner, Pods aside, is that controller's to write. A label that says
/// something else is left to [`super::judge`], which refuses it.
///
/// # Errors
/// If `metadata` or `metadata.labels` is not an object.
pub fn identity_labels(ctx: &Context, mutator: &mut Mutator) -> Result<(), PatchError> {
    let object = mutator.document();
    let is_controlled = read::list(object, &["metadata", "ownerReferences"])
        .iter()
        .any(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true));
    let is_pod = read::text(object, &["kind"]) == Some("Pod");
    let is_labelled = read::at(object, &["metadata", "labels", names::TENANT_LABEL]).is_some();
    if is_labelled || (is_controlled && !is_pod) {
        return Ok(());
    }
    mutator.set(&["metadata", "labels", names::TENANT_LABEL], Value::from(ctx.tenant.name.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::kinds_fixtures::World;

    fn labelled(mut object: Value) -> Value {
        let world = World::new();
        let mut mutator = Mutator::new(&mut object);
        identity_labels(&world.context(), &mut mutator).unwrap();
        object
    }

    #[test]
    fn users_objects_are_labelled_and_templates_are_not() {
        let object = labelled(json!({"kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"template": {"metadata": {}}}}));
        assert_eq!(object["metadata"]["labels"]["lessor.io/tenant"], "acme");
        assert_eq!(object["spec"]["template"]["metadata"], json!({}));
        assert_eq!(labelled(object.clone()), object, "a second round changes nothing");
    }

    #[test]
    fn controlled_objects_are_left_alone_but_pods_are_not() {
        let owner = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "controller": true}]);
        let set = json!({"kind": "ReplicaSet", "metadata": {"ownerReferences": owner}});
        assert_eq!(labelled(set.clone()), set);
        let pod = labelled(json!({"kind": "Pod", "metadata": {"ownerReferences": owner}}));
        assert_eq!(pod["metadata"]["labels"]["lessor.io/tenant"], "acme");
    }

    #[test]
    fn another_identity_is_not_overwritten_and_a_bad_shape_is_an_error() {
        let object = json!({"metadata": {"labels": {"lessor.io/tenant": "globex"}}});
        assert_eq!(labelled(object.clone()), object);
        let world = World::new();
        let mut object = json!({"metadata": {"labels": "text"}});
        let mut mutator = Mutator::new(&mut object);
        assert!(identity_labels(&world.context(), &mut mutator).is_err());
    }
}
