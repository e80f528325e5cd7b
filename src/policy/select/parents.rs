//! Kinds of the resources whose subresources carry another kind.

/// Built-in resources of which some subresource is sent as a kind of its own:
/// a `Scale`, a `Binding`, an `Eviction`, options of a connection. What a
/// subresource of a custom resource belongs to cannot be told without asking
/// the API server; there the kind that is sent counts.
const PARENTS: [(&str, &str, &str); 9] = [
    ("", "nodes", "Node"),
    ("", "pods", "Pod"),
    ("", "replicationcontrollers", "ReplicationController"),
    ("", "serviceaccounts", "ServiceAccount"),
    ("", "services", "Service"),
    ("apps", "deployments", "Deployment"),
    ("apps", "replicasets", "ReplicaSet"),
    ("apps", "statefulsets", "StatefulSet"),
    ("", "namespaces", "Namespace"),
];

/// The kind of a resource, where its subresources carry others.
pub(super) fn parent(group: &str, resource: &str) -> Option<&'static str> {
    PARENTS.iter().find(|(g, r, _)| *g == group && *r == resource).map(|(_, _, kind)| *kind)
}
