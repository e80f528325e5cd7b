//! `Tenant`: one instance of the application and everything it is given.
#![expect(unreachable_pub, reason = "the schema derive repeats the items in private modules")]

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{FreeForm, PodSecurityLevel, Port, QuantityMap, WorkloadSelector, free_form};
use super::tenant_status::TenantStatus;
use crate::names;

/// One tenant: its namespaces, who may work in them, how they are isolated and
/// what they are given. Bounded in every field by its TenantClass.
#[derive(CustomResource, KubeSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "lessor.io",
    version = "v1",
    kind = "Tenant",
    plural = "tenants",
    shortname = "tn",
    category = "lessor",
    status = "TenantStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "One tenant: its namespaces, who may work in them, how they are isolated and what they are given.",
    validation = Rule::new("self.metadata.name.size() <= 40 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')").message("metadata.name must be a DNS label of at most 40 characters"),
    printcolumn(name = "Class", type_ = "string", description = "TenantClass", json_path = ".spec.class"),
    printcolumn(name = "Ready", type_ = "string", description = "Everything is provisioned", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Isolated", type_ = "string", description = "Isolation objects exist and the webhook enforces", json_path = ".status.conditions[?(@.type==\"Isolated\")].status"),
    printcolumn(name = "Namespaces", type_ = "integer", description = "Namespaces that are ready", json_path = ".status.readyNamespaces"),
    printcolumn(name = "Reason", type_ = "string", description = "Why it is not ready", json_path = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct TenantSpec {
    /// TenantClass that bounds everything below.
    #[serde(default = "default_class")]
    #[schemars(length(min = 1, max = 63))]
    pub class: String,
    /// Namespaces of the tenant; the Tenant's own name when empty.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(min = 1, max = 63)))]
    #[x_kube(validation = Rule::new("self.all(n, n.size() <= 63 && n.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))").message("each namespace must be a DNS label of at most 63 characters"))]
    #[x_kube(validation = Rule::new("self.all(n, self.exists_one(m, m == n))").message("namespaces must be unique"))]
    pub namespaces: Vec<String>,
    /// Who may work in the namespaces, and in which role.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub members: Vec<Member>,
    /// How the tenant is kept apart.
    #[serde(default)]
    pub isolation: Isolation,
    /// Quota of the tenant as a whole, divided over its namespaces.
    #[serde(default)]
    pub quota: QuantityMap,
    /// How the quota is divided, by namespace; equal parts when empty. Rounded down.
    #[serde(default)]
    pub quota_shares: std::collections::BTreeMap<String, u32>,
    /// Requests and limits of containers that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitDefaults>,
    /// Settings that policies read.
    #[serde(default)]
    pub policies: PolicySettings,
    /// Secrets copied into the tenant's namespaces by the platform.
    #[serde(default)]
    #[schemars(length(max = 64))]
    #[x_kube(validation = Rule::new("self.all(s, self.exists_one(t, t.name == s.name))").message("secret names must be unique"))]
    pub secrets: Vec<SecretDistribution>,
    /// Scales every workload to zero and refuses new Pods; data is kept.
    #[serde(default)]
    pub suspended: bool,
    /// What happens to the namespaces when the Tenant is deleted.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
}

fn default_class() -> String {
    names::DEFAULT_CLASS.to_owned()
}

/// A person, group or ServiceAccount with a role in the tenant's namespaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, KubeSchema)]
#[x_kube(validation = Rule::new("self.kind == 'ServiceAccount' ? has(self.__namespace__) : !has(self.__namespace__)").message("namespace is required for a ServiceAccount and refused for a User or Group"))]
pub struct Member {
    /// `admin`, `edit`, `view`, or a ClusterRole that the class allows.
    #[schemars(length(min = 1, max = 253))]
    pub role: String,
    /// Kind of the subject.
    pub kind: SubjectKind,
    /// Name of the subject.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Namespace of a ServiceAccount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// Kind of a subject.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum SubjectKind {
    /// A user name of the API server's authenticator.
    User,
    /// A group name of the API server's authenticator.
    Group,
    /// A ServiceAccount.
    ServiceAccount,
}

impl SubjectKind {
    /// The name in `subjects[].kind`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::ServiceAccount => "ServiceAccount",
        }
    }
}

/// How a tenant is kept apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Isolation {
    /// Network connections beyond the tenant's own.
    #[serde(default)]
    pub network: NetworkIsolation,
    /// Pod Security Standard; the class's default when absent, never below its minimum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_security: Option<PodSecurityLevel>,
    /// Node pool of the class that the tenant's Pods run on; the class's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_pool: Option<String>,
    /// RuntimeClass of the tenant's Pods; the class's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_class_name: Option<String>,
}

/// Network connections of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkIsolation {
    /// Traffic between the tenant's own Pods.
    #[serde(default)]
    pub within: NetworkWithin,
    /// Peers that may open connections to the tenant's Pods.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub ingress_from: Vec<IngressRule>,
    /// Peers and address ranges that the tenant's Pods may open connections to.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub egress_to: Vec<EgressRule>,
}

/// Traffic between the tenant's own Pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum NetworkWithin {
    /// All Pods of the tenant reach each other.
    #[default]
    Open,
}

/// A peer that may open connections to the tenant's Pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IngressRule {
    /// Name of a peer that the class defines.
    #[schemars(length(min = 1, max = 63))]
    pub peer: String,
    /// Ports (TCP) that it may reach.
    #[schemars(length(min = 1, max = 32), inner(range(min = 1, max = 65535)))]
    pub ports: Vec<u16>,
}

/// A peer or address range that the tenant's Pods may open connections to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[x_kube(validation = Rule::new("has(self.peer) != has(self.cidr)").message("exactly one of peer and cidr is required"))]
pub struct EgressRule {
    /// Name of a peer that the class defines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Address range in canonical CIDR notation, inside the class's `egress.cidrs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr: Option<String>,
    /// Ports; all ports when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub ports: Vec<Port>,
}

/// Requests and limits of containers that name none (a LimitRange).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitDefaults {
    /// Default limits of a container.
    #[serde(default, skip_serializing_if = "QuantityMap::is_empty")]
    pub default: QuantityMap,
    /// Default requests of a container.
    #[serde(default, skip_serializing_if = "QuantityMap::is_empty")]
    pub default_request: QuantityMap,
    /// Largest limit of a container.
    #[serde(default, skip_serializing_if = "QuantityMap::is_empty")]
    pub max: QuantityMap,
}

impl LimitDefaults {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.default.is_empty() && self.default_request.is_empty() && self.max.is_empty()
    }
}

/// Settings that policies read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicySettings {
    /// Free-form parameters.
    #[serde(default)]
    #[schemars(schema_with = "free_form")]
    pub parameters: FreeForm,
}

/// A secret copied into the tenant's namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretDistribution {
    /// Name of the copy in the tenant's namespaces.
    #[schemars(length(min = 1, max = 253), regex(pattern = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"))]
    pub name: String,
    /// Where it comes from; the class must grant it.
    pub from: SecretSource,
    /// Workloads it is mounted into without their asking. When empty, every
    /// workload of the tenant may refer to the copy; otherwise only these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub mounts: Vec<SecretMount>,
}

/// A secret in the secret source namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretSource {
    /// Name of the source.
    #[schemars(length(min = 1, max = 253), regex(pattern = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"))]
    pub secret: String,
    /// Keys to copy; every key that the class grants when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub keys: Vec<String>,
}

/// Where a distributed secret is mounted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretMount {
    /// Pods of the tenant, by their labels; all when empty.
    #[serde(default)]
    pub selector: WorkloadSelector,
    /// Absolute directory in every container.
    #[schemars(length(min = 2, max = 255))]
    #[x_kube(validation = Rule::new("self.startsWith('/') && !self.contains('..') && !self.contains(':') && !self.endsWith('/')").message("path must be absolute, without '..', ':' and a trailing slash"))]
    pub path: String,
    /// File mode of the keys (decimal); 0444 (292) when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 511))]
    pub default_mode: Option<u32>,
}

/// What happens to the namespaces of a deleted Tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DeletionPolicy {
    /// Namespaces and data stay, still isolated, closed for new workloads.
    #[default]
    Retain,
    /// Namespaces and everything in them are deleted, in a safe order.
    Delete,
}
