//! What a workload's controller would make of it.

use serde_json::{Map, Value, json};

use crate::document::pointer_of;
use crate::isolation::Operation;
use crate::isolation::pods;

use super::request::{GroupKind, GroupResource, Request, User};

/// The Pod and the claims that the controller of a new workload would create,
/// as requests of that controller; none for other objects and operations.
#[must_use]
pub fn made_by(workload: &Request) -> Vec<Request> {
    let (group, resource) = (workload.resource.group.as_str(), workload.resource.resource.as_str());
    let creates = workload.operation == Operation::Create && workload.subresource.is_empty();
    let Some(object) = workload.object.as_ref().filter(|_| creates) else { return Vec::new() };
    let claims = pods::claim_templates(group, resource, object).into_iter().map(|template| {
        let claim = template.claim;
        let label = claim.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let mut metadata = copied(workload, claim.get("metadata"));
        metadata.insert("name".to_owned(), json!(format!("{label}-{}-0", workload.name)));
        made(workload, "PersistentVolumeClaim", metadata, claim.get("spec"))
    });
    let pod = pods::template(group, resource).filter(|template| !template.path.is_empty());
    let pod = pod.and_then(|template| {
        let spec = object.pointer(&pointer_of(template.spec))?;
        let mut metadata = copied(workload, object.pointer(&pointer_of(template.metadata)));
        let generate = object.pointer("/metadata/generateName").and_then(Value::as_str);
        let (key, name) = match (resource, generate.filter(|_| workload.name.is_empty())) {
            ("statefulsets", None) => ("name", format!("{}-0", workload.name)),
            (_, Some(prefix)) => ("generateName", prefix.to_owned()),
            (_, None) => ("generateName", format!("{}-", workload.name)),
        };
        metadata.insert(key.to_owned(), json!(name));
        Some(made(workload, "Pod", metadata, Some(spec)))
    });
    claims.chain(pod).collect()
}

/// Labels and annotations of a template, in the workload's namespace.
fn copied(workload: &Request, template: Option<&Value>) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("namespace".to_owned(), json!(workload.namespace));
    for field in ["labels", "annotations"] {
        if let Some(value) = template.and_then(|template| template.get(field)) {
            metadata.insert(field.to_owned(), value.clone());
        }
    }
    metadata
}

fn made(
    workload: &Request,
    kind: &str,
    metadata: Map<String, Value>,
    spec: Option<&Value>,
) -> Request {
    let name = metadata.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    Request {
        uid: format!("{}-{}", workload.uid, kind.to_ascii_lowercase()),
        kind: GroupKind { group: String::new(), version: "v1".to_owned(), kind: kind.to_owned() },
        resource: GroupResource { group: String::new(), resource: super::offline::plural(kind) },
        subresource: String::new(),
        name,
        namespace: workload.namespace.clone(),
        operation: Operation::Create,
        user: controller_of(&workload.resource.resource),
        object: Some(json!({
            "apiVersion": "v1", "kind": kind, "metadata": Value::Object(metadata), "spec": spec
        })),
        old_object: None,
        dry_run: false,
    }
}

/// The controller that makes Pods for a kind of workload.
fn controller_of(resource: &str) -> User {
    let controller = match resource {
        "daemonsets" => "daemon-set-controller",
        "statefulsets" => "statefulset-controller",
        "jobs" | "cronjobs" => "job-controller",
        "replicationcontrollers" => "replication-controller",
        _ => "replicaset-controller",
    };
    User {
        name: format!("system:serviceaccount:kube-system:{controller}"),
        groups: [
            "system:serviceaccounts",
            "system:serviceaccounts:kube-system",
            "system:authenticated",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..User::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::offline;

    fn of(object: Value) -> Vec<Request> {
        made_by(&offline::create(object, "acme", &User::default()).unwrap())
    }

    #[test]
    fn a_stateful_set_makes_claims_and_a_named_pod() {
        let made = of(json!({"apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": {"name": "db"}, "spec": {
                "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": []}},
                "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"x": 1}}]}}));
        let named: Vec<_> = made.iter().map(|r| (r.target(), r.name.as_str())).collect();
        assert_eq!(
            named,
            [("persistentvolumeclaims".to_owned(), "data-db-0"), ("pods".to_owned(), "db-0")]
        );
        assert_eq!(made[0].object.as_ref().unwrap()["spec"], json!({"x": 1}));
        assert_eq!(made[1].object.as_ref().unwrap()["metadata"]["labels"]["app"], "db");
        assert!(made[1].user.name.ends_with(":statefulset-controller"));
    }

    #[test]
    fn other_workloads_make_a_pod_with_a_generated_name() {
        let template = json!({"spec": {"containers": []}});
        let job = json!({"apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"generateName": "migrate-"}, "spec": {"template": template}});
        let made = of(job);
        assert_eq!(made[0].object.as_ref().unwrap()["metadata"]["generateName"], "migrate-");
        assert_eq!(made[0].name, "");
    }

    #[test]
    fn pods_and_others_make_nothing() {
        for kind in ["Pod", "Service"] {
            let object =
                json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "a"}, "spec": {}});
            assert!(of(object).is_empty());
        }
    }
}
