//! Requests made from plain manifests, as the API server would make them.
//!
//! What `check`, `demo` and `webhook --static` judge goes through the same
//! [`super::decide`] as the live webhook: only the request is made here.

use serde_json::{Map, Value, json};

use crate::isolation::Operation;
use crate::isolation::pods;
use crate::names::Reason;

use crate::snapshot::Snapshot;

use super::decide::decide;
use super::decision::{Decision, Outcome};
use super::request::{Endpoint, GroupKind, GroupResource, Phase, Request, User};

/// Who creates Pods for a workload.
const REPLICASET_CONTROLLER: &str = "system:serviceaccount:kube-system:replicaset-controller";

/// Judges a request as the API server would have it judged: the mutating
/// endpoint, then the validating one on the result. Without `mutate` the object
/// is judged as written, except that what mutation would have injected is not
/// missed.
#[must_use]
pub fn review(request: &mut Request, snapshot: &Snapshot, mutate: bool) -> Decision {
    identify_namespace(request, snapshot);
    let ask = |request: &mut Request, phase| {
        let endpoint = Endpoint { phase, administrator: false };
        match decide(request, endpoint, snapshot) {
            Outcome::Decided(decision) => decision,
            Outcome::NotYet(not_yet) => not_yet.into_decision(),
            Outcome::NeedsAccess(access) => access.assumed(),
        }
    };
    if !mutate {
        let completed = review(&mut request.clone(), snapshot, true);
        let mut decision = ask(request, Phase::Validating);
        // What Lessor would have added is not missed; Pod Security is judged as written.
        decision.violations.retain(|written| {
            written.reason == Reason::PodSecurityViolation
                || completed
                    .violations
                    .iter()
                    .any(|after| after.rule == written.rule && after.field == written.field)
        });
        return decision;
    }
    let mutated = ask(request, Phase::Mutating);
    if !mutated.allowed() {
        return mutated;
    }
    let mut decision = ask(request, Phase::Validating);
    decision.patch = mutated.patch;
    for warning in mutated.warnings {
        if !decision.warnings.contains(&warning) {
            decision.warnings.push(warning);
        }
    }
    decision
}

/// Offline a Namespace is the one of its name among the files: a recording of
/// another cluster has a UID of its own.
fn identify_namespace(request: &mut Request, snapshot: &Snapshot) {
    if !request.resource.group.is_empty() || request.resource.resource != "namespaces" {
        return;
    }
    let Some(uid) = snapshot.namespace(request.object_name()).map(|view| view.uid.clone()) else {
        return;
    };
    for object in [&mut request.object, &mut request.old_object].into_iter().flatten() {
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("uid".to_owned(), Value::from(uid.as_str()));
        }
    }
}

/// Why a manifest cannot become a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A field that every object has is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
}

/// Kinds that live outside namespaces, of those a tenant or platform team writes.
const CLUSTER_SCOPED: [&str; 18] = [
    "APIService",
    "CSIDriver",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "Tenant",
    "TenantClass",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
];

/// Whether a kind lives outside namespaces.
#[must_use]
pub fn is_cluster_scoped(kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind)
}

/// The request that creating `object` in `namespace` would be.
///
/// # Errors
/// If `apiVersion`, `kind` or the name is missing.
pub fn create(object: Value, namespace: &str, user: &User) -> Result<Request, ManifestError> {
    let text = |pointer: &str, field: &'static str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or(ManifestError::Missing(field))
    };
    let api_version = text("/apiVersion", "apiVersion")?;
    let kind = text("/kind", "kind")?;
    let name = text("/metadata/name", "metadata.name").or_else(|error| {
        text("/metadata/generateName", "").map(|_| String::new()).map_err(|_| error)
    })?;
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    let namespace = match kind.as_str() {
        "Namespace" => name.clone(),
        kind if is_cluster_scoped(kind) => String::new(),
        _ => namespace.to_owned(),
    };
    Ok(Request {
        uid: format!("offline-{namespace}-{kind}-{name}"),
        resource: GroupResource { group: group.to_owned(), resource: plural(&kind) },
        kind: GroupKind { group: group.to_owned(), version: version.to_owned(), kind },
        subresource: String::new(),
        name,
        namespace,
        operation: Operation::Create,
        user: user.clone(),
        object: Some(object),
        old_object: None,
        dry_run: false,
    })
}

/// The Pod that a workload's controller would create from its template, as a
/// request; none for kinds without a template and for Pods themselves.
#[must_use]
pub fn pod_of(workload: &Request) -> Option<Request> {
    let object = workload.object.as_ref()?;
    let template = pods::template(&workload.resource.group, &workload.resource.resource)?;
    if template.spec == ["spec"] {
        return None;
    }
    let spec = object.pointer(&crate::document::pointer_of(template.spec))?.clone();
    let metadata = object.pointer(&crate::document::pointer_of(template.metadata));
    let copy = |field: &str| metadata.and_then(|m| m.get(field)).cloned();
    let mut pod_metadata = Map::new();
    pod_metadata.insert("generateName".to_owned(), json!(format!("{}-", workload.name)));
    pod_metadata.insert("namespace".to_owned(), json!(workload.namespace));
    for field in ["labels", "annotations"] {
        if let Some(value) = copy(field) {
            pod_metadata.insert(field.to_owned(), value);
        }
    }
    let user = User { name: REPLICASET_CONTROLLER.to_owned(), ..User::default() };
    Some(Request {
        uid: format!("{}-pod", workload.uid),
        kind: GroupKind { group: String::new(), version: "v1".to_owned(), kind: "Pod".to_owned() },
        resource: GroupResource { group: String::new(), resource: "pods".to_owned() },
        subresource: String::new(),
        name: String::new(),
        namespace: workload.namespace.clone(),
        operation: Operation::Create,
        user,
        object: Some(json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": pod_metadata, "spec": spec
        })),
        old_object: None,
        dry_run: false,
    })
}

/// The resource of a kind, by the rule that code generators use for built-in
/// kinds and nearly all custom ones.
#[must_use]
pub fn plural(kind: &str) -> String {
    let lower = kind.to_ascii_lowercase();
    if lower == "endpoints" {
        return lower;
    }
    if let Some(stem) = lower.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    if lower.ends_with(['s', 'x', 'z']) || lower.ends_with("ch") || lower.ends_with("sh") {
        return format!("{lower}es");
    }
    format!("{lower}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_named_as_the_api_server_names_them() {
        for (kind, resource) in [
            ("Pod", "pods"),
            ("NetworkPolicy", "networkpolicies"),
            ("Ingress", "ingresses"),
            ("Endpoints", "endpoints"),
            ("EndpointSlice", "endpointslices"),
            ("StorageClass", "storageclasses"),
            ("Gateway", "gateways"),
        ] {
            assert_eq!(plural(kind), resource);
        }
    }

    #[test]
    fn what_every_object_has_must_be_there() {
        let user = User::default();
        let missing = create(json!({"kind": "Pod", "metadata": {"name": "a"}}), "acme", &user);
        assert_eq!(missing.unwrap_err(), ManifestError::Missing("apiVersion"));
        let nameless = create(json!({"apiVersion": "v1", "kind": "Pod"}), "acme", &user);
        assert_eq!(nameless.unwrap_err(), ManifestError::Missing("metadata.name"));
        let generated =
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "a-"}});
        assert!(create(generated, "acme", &user).is_ok());
    }
}
