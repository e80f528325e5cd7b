//! Requests made from plain manifests, as the API server would make them.
//!
//! What `check`, `demo` and `webhook --static` judge goes through the same
//! [`super::decide`] as the live webhook: only the request is made here.

use serde_json::Value;

use crate::isolation::Operation;
use crate::names::{self, Reason};
use crate::snapshot::{Membership, Snapshot};

use super::decide::decide;
use super::decision::{Decision, Outcome};
use super::request::{Endpoint, GroupKind, GroupResource, Phase, Request, User};

pub use super::made::made_by;
pub use super::question::question;

/// Judges a request as the API server would have it judged: the mutating
/// endpoint, then the validating one on the result.
#[must_use]
pub fn review(request: &mut Request, snapshot: &Snapshot) -> Decision {
    identify_namespace(request, snapshot);
    let assumed = default_storage_class(request, snapshot);
    let mutated = ask(request, Phase::Mutating, snapshot);
    if !mutated.allowed() {
        return mutated;
    }
    let mut decision = ask(request, Phase::Validating, snapshot);
    decision.patch = mutated.patch;
    for warning in mutated.warnings.into_iter().chain(assumed) {
        if !decision.warnings.contains(&warning) {
            decision.warnings.push(warning);
        }
    }
    decision
}

/// Judges a request as written. Labels, mounts, placement and pull policy that
/// Lessor would supply are not missed; the Pod Security Standard must be met by
/// the object itself.
#[must_use]
pub fn review_as_written(request: &mut Request, snapshot: &Snapshot) -> Decision {
    identify_namespace(request, snapshot);
    let assumed = default_storage_class(request, snapshot);
    let completed = ask(&mut request.clone(), Phase::Mutating, snapshot);
    let mut decision = ask(request, Phase::Validating, snapshot);
    decision.violations.retain(|violation| {
        violation.reason == Reason::PodSecurityViolation
            || completed
                .violations
                .iter()
                .any(|left| left.reason == violation.reason && left.field == violation.field)
    });
    decision.warnings.extend(assumed);
    decision
}

/// Gives a claim that names no storage class the first of the tenant's class,
/// as the API server's `DefaultStorageClass` plugin would have given it the
/// cluster's default, and says so.
fn default_storage_class(request: &mut Request, snapshot: &Snapshot) -> Option<String> {
    if request.resource.resource != "persistentvolumeclaims"
        || request.operation != Operation::Create
    {
        return None;
    }
    let Membership::Active { tenant, .. } = snapshot.owner_of(&request.namespace) else {
        return None;
    };
    let class = tenant.class.storage_classes.first()?;
    let object = request.object.as_mut()?;
    let annotation = "/metadata/annotations/volume.beta.kubernetes.io~1storage-class";
    if object.pointer(annotation).is_some() {
        return None;
    }
    let spec = object.get_mut("spec")?.as_object_mut()?;
    if spec.get("storageClassName").is_some_and(|name| !name.is_null()) {
        return None;
    }
    spec.insert("storageClassName".to_owned(), Value::from(class.as_str()));
    Some(format!(
        "no storageClassName: judged as {class:?}; in a cluster its default StorageClass counts"
    ))
}

fn ask(request: &mut Request, phase: Phase, snapshot: &Snapshot) -> Decision {
    match decide(request, Endpoint { phase, administrator: false }, snapshot) {
        Outcome::Decided(decision) => decision,
        Outcome::NotYet(not_yet) => not_yet.into_decision(),
        Outcome::NeedsAccess(access) => access.assumed(),
    }
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

/// Kinds of Lessor's own that live outside namespaces, and whose names others
/// have for kinds inside.
const OWN_CLUSTER_SCOPED: [&str; 2] = ["Exemption", "Policy"];

/// Whether a kind lives outside namespaces.
#[must_use]
pub fn is_cluster_scoped(group: &str, kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind) || (group == names::GROUP && OWN_CLUSTER_SCOPED.contains(&kind))
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
        kind if is_cluster_scoped(group, kind) => String::new(),
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
    use serde_json::json;

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
            ("Policy", "policies"),
        ] {
            assert_eq!(plural(kind), resource);
        }
    }

    #[test]
    fn a_policy_of_others_lives_in_a_namespace() {
        let user = User::default();
        let namespace = |api_version: &str| {
            let object =
                json!({"apiVersion": api_version, "kind": "Policy", "metadata": {"name": "a"}});
            create(object, "acme", &user).unwrap().namespace
        };
        assert_eq!(namespace("lessor.io/v1alpha1"), "");
        assert_eq!(namespace("kyverno.io/v1"), "acme");
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
