//! The custom resources: one file a kind.
//!
//! The types are what the CRDs in `deploy/` are generated from; their doc
//! comments are the schema documentation that `kubectl explain` shows.
//! [`Policy`] and [`Exemption`] are what the platform team and administrators
//! write for the policy engine. [`ValidTenant`] is a [`Tenant`] that was parsed against its class: every
//! other room works on that and never on the raw spec.
//!
//! Pure. Never reads a clock, a file or the cluster. Start reading at
//! [`TenantSpec`], then [`validate`].

mod callers;
mod cidr;
mod cluster;
mod common;
mod exemption;
mod glob;
mod policy;
mod policy_case;
mod policy_match;
mod policy_status;
mod protected;
mod quantity;
mod schema;
mod syntax;
mod tenant;
mod tenant_class;
mod tenant_status;
mod valid;
mod validate;

pub use callers::{Callers, NODE_GROUP, NODE_PREFIX, PlatformController, service_account};
pub use cidr::{Cidr, CidrError, Family};
pub use cluster::{ClusterFacts, DnsFacts};
pub use common::{
    FreeForm, KeyValueSelector, LabelMap, PodSecurityLevel, Port, Protocol, QuantityMap,
    SelectorOperator, Toleration, WorkloadSelector,
};
pub use exemption::{ExemptObject, Exemption, ExemptionSpec};
pub use glob::{Glob, GlobError};
pub use policy::{
    Enforcement, InventoryIndex, InventoryKind, Policy, PolicyBudget, PolicyInventory,
    PolicyMutation, PolicySpec, RegoVersion,
};
pub use policy_case::{CaseExpectation, CaseNamespace, CaseTenant, CaseVerdict, PolicyCase};
pub use policy_match::{GroupKinds, NamedSelector, Operation, PolicyMatch};
pub use policy_status::{ActivePolicy, EnforcedBy, PolicyEngine, PolicySourceError, PolicyStatus};
pub use quantity::{Quantity, QuantityError, Resolution};
pub use schema::ParametersSchema;
pub(crate) use syntax::{is_dns_subdomain, is_label_key, is_label_value};
pub use tenant::{
    DeletionPolicy, EgressRule, IngressRule, Isolation, LimitDefaults, Member, NetworkIsolation,
    NetworkWithin, PolicySettings, SecretDistribution, SecretMount, SecretSource, SubjectKind,
    Tenant, TenantSpec,
};
pub use tenant_class::{
    ApiGroupKinds, EgressCeiling, GrantableSecret, ImagePullPolicyRule, NamespaceCeiling, NodePool,
    Peer, PodAccess, PodSecurityFloor, PodTemplateEnforcement, ServiceType, TenantClass,
    TenantClassSpec, TenantNetworkPolicies, TokenCeiling,
};
pub use tenant_status::{NamespaceStatus, QuotaShare, SecretStatus, TenantStatus};
pub use valid::{
    EgressTarget, FieldError, ResolvedEgress, ResolvedIngress, ValidMember, ValidSecret,
    ValidTenant,
};
pub use validate::{
    is_unbindable, resolve, validate, validate_class, validate_exemption, validate_policy,
};
