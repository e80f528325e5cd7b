//! Objects as the room speaks of them.

use std::fmt;

use serde_json::Value;

/// Kinds that Lessor reads or writes on a Tenant's behalf. The order is the
/// order in which objects of one namespace are created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `v1 Namespace`.
    Namespace,
    /// `networking.k8s.io/v1 NetworkPolicy`.
    NetworkPolicy,
    /// `v1 ResourceQuota`.
    ResourceQuota,
    /// `v1 LimitRange`.
    LimitRange,
    /// `v1 ServiceAccount`.
    ServiceAccount,
    /// `v1 Secret`.
    Secret,
    /// `rbac.authorization.k8s.io/v1 RoleBinding`.
    RoleBinding,
    /// `apps/v1 Deployment`.
    Deployment,
    /// `apps/v1 StatefulSet`.
    StatefulSet,
    /// `apps/v1 DaemonSet`.
    DaemonSet,
    /// `apps/v1 ReplicaSet`.
    ReplicaSet,
    /// `v1 ReplicationController`.
    ReplicationController,
    /// `batch/v1 CronJob`.
    CronJob,
    /// `batch/v1 Job`.
    Job,
    /// `v1 Pod`.
    Pod,
    /// `v1 PersistentVolumeClaim`.
    PersistentVolumeClaim,
    /// `v1 ConfigMap`, asked for by the canary and never stored.
    ConfigMap,
    /// `v1 PersistentVolume`, cluster-scoped, read only.
    PersistentVolume,
}

impl Kind {
    /// Kinds of the objects that Lessor owns inside a namespace.
    pub const MANAGED: [Self; 5] = [
        Self::NetworkPolicy,
        Self::ResourceQuota,
        Self::LimitRange,
        Self::Secret,
        Self::RoleBinding,
    ];

    /// Kinds that make Pods, and Pods: what is deleted before the data is.
    pub const WORKLOADS: [Self; 8] = [
        Self::CronJob,
        Self::Job,
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::ReplicaSet,
        Self::ReplicationController,
        Self::Pod,
    ];

    /// Kinds that suspension touches, and Pods, which it lists.
    pub const SUSPENDABLE: [Self; 6] =
        [Self::CronJob, Self::Job, Self::Deployment, Self::StatefulSet, Self::DaemonSet, Self::Pod];

    /// API group; empty for the core group.
    #[must_use]
    pub const fn group(self) -> &'static str {
        match self {
            Self::NetworkPolicy => "networking.k8s.io",
            Self::RoleBinding => "rbac.authorization.k8s.io",
            Self::Deployment | Self::StatefulSet | Self::DaemonSet | Self::ReplicaSet => "apps",
            Self::CronJob | Self::Job => "batch",
            _ => "",
        }
    }

    /// `apiVersion` of its objects. Every kind here is at `v1`.
    #[must_use]
    pub fn api_version(self) -> String {
        match self.group() {
            "" => "v1".to_owned(),
            group => format!("{group}/v1"),
        }
    }

    /// The `kind` of its objects.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Namespace => "Namespace",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::ResourceQuota => "ResourceQuota",
            Self::LimitRange => "LimitRange",
            Self::ServiceAccount => "ServiceAccount",
            Self::Secret => "Secret",
            Self::RoleBinding => "RoleBinding",
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::ReplicationController => "ReplicationController",
            Self::CronJob => "CronJob",
            Self::Job => "Job",
            Self::Pod => "Pod",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::ConfigMap => "ConfigMap",
            Self::PersistentVolume => "PersistentVolume",
        }
    }

    /// The resource in URLs and RBAC rules.
    #[must_use]
    pub fn plural(self) -> String {
        match self {
            Self::NetworkPolicy => "networkpolicies".to_owned(),
            kind => format!("{}s", kind.name().to_ascii_lowercase()),
        }
    }
}

/// Which object: its kind, namespace (empty for cluster-scoped kinds) and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// Kind.
    pub kind: Kind,
    /// Namespace; empty for cluster-scoped kinds.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl ObjectKey {
    /// Names an object.
    #[must_use]
    pub fn new(kind: Kind, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.namespace.is_empty() { "" } else { "/" };
        write!(f, "{} {}{separator}{}", self.kind.name(), self.namespace, self.name)
    }
}

/// An object that shall exist. `body` holds exactly the fields that Lessor owns.
#[derive(Clone, PartialEq)]
pub struct Object {
    /// Which object.
    pub key: ObjectKey,
    /// `apiVersion`, `kind`, `metadata` and every field that Lessor owns.
    pub body: Value,
}

/// Shows the key alone: the body may be a Secret's.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("key", &self.key).finish_non_exhaustive()
    }
}

/// An object to delete, with the preconditions that keep a newer object of the
/// same name alive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delete {
    /// Which object.
    pub key: ObjectKey,
    /// UID precondition.
    pub uid: String,
}

impl Delete {
    /// Deletes an object as it was observed; nothing when it has no UID.
    #[must_use]
    pub fn of(key: &ObjectKey, observed: &Value) -> Option<Self> {
        let uid = text(observed, "/metadata/uid").filter(|uid| !uid.is_empty())?;
        Some(Self { key: key.clone(), uid: uid.to_owned() })
    }
}

/// The text at a JSON pointer.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}

/// A label of an object.
pub(super) fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.pointer("/metadata/labels")?.get(key)?.as_str()
}

/// An annotation of an object.
pub(super) fn annotation<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.pointer("/metadata/annotations")?.get(key)?.as_str()
}
