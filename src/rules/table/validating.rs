//! What is judged.

use super::types::{Entry, Phase, Reach, Row, Scope};
use crate::api::Operation;
use crate::rules::conditions as on;

const CREATE: &[Operation] = &[Operation::Create];
const UPDATE: &[Operation] = &[Operation::Update];
const WRITES: &[Operation] = &[Operation::Create, Operation::Update];
const WRITES_AND_DELETES: &[Operation] = &[Operation::Create, Operation::Update, Operation::Delete];

/// Kinds of the core group that the controller writes into tenant namespaces.
pub(crate) const MANAGED_CORE: &[&str] =
    &["resourcequotas", "limitranges", "secrets", "serviceaccounts"];
/// The same of `networking.k8s.io`.
pub(crate) const MANAGED_NETWORK: &[&str] = &["networkpolicies"];
/// The same of `rbac.authorization.k8s.io`.
pub(crate) const MANAGED_RBAC: &[&str] = &["roles", "rolebindings"];

/// Entries of the `ValidatingWebhookConfiguration`.
pub(super) const ENTRIES: &[Entry] =
    &[NAMESPACES, PODS, MANAGED, OBJECTS, TENANCY, EXEMPTIONS, VOLUMES];

const NAMESPACES: Entry = Entry {
    id: "namespaces",
    phase: Phase::Validating,
    split: true,
    reach: Reach::Everywhere,
    fail_closed: true,
    rows: &[Row {
        id: "namespaces",
        groups: &[""],
        versions: &["v1"],
        resources: &["namespaces", "namespaces/status", "namespaces/finalize"],
        operations: WRITES_AND_DELETES,
        scope: Scope::Any,
    }],
    conditions: &[
        on::TOUCHES_LESSOR_KEYS,
        on::NOT_LESSOR,
        on::STATUS_CHANGES_METADATA,
        on::NOT_FINALIZED_BY_CONTROLLER,
    ],
};

const PODS: Entry = Entry {
    id: "pods",
    phase: Phase::Validating,
    split: false,
    reach: Reach::Tenants,
    fail_closed: true,
    rows: &[
        row("pods", &[""], &["v1"], &["pods"], WRITES_AND_DELETES),
        row(
            "pods-subresources",
            &[""],
            &["v1"],
            &["pods/ephemeralcontainers", "pods/resize", "pods/status"],
            UPDATE,
        ),
        row("pods-binding", &[""], &["v1"], &["pods/binding", "bindings"], CREATE),
        row(
            "pods-connect",
            &[""],
            &["v1"],
            &["pods/exec", "pods/attach", "pods/portforward", "pods/proxy"],
            &[Operation::Connect],
        ),
    ],
    conditions: &[
        on::POD_CHANGED,
        on::NOT_BOUND_BY_SCHEDULER,
        on::NOT_DELETED_BY_NODE,
        on::NOT_POD_COLLECTED,
    ],
};

const MANAGED: Entry = Entry {
    id: "managed",
    phase: Phase::Validating,
    split: true,
    reach: Reach::Tenants,
    fail_closed: true,
    rows: &[
        row("managed-core", &[""], &["v1"], MANAGED_CORE, WRITES_AND_DELETES),
        row(
            "managed-network",
            &["networking.k8s.io"],
            &["v1"],
            MANAGED_NETWORK,
            WRITES_AND_DELETES,
        ),
        row(
            "managed-rbac",
            &["rbac.authorization.k8s.io"],
            &["v1"],
            MANAGED_RBAC,
            WRITES_AND_DELETES,
        ),
        row("managed-quota-status", &[""], &["v1"], &["resourcequotas/status"], UPDATE),
        row("managed-token", &[""], &["v1"], &["serviceaccounts/token"], CREATE),
    ],
    conditions: &[
        on::NOT_LESSOR,
        on::NOT_DEFAULT_SERVICE_ACCOUNT,
        on::NOT_NODE_TOKEN,
        on::NOT_QUOTA_STATUS_BY_CONTROLLER,
    ],
};

const OBJECTS: Entry = Entry {
    id: "objects",
    phase: Phase::Validating,
    split: false,
    reach: Reach::Tenants,
    fail_closed: true,
    rows: &[
        row("objects", &["*"], &["*"], &["*"], WRITES_AND_DELETES),
        row("objects-scale-core", &[""], &["v1"], &["replicationcontrollers/scale"], UPDATE),
        row(
            "objects-scale-apps",
            &["apps"],
            &["v1"],
            &["deployments/scale", "replicasets/scale", "statefulsets/scale"],
            UPDATE,
        ),
        row("objects-services-status", &[""], &["v1"], &["services/status"], UPDATE),
        row("objects-connect", &[""], &["v1"], &["services/proxy"], &[Operation::Connect]),
        row(
            "objects-status-core",
            &[""],
            &["v1"],
            &["persistentvolumeclaims/status", "replicationcontrollers/status"],
            UPDATE,
        ),
        row(
            "objects-status-apps",
            &["apps"],
            &["v1"],
            &[
                "daemonsets/status",
                "deployments/status",
                "replicasets/status",
                "statefulsets/status",
            ],
            UPDATE,
        ),
        row(
            "objects-status-batch",
            &["batch"],
            &["v1"],
            &["cronjobs/status", "jobs/status"],
            UPDATE,
        ),
        row(
            "objects-status-autoscaling",
            &["autoscaling"],
            &["v2"],
            &["horizontalpodautoscalers/status"],
            UPDATE,
        ),
        row(
            "objects-status-network",
            &["networking.k8s.io"],
            &["v1"],
            &["ingresses/status"],
            UPDATE,
        ),
        row(
            "objects-status-policy",
            &["policy"],
            &["v1"],
            &["poddisruptionbudgets/status"],
            UPDATE,
        ),
        row(
            "objects-status-claims",
            &["resource.k8s.io"],
            &["*"],
            &["resourceclaims/status"],
            UPDATE,
        ),
        row(
            "objects-status-certificates",
            &["certificates.k8s.io"],
            &["*"],
            &["podcertificaterequests/status"],
            UPDATE,
        ),
        row(
            "objects-status-scheduling",
            &["scheduling.k8s.io"],
            &["*"],
            &["podgroups/status"],
            UPDATE,
        ),
    ],
    conditions: &[
        on::NOT_IN_OTHER_ENTRIES,
        on::NOT_EXEMPT_RESOURCE,
        on::NOT_LESSOR,
        on::OBJECT_STATUS_CHANGED,
        on::NOT_STATUS_BY_CONTROLLER,
        on::NOT_ENDPOINTS_BY_CONTROLLER,
        on::NOT_ROOT_CA,
        on::NOT_SCALED_BY_DEPLOYMENT,
        on::NOT_NODE_CERTIFICATE,
        on::NOT_COLLECTED,
    ],
};

const TENANCY: Entry = Entry {
    id: "tenancy",
    phase: Phase::Validating,
    split: false,
    reach: Reach::Everywhere,
    fail_closed: true,
    // No DELETE: taking Lessor away must never need Lessor.
    rows: &[
        Row {
            id: "tenancy",
            groups: &["lessor.io"],
            versions: &["v1"],
            resources: &["tenants", "tenantclasses"],
            operations: WRITES,
            scope: Scope::Cluster,
        },
        Row {
            id: "tenancy-status",
            groups: &["lessor.io"],
            versions: &["v1"],
            resources: &["tenants/status"],
            operations: UPDATE,
            scope: Scope::Cluster,
        },
        Row {
            id: "policies",
            groups: &["lessor.io"],
            versions: &["v1alpha1"],
            resources: &["policies"],
            operations: WRITES,
            scope: Scope::Cluster,
        },
        // What the webhooks evaluate stands in the status.
        Row {
            id: "policies-status",
            groups: &["lessor.io"],
            versions: &["v1alpha1"],
            resources: &["policies/status"],
            operations: UPDATE,
            scope: Scope::Cluster,
        },
    ],
    conditions: &[on::NOT_LESSOR, on::MORE_THAN_FINALIZERS],
};

/// Only administrators write them, not even Lessor.
const EXEMPTIONS: Entry = Entry {
    id: "exemptions",
    phase: Phase::Validating,
    split: true,
    reach: Reach::Everywhere,
    fail_closed: true,
    rows: &[Row {
        id: "exemptions",
        groups: &["lessor.io"],
        versions: &["v1alpha1"],
        resources: &["exemptions"],
        operations: WRITES,
        scope: Scope::Cluster,
    }],
    conditions: &[on::MORE_THAN_FINALIZERS],
};

const VOLUMES: Entry = Entry {
    id: "volumes",
    phase: Phase::Validating,
    split: false,
    reach: Reach::Everywhere,
    // Every bound volume of the cluster has a claimRef: failing closed would
    // stop storage for everybody. The decision that fails closed is on the claim.
    fail_closed: false,
    rows: &[Row {
        id: "volumes",
        groups: &[""],
        versions: &["v1"],
        resources: &["persistentvolumes"],
        operations: WRITES,
        scope: Scope::Cluster,
    }],
    conditions: &[on::NOT_LESSOR, on::CLAIM_CHANGED],
};

/// A row of namespaced resources.
const fn row(
    id: &'static str,
    groups: &'static [&'static str],
    versions: &'static [&'static str],
    resources: &'static [&'static str],
    operations: &'static [Operation],
) -> Row {
    Row { id, groups, versions, resources, operations, scope: Scope::Namespaced }
}
