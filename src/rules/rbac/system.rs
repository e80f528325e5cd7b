//! What Lessor itself may do.

use serde_json::Value;

use super::render::{cluster_role, cluster_role_binding, role, role_binding, service_account};
use super::tenants::{BINDABLE_ROLE, TENANT_ROLES};
use super::{PolicyRule, READ};
use crate::names;
use crate::rules::install::{Certificates, Install};

/// `update`, because what may hold nothing that others added is replaced, not applied.
const MAINTAIN: &[&str] = &["get", "list", "watch", "create", "patch", "update", "delete"];
const WIND_DOWN: &[&str] = &["get", "list", "watch", "patch", "delete", "deletecollection"];
const SECRET_READER: &str = "lessor-secret-source";

/// The webhook reads what it decides by and asks who may grant what. It writes
/// nothing: admission has no side effects.
const WEBHOOK: &[PolicyRule] = &[
    PolicyRule::of("", &["namespaces", "resourcequotas", "limitranges", "pods"], READ),
    PolicyRule::of("networking.k8s.io", &["networkpolicies"], READ),
    PolicyRule::of("lessor.io", &["tenants", "tenantclasses"], READ),
    PolicyRule::of("authorization.k8s.io", &["subjectaccessreviews"], &["create"]),
];

/// The webhook's serving certificate.
const WEBHOOK_LOCAL: &[PolicyRule] =
    &[PolicyRule::of("", &["secrets"], READ).named(&[names::CERTIFICATE_SECRET])];

/// The controller makes Namespaces and what isolates them.
const CONTROLLER: &[PolicyRule] = &[
    PolicyRule::of("", &["namespaces"], MAINTAIN),
    PolicyRule::of("", &["resourcequotas", "limitranges", "secrets", "serviceaccounts"], MAINTAIN),
    PolicyRule::of("networking.k8s.io", &["networkpolicies"], MAINTAIN),
    PolicyRule::of("rbac.authorization.k8s.io", &["rolebindings"], MAINTAIN),
    // To grant a role without holding what is in it. Further roles come through
    // the aggregated ClusterRole.
    PolicyRule::of("rbac.authorization.k8s.io", &["clusterroles"], &["bind"]).named(&TENANT_ROLES),
    PolicyRule::of("rbac.authorization.k8s.io", &["clusterroles"], READ),
    PolicyRule::of("lessor.io", &["tenants"], &["get", "list", "watch", "patch", "update"]),
    PolicyRule::of("lessor.io", &["tenants/status", "tenants/finalizers"], &["patch", "update"]),
    PolicyRule::of("lessor.io", &["tenantclasses"], READ),
    // Suspension and deletion of what runs in a tenant.
    PolicyRule::of(
        "apps",
        &["deployments", "statefulsets", "daemonsets", "replicasets"],
        WIND_DOWN,
    ),
    PolicyRule::of("batch", &["jobs", "cronjobs"], WIND_DOWN),
    PolicyRule::of("", &["pods", "persistentvolumeclaims", "replicationcontrollers"], WIND_DOWN),
    PolicyRule::of("", &["persistentvolumes"], &["get", "list", "watch", "patch"]),
    PolicyRule::of("events.k8s.io", &["events"], &["create", "patch"]),
    PolicyRule::of("admissionregistration.k8s.io", CONFIGURATIONS, READ),
    PolicyRule::of("admissionregistration.k8s.io", CONFIGURATIONS, &["create"]),
    PolicyRule::of(
        "admissionregistration.k8s.io",
        &["mutatingwebhookconfigurations"],
        &["patch", "update"],
    )
    .named(&[names::MUTATING_CONFIGURATION]),
    PolicyRule::of(
        "admissionregistration.k8s.io",
        &["validatingwebhookconfigurations"],
        &["patch", "update"],
    )
    .named(&[names::VALIDATING_CONFIGURATION]),
    PolicyRule::of("admissionregistration.k8s.io", FLOOR, READ),
    PolicyRule::of("admissionregistration.k8s.io", FLOOR, &["create"]),
    PolicyRule::of("admissionregistration.k8s.io", FLOOR, &["patch", "update"])
        .named(&names::FLOOR),
];

const CONFIGURATIONS: &[&str] =
    &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
const FLOOR: &[&str] = &["validatingadmissionpolicies", "validatingadmissionpolicybindings"];

/// The controller in Lessor's own namespace: leadership, break-glass, canary, certificate.
const CONTROLLER_LOCAL: &[PolicyRule] = &[
    // A create cannot be limited by name: the object is not there yet.
    PolicyRule::of("coordination.k8s.io", &["leases"], &["create"]),
    PolicyRule::of(
        "coordination.k8s.io",
        &["leases"],
        &["get", "list", "watch", "patch", "update"],
    )
    .named(&[names::LEADER_LEASE]),
    PolicyRule::of("", &["configmaps"], READ).named(&[names::BREAK_GLASS]),
    PolicyRule::of("", &["secrets"], READ).named(&[names::CERTIFICATE_SECRET]),
];

/// The leader issues the certificate itself.
const CONTROLLER_CERTIFICATE: &[PolicyRule] = &[
    PolicyRule::of("", &["secrets"], &["create"]),
    PolicyRule::of("", &["secrets"], &["patch", "update"]).named(&[names::CERTIFICATE_SECRET]),
];

/// The controller asks the webhook for a denial as an account of its own.
const CONTROLLER_CANARY: &[PolicyRule] =
    &[PolicyRule::of("", &["serviceaccounts"], &["impersonate"]).named(&[names::CANARY_ACCOUNT])];

/// What the canary asks for is a dry run that only the webhook refuses. RBAC
/// cannot tell a dry run from the real thing, so it is the most harmless kind.
const CANARY: &[PolicyRule] = &[PolicyRule::of("", &["configmaps"], &["create"])];

/// Secrets that classes grant.
const CONTROLLER_SOURCES: &[PolicyRule] = &[PolicyRule::of("", &["secrets"], READ)];

pub(super) fn objects(install: &Install) -> Vec<Value> {
    let own = install.namespace.as_str();
    let sources = install.secret_source_namespace.as_str();
    let (controller, webhook) = (names::CONTROLLER_ACCOUNT, names::WEBHOOK_ACCOUNT);
    let canary = names::CANARY_ACCOUNT;
    let certificate: &[PolicyRule] = match install.certificates {
        Certificates::SelfManaged => CONTROLLER_CERTIFICATE,
        Certificates::CertManager | Certificates::Files => &[],
    };
    vec![
        service_account(own, controller),
        service_account(own, webhook),
        service_account(own, canary),
        cluster_role(webhook, &[WEBHOOK]),
        cluster_role_binding(webhook, webhook, own, webhook),
        role(own, webhook, &[WEBHOOK_LOCAL]),
        role_binding(own, webhook, own, webhook),
        cluster_role(controller, &[CONTROLLER]),
        cluster_role_binding(controller, controller, own, controller),
        role(own, controller, &[CONTROLLER_LOCAL, CONTROLLER_CANARY, certificate]),
        role_binding(own, controller, own, controller),
        cluster_role(canary, &[CANARY]),
        cluster_role_binding(canary, canary, own, canary),
        role(sources, SECRET_READER, &[CONTROLLER_SOURCES]),
        role_binding(sources, SECRET_READER, own, controller),
        cluster_role_binding(BINDABLE_ROLE, BINDABLE_ROLE, own, controller),
    ]
}
