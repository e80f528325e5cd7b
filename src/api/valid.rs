//! A Tenant that was parsed against its class.

use serde_json::{Map, Value};

use super::cidr::Cidr;
use super::common::{PodSecurityLevel, Port, QuantityMap};
use super::tenant::{DeletionPolicy, LimitDefaults, SecretMount, SubjectKind};
use super::tenant_class::{NodePool, Peer};
use crate::names::Reason;

/// A Tenant whose every field is known to be allowed: defaults are resolved,
/// names of the class are replaced by what they stand for. Made by
/// [`super::validate`] only.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidTenant {
    /// Name of the Tenant.
    pub name: String,
    /// UID of the Tenant; empty in offline use.
    pub uid: String,
    /// Generation of the spec.
    pub generation: i64,
    /// Name of its class.
    pub class_name: String,
    /// Namespaces, in the order of the spec, without duplicates.
    pub namespaces: Vec<String>,
    /// Members, with the ClusterRole that is bound.
    pub members: Vec<ValidMember>,
    /// Who may open connections to the tenant's Pods.
    pub ingress: Vec<ResolvedIngress>,
    /// To whom the tenant's Pods may open connections.
    pub egress: Vec<ResolvedEgress>,
    /// Pod Security Standard.
    pub pod_security: PodSecurityLevel,
    /// Its version: `latest` or `v1.N`.
    pub pod_security_version: String,
    /// Node pool.
    pub node_pool: Option<NodePool>,
    /// RuntimeClass.
    pub runtime_class_name: Option<String>,
    /// Quota of the tenant as a whole.
    pub quota: QuantityMap,
    /// Weights by namespace; empty means equal parts.
    pub quota_shares: std::collections::BTreeMap<String, u32>,
    /// Requests and limits of containers that name none.
    pub limits: LimitDefaults,
    /// Distributed secrets.
    pub secrets: Vec<ValidSecret>,
    /// Parameters that policies read.
    pub parameters: Map<String, Value>,
    /// Scaled to zero.
    pub suspended: bool,
    /// What happens to the namespaces on deletion.
    pub deletion_policy: DeletionPolicy,
}

/// A member with the ClusterRole that is bound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValidMember {
    /// The role as the Tenant names it.
    pub role: String,
    /// The ClusterRole: `lessor-tenant-admin`, `-edit`, `-view`, or one the class lists.
    pub cluster_role: String,
    /// Kind of the subject.
    pub kind: SubjectKind,
    /// Name of the subject.
    pub name: String,
    /// Namespace of a ServiceAccount.
    pub namespace: Option<String>,
}

/// A peer that may open connections to TCP ports of the tenant's Pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedIngress {
    /// The peer as the class defines it.
    pub peer: Peer,
    /// TCP ports, sorted, unique, never empty.
    pub ports: Vec<u16>,
}

/// A target that the tenant's Pods may open connections to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedEgress {
    /// Peer or address range.
    pub target: EgressTarget,
    /// Ports, sorted, unique; empty means all.
    pub ports: Vec<Port>,
}

/// Peer or address range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EgressTarget {
    /// A peer as the class defines it.
    Peer(Peer),
    /// An address range that the class allows and that is not the cluster's own.
    Cidr(Cidr),
}

/// A distributed secret that the class grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidSecret {
    /// Name of the copies.
    pub name: String,
    /// Name of the source in the secret source namespace.
    pub source: String,
    /// Keys to copy, sorted, never empty, each granted by the class.
    pub keys: Vec<String>,
    /// Where it is mounted.
    pub mounts: Vec<SecretMount>,
}

/// What is wrong with a field of one of Lessor's own objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field, such as `spec.secrets[0].from.secret`.
    pub field: String,
    /// Reason from the closed set.
    pub reason: Reason,
    /// What is wrong and what would be right.
    pub message: String,
}
