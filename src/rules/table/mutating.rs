//! What is mutated: Pods, and identity labels of what users write. Namespaces are
//! only judged here, so that their caller sees our reason and field and not the
//! floor's, which comes before the validating webhooks.

use super::types::{Entry, Phase, Reach, Row, Scope};
use super::validating::{MANAGED_CORE, MANAGED_NETWORK, MANAGED_RBAC};
use crate::api::Operation;
use crate::rules::conditions as on;

const WRITES: &[Operation] = &[Operation::Create, Operation::Update];

/// Entries of the `MutatingWebhookConfiguration`.
pub(super) const ENTRIES: &[Entry] = &[NAMESPACES, PODS, MANAGED, OBJECTS];

const NAMESPACES: Entry = Entry {
    id: "namespaces",
    phase: Phase::Mutating,
    split: true,
    reach: Reach::Everywhere,
    fail_closed: true,
    rows: &[Row {
        id: "mutate-namespaces",
        groups: &[""],
        versions: &["v1"],
        resources: &["namespaces", "namespaces/status", "namespaces/finalize"],
        operations: WRITES,
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
    phase: Phase::Mutating,
    split: false,
    reach: Reach::Tenants,
    fail_closed: true,
    rows: &[
        Row {
            id: "mutate-pods",
            groups: &[""],
            versions: &["v1"],
            resources: &["pods"],
            operations: WRITES,
            scope: Scope::Namespaced,
        },
        Row {
            id: "mutate-pods-subresources",
            groups: &[""],
            versions: &["v1"],
            resources: &["pods/ephemeralcontainers", "pods/resize"],
            operations: &[Operation::Update],
            scope: Scope::Namespaced,
        },
    ],
    conditions: &[on::POD_CHANGED],
};

const MANAGED: Entry = Entry {
    id: "managed",
    phase: Phase::Mutating,
    split: true,
    reach: Reach::Tenants,
    fail_closed: true,
    rows: &[
        Row {
            id: "mutate-managed-core",
            groups: &[""],
            versions: &["v1"],
            resources: MANAGED_CORE,
            operations: WRITES,
            scope: Scope::Namespaced,
        },
        Row {
            id: "mutate-managed-network",
            groups: &["networking.k8s.io"],
            versions: &["v1"],
            resources: MANAGED_NETWORK,
            operations: WRITES,
            scope: Scope::Namespaced,
        },
        Row {
            id: "mutate-managed-rbac",
            groups: &["rbac.authorization.k8s.io"],
            versions: &["v1"],
            resources: MANAGED_RBAC,
            operations: WRITES,
            scope: Scope::Namespaced,
        },
    ],
    conditions: &[on::NOT_LESSOR, on::NOT_DEFAULT_SERVICE_ACCOUNT],
};

const OBJECTS: Entry = Entry {
    id: "objects",
    phase: Phase::Mutating,
    split: false,
    reach: Reach::Tenants,
    fail_closed: true,
    rows: &[Row {
        id: "mutate-objects",
        groups: &["*"],
        versions: &["*"],
        resources: &["*"],
        operations: WRITES,
        scope: Scope::Namespaced,
    }],
    conditions: &[
        on::NOT_IN_OTHER_ENTRIES,
        on::NOT_EXEMPT_RESOURCE,
        on::NOT_LESSOR,
        on::NOT_ENDPOINTS_BY_CONTROLLER,
        on::NOT_ROOT_CA,
        on::NOT_SCALED_BY_DEPLOYMENT,
        on::NOT_NODE_CERTIFICATE,
        on::NOT_CONTROLLED,
    ],
};
