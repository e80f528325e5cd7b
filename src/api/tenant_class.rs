//! `TenantClass`: what Tenants of a class may have. Written by administrators.
#![expect(unreachable_pub, reason = "the schema derive repeats the items in private modules")]

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{LabelMap, PodSecurityLevel, Port, QuantityMap, Toleration, WorkloadSelector};
use super::tenant::LimitDefaults;

/// Defaults and ceilings of the Tenants of a class. Everything that is not
/// allowed here is refused: the default of every field is the strict one.
#[derive(CustomResource, KubeSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "lessor.io",
    version = "v1",
    kind = "TenantClass",
    plural = "tenantclasses",
    shortname = "tnc",
    category = "lessor",
    derive = "PartialEq",
    derive = "Default",
    doc = "Defaults and ceilings of the Tenants of a class. Everything that is not allowed here is refused.",
    printcolumn(
        name = "PodSecurity",
        type_ = "string",
        description = "Lowest Pod Security Standard",
        json_path = ".spec.podSecurity.minimum"
    ),
    printcolumn(
        name = "Namespaces",
        type_ = "integer",
        description = "Most namespaces of a Tenant",
        json_path = ".spec.namespaces.max"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct TenantClassSpec {
    /// Limits on namespaces.
    #[serde(default)]
    pub namespaces: NamespaceCeiling,
    /// Roles that members may be given: `admin`, `edit`, `view` and names of ClusterRoles.
    #[serde(default = "default_roles")]
    #[schemars(length(max = 64))]
    pub roles: Vec<String>,
    /// Peers that Tenants may name in `ingressFrom` and `egressTo`.
    #[serde(default)]
    #[schemars(length(max = 64))]
    #[x_kube(validation = Rule::new("self.all(p, self.exists_one(q, q.name == p.name))").message("peer names must be unique"))]
    pub peers: Vec<Peer>,
    /// Address ranges that Tenants may open connections to.
    #[serde(default)]
    pub egress: EgressCeiling,
    /// Pod Security Standard.
    #[serde(default)]
    pub pod_security: PodSecurityFloor,
    /// Node pools that Tenants may name.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub node_pools: Vec<NodePool>,
    /// Node pool of Tenants that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_node_pool: Option<String>,
    /// RuntimeClasses that Tenants may name.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub runtime_classes: Vec<String>,
    /// RuntimeClass of Tenants that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_runtime_class: Option<String>,
    /// StorageClasses that PersistentVolumeClaims may name. Each must provision
    /// dynamically and reclaim with `Delete`.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub storage_classes: Vec<String>,
    /// PriorityClasses that Pods may name.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub priority_classes: Vec<String>,
    /// Types that Services may have beside `ClusterIP`.
    #[serde(default)]
    #[schemars(length(max = 4))]
    pub service_types: Vec<ServiceType>,
    /// Secrets of the secret source namespace that may be distributed.
    #[serde(default)]
    #[schemars(length(max = 256))]
    pub secrets: Vec<GrantableSecret>,
    /// Largest quota of a Tenant; also the quota of Tenants that ask for none.
    #[serde(default)]
    pub quota: QuantityMap,
    /// Requests and limits of containers that name none, unless the Tenant says otherwise.
    #[serde(default)]
    pub limits: LimitDefaults,
    /// Namespaced kinds that Tenants may use beside the built-in workload kinds.
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub allowed_kinds: Vec<ApiGroupKinds>,
    /// What a tenant may write as NetworkPolicy itself.
    #[serde(default)]
    pub tenant_network_policies: TenantNetworkPolicies,
    /// Whether a workload whose Pods would be refused is refused already.
    #[serde(default)]
    pub pod_templates: PodTemplateEnforcement,
    /// Ways into a running Pod that are allowed.
    #[serde(default)]
    #[schemars(length(max = 8))]
    pub pod_access: Vec<PodAccess>,
    /// CSI drivers that inline volumes may use.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub csi_drivers: Vec<String>,
    /// Whether volumes of type `image` are allowed.
    #[serde(default)]
    pub image_volumes: bool,
    /// Image pull policy of Pods.
    #[serde(default)]
    pub image_pull_policy: ImagePullPolicyRule,
    /// Projected ServiceAccount tokens that Pods may ask for.
    #[serde(default)]
    pub tokens: TokenCeiling,
    /// Labels that every Pod of the class's Tenants carries. Keys must not begin with `lessor.io/`.
    #[serde(default)]
    pub pod_labels: LabelMap,
}

fn default_roles() -> Vec<String> {
    ["admin", "edit", "view"].map(str::to_owned).to_vec()
}

/// Limits on namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamespaceCeiling {
    /// Most namespaces of one Tenant.
    #[serde(default = "default_namespaces")]
    #[schemars(range(min = 1, max = 64))]
    pub max: u32,
}

const fn default_namespaces() -> u32 {
    10
}

impl Default for NamespaceCeiling {
    fn default() -> Self {
        Self { max: default_namespaces() }
    }
}

/// A named peer: Pods of given namespaces, or address ranges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("(size(self.namespaces) > 0) != (size(self.cidrs) > 0)").message("exactly one of namespaces and cidrs is required"))]
pub struct Peer {
    /// Name that Tenants use.
    #[schemars(length(min = 1, max = 63))]
    pub name: String,
    /// Namespaces of the peer, by their immutable names.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub namespaces: Vec<String>,
    /// Pods of these namespaces; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<WorkloadSelector>,
    /// Address ranges of the peer, in canonical CIDR notation.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub cidrs: Vec<String>,
    /// Ports that Tenants may reach on the peer; all when empty.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub ports: Vec<Port>,
}

/// Address ranges that Tenants may open connections to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EgressCeiling {
    /// A Tenant's `egressTo[].cidr` must lie inside one of these ranges.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub cidrs: Vec<String>,
}

/// Pod Security Standard of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct PodSecurityFloor {
    /// Lowest level that a Tenant may choose.
    #[serde(default)]
    pub minimum: PodSecurityLevel,
    /// Level of Tenants that choose none.
    #[serde(default)]
    pub default: PodSecurityLevel,
    /// Version of the standard: `latest` or `v1.N`.
    #[serde(default = "latest")]
    #[x_kube(validation = Rule::new("self.matches('^(latest|v1\\\\.(0|[1-9][0-9]?))$')").message("version must be latest or v1.N"))]
    pub version: String,
}

fn latest() -> String {
    "latest".to_owned()
}

impl Default for PodSecurityFloor {
    fn default() -> Self {
        Self {
            minimum: PodSecurityLevel::Restricted,
            default: PodSecurityLevel::Restricted,
            version: latest(),
        }
    }
}

/// A node pool: where Pods are scheduled and which taints they tolerate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodePool {
    /// Name that Tenants use.
    #[schemars(length(min = 1, max = 63))]
    pub name: String,
    /// Labels of the pool's nodes; set on every Pod.
    pub node_selector: LabelMap,
    /// Taints of the pool's nodes; tolerated by every Pod.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub tolerations: Vec<Toleration>,
}

/// Type of a Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ServiceType {
    /// Reachable inside the cluster only.
    ClusterIP,
    /// Opens a port on every node.
    NodePort,
    /// Asks the cloud for a load balancer.
    LoadBalancer,
    /// A DNS alias to any name.
    ExternalName,
}

impl ServiceType {
    /// The name in `spec.type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClusterIP => "ClusterIP",
            Self::NodePort => "NodePort",
            Self::LoadBalancer => "LoadBalancer",
            Self::ExternalName => "ExternalName",
        }
    }
}

/// A secret of the secret source namespace that may be distributed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GrantableSecret {
    /// Name in the secret source namespace.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Keys that may be copied.
    #[schemars(length(min = 1, max = 32))]
    pub keys: Vec<String>,
}

/// Kinds of an API group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiGroupKinds {
    /// API group; empty for the core group.
    #[serde(default)]
    pub group: String,
    /// Kinds, such as `Certificate`.
    #[schemars(length(min = 1, max = 64))]
    pub kinds: Vec<String>,
}

/// What a tenant may write as NetworkPolicy itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TenantNetworkPolicies {
    /// Policies that allow nothing beyond the tenant's own bounds.
    #[default]
    NarrowOnly,
    /// None.
    Deny,
}

/// Whether workload templates are judged with a warning or a denial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PodTemplateEnforcement {
    /// The workload is admitted with a warning; its Pods are refused.
    #[default]
    Warn,
    /// The workload is refused.
    Deny,
}

/// A way into a running Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PodAccess {
    /// `pods/exec`.
    Exec,
    /// `pods/attach`.
    Attach,
    /// `pods/portforward`.
    PortForward,
    /// `pods/ephemeralcontainers`.
    EphemeralContainers,
}

/// Image pull policy of Pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ImagePullPolicyRule {
    /// Set to `Always`: images in a node's cache are not shared between tenants.
    #[default]
    Always,
    /// Left to the workload. Only where the kubelet verifies image pull
    /// credentials (`KubeletEnsureSecretPulledImages` with `AlwaysVerify`, KEP-2535).
    Any,
}

/// Projected ServiceAccount tokens that Pods may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenCeiling {
    /// Audiences beside the API server's own.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub audiences: Vec<String>,
    /// Longest lifetime in seconds.
    #[serde(default = "default_token_seconds")]
    #[schemars(range(min = 600, max = 86400))]
    pub max_expiration_seconds: i64,
}

const fn default_token_seconds() -> i64 {
    3607
}

impl Default for TokenCeiling {
    fn default() -> Self {
        Self { audiences: Vec::new(), max_expiration_seconds: default_token_seconds() }
    }
}

impl TenantClassSpec {
    /// Finds a peer by the name that Tenants use.
    #[must_use]
    pub fn peer(&self, name: &str) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.name == name)
    }

    /// Finds a node pool by the name that Tenants use.
    #[must_use]
    pub fn node_pool(&self, name: &str) -> Option<&NodePool> {
        self.node_pools.iter().find(|pool| pool.name == name)
    }

    /// Whether a way into Pods is open.
    #[must_use]
    pub fn allows_access(&self, access: PodAccess) -> bool {
        self.pod_access.contains(&access)
    }
}
