//! Where the kinds of the API keep the Pods they make.

use serde_json::{Value, json};

use super::mutate::mutate;
use crate::document::{Mutator, index};
use crate::isolation::{Caller, Change, Context, Findings, Operation};

/// Where a kind keeps its Pod: unescaped tokens below the object itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Metadata of the Pod.
    pub metadata: &'static [&'static str],
    /// Spec of the Pod.
    pub spec: &'static [&'static str],
    /// The parent of both as a field path, such as `spec.template`; empty for a Pod.
    pub path: &'static str,
}

const POD: Template = Template { metadata: &["metadata"], spec: &["spec"], path: "" };
const POD_TEMPLATE: Template =
    Template { metadata: &["template", "metadata"], spec: &["template", "spec"], path: "template" };
const WORKLOAD: Template = Template {
    metadata: &["spec", "template", "metadata"],
    spec: &["spec", "template", "spec"],
    path: "spec.template",
};
const CRON_JOB: Template = Template {
    metadata: &["spec", "jobTemplate", "spec", "template", "metadata"],
    spec: &["spec", "jobTemplate", "spec", "template", "spec"],
    path: "spec.jobTemplate.spec.template",
};

/// Every resource that holds a Pod, the Pod itself first.
pub const POD_BEARING: [(&str, &str); 9] = [
    ("", "pods"),
    ("", "podtemplates"),
    ("", "replicationcontrollers"),
    ("apps", "replicasets"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
];

/// Where objects of a resource keep their Pod; `None` for those that hold none.
#[must_use]
pub fn template(group: &str, resource: &str) -> Option<Template> {
    match (group, resource) {
        ("", "pods") => Some(POD),
        ("", "podtemplates") => Some(POD_TEMPLATE),
        ("", "replicationcontrollers")
        | ("apps", "replicasets" | "deployments" | "statefulsets" | "daemonsets")
        | ("batch", "jobs") => Some(WORKLOAD),
        ("batch", "cronjobs") => Some(CRON_JOB),
        _ => None,
    }
}

/// A `PersistentVolumeClaim` inside another object, to be judged as one.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimTemplate<'a> {
    /// Field path of the claim, such as `spec.volumeClaimTemplates[0]`.
    pub path: String,
    /// The claim: `metadata` (may be absent) and `spec`.
    pub claim: &'a Value,
}

/// The claims of generic ephemeral volumes (KEP-1698) in a Pod spec.
/// `root` is the [`Template::path`] of the Pod.
#[must_use]
pub fn ephemeral_claims<'a>(spec: &'a Value, root: &str) -> Vec<ClaimTemplate<'a>> {
    let volumes = spec.get("volumes").and_then(Value::as_array).into_iter().flatten();
    let list =
        if root.is_empty() { "spec.volumes".to_owned() } else { format!("{root}.spec.volumes") };
    volumes
        .enumerate()
        .filter_map(|(i, volume)| {
            let claim = volume.pointer("/ephemeral/volumeClaimTemplate")?;
            let path = format!("{}.ephemeral.volumeClaimTemplate", index(&list, i));
            Some(ClaimTemplate { path, claim })
        })
        .collect()
}

/// The `volumeClaimTemplates` of a StatefulSet; empty for every other resource.
#[must_use]
pub fn claim_templates<'a>(
    group: &str,
    resource: &str,
    object: &'a Value,
) -> Vec<ClaimTemplate<'a>> {
    if (group, resource) != ("apps", "statefulsets") {
        return Vec::new();
    }
    let claims = object.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array);
    let path = |i| index("spec.volumeClaimTemplates", i);
    let claims = claims.into_iter().flatten().enumerate();
    claims.map(|(i, claim)| ClaimTemplate { path: path(i), claim }).collect()
}

/// The Pod that a template will become: `{metadata, spec}` with the API
/// server's defaults that rules read (a volume without a source is an
/// `emptyDir`) and mutated as the Pod will be. What mutation supplies is thereby
/// no violation of a template, and its warnings reach the one who writes the
/// template: nobody sees those of a Pod that a controller makes. Mutation only
/// appends, so list indices of the result are those of the template.
#[must_use]
pub fn as_pod(ctx: &Context<'_>, metadata: &Value, spec: &Value, out: &mut Findings) -> Value {
    let mut pod = json!({"metadata": metadata, "spec": spec});
    if pod["metadata"].is_null() {
        pod["metadata"] = json!({});
    }
    default_volumes(&mut pod);
    let change = Change {
        operation: Operation::Create,
        group: "",
        resource: "pods",
        subresource: "",
        name: "",
        old: None,
        new: None,
        caller: Caller::Platform,
        username: "",
    };
    let mut mutator = Mutator::new(&mut pod);
    // A template of a shape that cannot be mutated is judged as it is: the
    // field that stopped the mutation has the wrong type and is reported.
    let _ = mutate(ctx, &change, &mut mutator, out);
    pod
}

fn default_volumes(pod: &mut Value) {
    let volumes = pod.pointer_mut("/spec/volumes").and_then(Value::as_array_mut);
    for volume in volumes.into_iter().flatten().filter_map(Value::as_object_mut) {
        if volume.iter().all(|(key, value)| key == "name" || value.is_null()) {
            volume.insert("emptyDir".to_owned(), json!({}));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isolation::fixtures::World;

    #[test]
    fn every_pod_bearing_kind_has_a_template() {
        for (group, resource) in POD_BEARING {
            let found = template(group, resource).unwrap();
            let (last, parents) = found.spec.split_last().unwrap();
            assert_eq!(*last, "spec", "{resource}");
            assert_eq!(parents.join("."), found.path, "{resource}");
            assert_eq!(found.metadata.split_last(), Some((&"metadata", parents)), "{resource}");
        }
        assert_eq!(template("apps", "pods"), None);
        assert_eq!(template("", "services"), None);
    }

    #[test]
    fn claims_inside_other_objects_are_exposed() {
        let spec = json!({"volumes": [{"name": "a", "emptyDir": {}},
            {"name": "b", "ephemeral": {"volumeClaimTemplate": {"spec": {"x": 1}}}}]});
        let claims = ephemeral_claims(&spec, "spec.template");
        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].path, "spec.template.spec.volumes[1].ephemeral.volumeClaimTemplate");
        assert_eq!(claims[0].claim, &json!({"spec": {"x": 1}}));
        assert_eq!(
            ephemeral_claims(&spec, "")[0].path,
            "spec.volumes[1].ephemeral.volumeClaimTemplate"
        );

        let set = json!({"spec": {"volumeClaimTemplates": [{"spec": {}}]}});
        assert_eq!(
            claim_templates("apps", "statefulsets", &set)[0].path,
            "spec.volumeClaimTemplates[0]"
        );
        assert_eq!(claim_templates("apps", "deployments", &set), []);
    }

    #[test]
    fn a_template_is_judged_as_the_pod_it_becomes() {
        let world = World::default();
        let metadata = json!({"labels": {"app": "web"}});
        let spec = json!({"containers": [{"name": "a", "image": "i"}], "volumes": [{"name": "v", "hostPath": null}]});
        let mut out = Findings::default();
        let pod = as_pod(&world.context(), &metadata, &spec, &mut out);
        assert_eq!(pod["metadata"]["labels"]["lessor.io/tenant"], "acme");
        assert_eq!(
            pod["spec"]["volumes"][0],
            json!({"name": "v", "hostPath": null, "emptyDir": {}})
        );
        assert_eq!(pod["spec"]["containers"][0]["imagePullPolicy"], "Always");
        assert_eq!(
            as_pod(&world.context(), &Value::Null, &spec, &mut out)["metadata"]["labels"]["lessor.io/tenant"],
            "acme"
        );
    }
}
