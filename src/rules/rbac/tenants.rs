//! `ClusterRoles` for people: members of tenants, authors of Tenants and of
//! Policies, administrators.

use serde_json::Value;

use super::render::{aggregated_cluster_role, cluster_role};
use super::{PolicyRule, READ, WRITE};
use crate::names;

/// `ClusterRoles` that members are bound to: admin, edit, view. Like the built-in
/// ones, without `pods/proxy` and `services/proxy` (past network policies),
/// `serviceaccounts/token` and impersonation (past admission), and without
/// writes of quota, limits and endpoints.
pub const TENANT_ROLES: [&str; 3] = names::TENANT_ROLES;
/// ClusterRole of who may write Tenants of the class `default`.
pub const AUTHOR_ROLE: &str = "lessor-tenant-author";
/// ClusterRole of who may write Policies.
pub const POLICY_AUTHOR_ROLE: &str = "lessor-policy-author";
/// ClusterRole of administrators.
pub const ADMINISTRATOR_ROLE: &str = "lessor-administrator";
/// ClusterRole through which the controller may bind further roles.
pub const BINDABLE_ROLE: &str = "lessor-bindable-roles";

const VIEW: &[PolicyRule] = &[
    PolicyRule::of(
        "",
        &[
            "bindings",
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "namespaces",
            "namespaces/status",
            "persistentvolumeclaims",
            "persistentvolumeclaims/status",
            "pods",
            "pods/log",
            "pods/status",
            "replicationcontrollers",
            "replicationcontrollers/scale",
            "replicationcontrollers/status",
            "resourcequotas",
            "resourcequotas/status",
            "serviceaccounts",
            "services",
            "services/status",
        ],
        READ,
    ),
    PolicyRule::of(
        "apps",
        &[
            "controllerrevisions",
            "daemonsets",
            "daemonsets/status",
            "deployments",
            "deployments/scale",
            "deployments/status",
            "replicasets",
            "replicasets/scale",
            "replicasets/status",
            "statefulsets",
            "statefulsets/scale",
            "statefulsets/status",
        ],
        READ,
    ),
    PolicyRule::of(
        "autoscaling",
        &["horizontalpodautoscalers", "horizontalpodautoscalers/status"],
        READ,
    ),
    PolicyRule::of("batch", &["cronjobs", "cronjobs/status", "jobs", "jobs/status"], READ),
    PolicyRule::of("discovery.k8s.io", &["endpointslices"], READ),
    PolicyRule::of("events.k8s.io", &["events"], READ),
    PolicyRule::of(
        "networking.k8s.io",
        &["ingresses", "ingresses/status", "networkpolicies"],
        READ,
    ),
    PolicyRule::of("policy", &["poddisruptionbudgets", "poddisruptionbudgets/status"], READ),
    PolicyRule::of(
        "resource.k8s.io",
        &["resourceclaims", "resourceclaims/status", "resourceclaimtemplates"],
        READ,
    ),
];

const EDIT: &[PolicyRule] = &[
    PolicyRule::of(
        "",
        &[
            "configmaps",
            "persistentvolumeclaims",
            "pods",
            "replicationcontrollers",
            "replicationcontrollers/scale",
            "secrets",
            "serviceaccounts",
            "services",
        ],
        WRITE,
    ),
    PolicyRule::of("", &["secrets"], READ),
    PolicyRule::of("", &["pods/eviction"], &["create"]),
    // Older clients open these streams with GET. What a class opens is decided
    // at admission.
    PolicyRule::of("", &["pods/attach", "pods/exec", "pods/portforward"], &["create", "get"]),
    PolicyRule::of("", &["pods/ephemeralcontainers"], &["get", "patch", "update"]),
    PolicyRule::of(
        "apps",
        &[
            "daemonsets",
            "deployments",
            "deployments/scale",
            "replicasets",
            "replicasets/scale",
            "statefulsets",
            "statefulsets/scale",
        ],
        WRITE,
    ),
    PolicyRule::of("autoscaling", &["horizontalpodautoscalers"], WRITE),
    PolicyRule::of("batch", &["cronjobs", "jobs"], WRITE),
    PolicyRule::of("coordination.k8s.io", &["leases"], READ),
    PolicyRule::of("coordination.k8s.io", &["leases"], WRITE),
    PolicyRule::of("networking.k8s.io", &["ingresses"], WRITE),
    PolicyRule::of("policy", &["poddisruptionbudgets"], WRITE),
    PolicyRule::of("resource.k8s.io", &["resourceclaims", "resourceclaimtemplates"], WRITE),
];

const ADMIN: &[PolicyRule] = &[
    // Admission lets these narrow what the platform allows, never widen it.
    PolicyRule::of("networking.k8s.io", &["networkpolicies"], WRITE),
    PolicyRule::of("rbac.authorization.k8s.io", &["rolebindings", "roles"], READ),
    PolicyRule::of("rbac.authorization.k8s.io", &["rolebindings", "roles"], WRITE),
    PolicyRule::of("authorization.k8s.io", &["localsubjectaccessreviews"], &["create"]),
];

const AUTHOR: &[PolicyRule] = &[
    PolicyRule::of("lessor.io", &["tenants", "tenants/status", "tenantclasses"], READ),
    // Without deletecollection: one slip would take every tenant.
    PolicyRule::of("lessor.io", &["tenants"], &["create", "delete", "patch", "update"]),
    PolicyRule::of("lessor.io", &["tenantclasses"], &[names::USE_VERB])
        .named(&[names::DEFAULT_CLASS]),
];

/// Not exemptions: who writes the policies does not say for whom they hold.
const POLICY_AUTHOR: &[PolicyRule] = &[
    PolicyRule::of(
        "lessor.io",
        &["policies", "policies/status", "exemptions", "tenants", "tenantclasses"],
        READ,
    ),
    // Without deletecollection: one slip would take every policy.
    PolicyRule::of("lessor.io", &["policies"], &["create", "delete", "patch", "update"]),
];

const ADMINISTRATOR: &[PolicyRule] = &[
    PolicyRule::of("lessor.io", &["tenants"], &[names::ADMINISTER_VERB]),
    PolicyRule::of("lessor.io", ADMINISTERED, READ),
    PolicyRule::of("lessor.io", ADMINISTERED, WRITE),
    PolicyRule::of("lessor.io", &["tenants/status"], &["get", "patch", "update"]),
    PolicyRule::of("lessor.io", &["policies/status"], &["get"]),
    PolicyRule::of("lessor.io", &["tenantclasses"], &[names::USE_VERB]),
];

const ADMINISTERED: &[&str] = &["tenants", "tenantclasses", "policies", "exemptions"];

pub(super) fn objects() -> Vec<Value> {
    let [admin, edit, view] = TENANT_ROLES;
    vec![
        cluster_role(view, &[VIEW]),
        cluster_role(edit, &[VIEW, EDIT]),
        cluster_role(admin, &[VIEW, EDIT, ADMIN]),
        cluster_role(AUTHOR_ROLE, &[AUTHOR]),
        cluster_role(POLICY_AUTHOR_ROLE, &[POLICY_AUTHOR]),
        cluster_role(ADMINISTRATOR_ROLE, &[ADMINISTRATOR]),
        aggregated_cluster_role(BINDABLE_ROLE, names::BINDABLE_ROLE_LABEL),
    ]
}
