//! The kinds that every tenant may use.

use crate::api::ApiGroupKinds;

/// Resources of a group. All of them are judged by a rule of their own, or are
/// of no consequence outside their namespace.
pub(super) const BUILT_IN: [(&str, &[&str]); 11] = [
    (
        "",
        &[
            "bindings",
            "configmaps",
            "endpoints",
            "events",
            "persistentvolumeclaims",
            "pods",
            "podtemplates",
            "replicationcontrollers",
            "secrets",
            "serviceaccounts",
            "services",
        ],
    ),
    ("apps", &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("authorization.k8s.io", &["localsubjectaccessreviews"]),
    ("autoscaling", &["horizontalpodautoscalers"]),
    ("batch", &["cronjobs", "jobs"]),
    ("coordination.k8s.io", &["leases"]),
    ("discovery.k8s.io", &["endpointslices"]),
    ("events.k8s.io", &["events"]),
    ("networking.k8s.io", &["ingresses", "networkpolicies"]),
    ("policy", &["poddisruptionbudgets"]),
    ("rbac.authorization.k8s.io", &["rolebindings", "roles"]),
];

/// Kinds of the core group that bound the tenant. No class can allow them.
pub(super) const BOUNDS: [&str; 2] = ["limitranges", "resourcequotas"];

pub(super) fn is_built_in(group: &str, resource: &str) -> bool {
    BUILT_IN.iter().any(|(known, resources)| *known == group && resources.contains(&resource))
}

/// Whether the class lists the kind. A subresource with a kind of its own,
/// such as `Scale`, is allowed with its parent, whose kind is then known by
/// its plural alone.
pub(super) fn is_listed(
    listed: &[ApiGroupKinds],
    group: &str,
    resource: &str,
    kind: Option<&str>,
    subresource: &str,
) -> bool {
    listed.iter().filter(|entry| entry.group == group).flat_map(|entry| &entry.kinds).any(|entry| {
        Some(entry.as_str()) == kind || (!subresource.is_empty() && is_plural(entry, resource))
    })
}

/// Whether `resource` is the usual plural of `kind`.
fn is_plural(kind: &str, resource: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    resource == format!("{kind}s")
        || resource == format!("{kind}es")
        || kind.strip_suffix('y').is_some_and(|stem| resource == format!("{stem}ies"))
        || resource == kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_the_usual_ones() {
        assert!(is_plural("Certificate", "certificates"));
        assert!(is_plural("Ingress", "ingresses"));
        assert!(is_plural("Policy", "policies"));
        assert!(is_plural("Endpoints", "endpoints"));
        assert!(!is_plural("Certificate", "certificaterequests"));
    }
}
