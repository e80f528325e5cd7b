//! The closed set of reasons a denial can carry.

use std::fmt;

/// Why a request was denied. The set is closed: clients, alerts and tests may
/// match on it, nothing is ever renamed or reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// An annotation would make another controller act for the tenant.
    AnnotationForbidden,
    /// A route points at a backend of somebody else.
    BackendRefForbidden,
    /// A policy uses a builtin function that is not on the closed list.
    BuiltinForbidden,
    /// The author of a Tenant may not use its class.
    ClassNotAllowed,
    /// The class does not open this way into a Pod or Service.
    ConnectForbidden,
    /// A claim or snapshot takes its data from somebody else's namespace.
    CrossNamespaceDataSource,
    /// A role grants more than a tenant can hold.
    EscalationForbidden,
    /// An exemption was made by somebody who may not, or for the fixed core.
    ExemptionForbidden,
    /// A Service names addresses outside the cluster (CVE-2020-8554).
    ExternalIpForbidden,
    /// A Service is an alias to a name outside the tenant.
    ExternalNameForbidden,
    /// A finalizer would wedge what Lessor must be able to delete.
    FinalizerForbidden,
    /// A route attaches to a Gateway that was not granted.
    GatewayRefForbidden,
    /// A hostname is taken.
    HostnameConflict,
    /// A route without hostname would match every host.
    HostnameMissing,
    /// A hostname is not the tenant's.
    HostnameNotOwned,
    /// An image comes from a registry that is not allowed.
    ImageNotAllowed,
    /// An image could come out of a node's cache, past its credentials.
    ImagePullPolicyForbidden,
    /// The final object lacks what mutation gave it.
    InjectionMissing,
    /// One of Lessor's own objects is not valid; the API convention's own reason.
    Invalid,
    /// The namespace's isolation objects do not exist yet.
    IsolationNotReady,
    /// The class does not allow this kind.
    KindNotAllowed,
    /// The object is kept by Lessor.
    ManagedObjectProtected,
    /// Addresses behind a Service were written by hand (CVE-2021-25740).
    ManualEndpointsForbidden,
    /// A mount would hide an injected one.
    MountShadowed,
    /// The namespace is somebody else's.
    NamespaceForeign,
    /// The labels that say whose a namespace is cannot change.
    NamespaceIdentityImmutable,
    /// An existing namespace was not given to the tenant by an administrator.
    NamespaceNotAdoptable,
    /// A NetworkPolicy allows more than the tenant's own bounds.
    NetworkPolicyWidens,
    /// No worker was free in time.
    Overloaded,
    /// An ownerReference would hand the object to another owner.
    OwnerReferenceForbidden,
    /// A mutation would change what no mutation may, or does not apply.
    PatchForbidden,
    /// The class does not define this peer or address range.
    PeerNotAllowed,
    /// The Pod Security level is set by the Tenant, within its class.
    PodSecurityLevelManaged,
    /// A Pod breaks its Pod Security Standard.
    PodSecurityViolation,
    /// A policy of the platform team refuses; on the wire `Policy/<name>/<rule>`.
    Policy,
    /// A policy used up its budget.
    PolicyBudgetExceeded,
    /// A policy could not be evaluated.
    PolicyError,
    /// A quota is larger than the class allows.
    QuotaExceeded,
    /// The review cannot be read.
    RequestMalformed,
    /// The object is nested too deeply.
    RequestTooDeep,
    /// A label or annotation key is reserved.
    ReservedKeyForbidden,
    /// A name is reserved.
    ReservedNameForbidden,
    /// A RoleBinding names somebody outside the tenant.
    RoleBindingSubjectForbidden,
    /// A role may not be given here.
    RoleRefForbidden,
    /// A route filter reaches outside the tenant.
    RouteFilterForbidden,
    /// A Pod asks for nodes, runtime or priority that are not the tenant's.
    SchedulingForbidden,
    /// A distributed secret was not granted to this workload.
    SecretNotGranted,
    /// The class does not grant this secret or key.
    SecretSourceForbidden,
    /// A Pod uses a ServiceAccount that is not its own.
    ServiceAccountForbidden,
    /// A ServiceAccount token of this kind is not given out.
    ServiceAccountTokenForbidden,
    /// The class does not allow this type of Service.
    ServiceTypeForbidden,
    /// The class does not allow this StorageClass.
    StorageClassForbidden,
    /// Only the platform writes this subresource.
    SubresourceForbidden,
    /// The namespace belongs to the cluster itself.
    SystemNamespaceProtected,
    /// What is needed to decide is not known yet.
    TenancyContextUnavailable,
    /// An object claims to be another tenant's, or leaves its own.
    TenantIdentityMismatch,
    /// The tenant is suspended.
    TenantSuspended,
    /// A field is not known and so cannot be judged.
    UnknownFieldForbidden,
    /// A claim chooses its volume by itself.
    VolumeBindingForbidden,
    /// A volume of this type reaches outside the tenant.
    VolumeTypeForbidden,
}

impl Reason {
    /// Every reason, sorted by name.
    pub const ALL: [Self; 60] = [
        Self::AnnotationForbidden,
        Self::BackendRefForbidden,
        Self::BuiltinForbidden,
        Self::ClassNotAllowed,
        Self::ConnectForbidden,
        Self::CrossNamespaceDataSource,
        Self::EscalationForbidden,
        Self::ExemptionForbidden,
        Self::ExternalIpForbidden,
        Self::ExternalNameForbidden,
        Self::FinalizerForbidden,
        Self::GatewayRefForbidden,
        Self::HostnameConflict,
        Self::HostnameMissing,
        Self::HostnameNotOwned,
        Self::ImageNotAllowed,
        Self::ImagePullPolicyForbidden,
        Self::InjectionMissing,
        Self::Invalid,
        Self::IsolationNotReady,
        Self::KindNotAllowed,
        Self::ManagedObjectProtected,
        Self::ManualEndpointsForbidden,
        Self::MountShadowed,
        Self::NamespaceForeign,
        Self::NamespaceIdentityImmutable,
        Self::NamespaceNotAdoptable,
        Self::NetworkPolicyWidens,
        Self::Overloaded,
        Self::OwnerReferenceForbidden,
        Self::PatchForbidden,
        Self::PeerNotAllowed,
        Self::PodSecurityLevelManaged,
        Self::PodSecurityViolation,
        Self::Policy,
        Self::PolicyBudgetExceeded,
        Self::PolicyError,
        Self::QuotaExceeded,
        Self::RequestMalformed,
        Self::RequestTooDeep,
        Self::ReservedKeyForbidden,
        Self::ReservedNameForbidden,
        Self::RoleBindingSubjectForbidden,
        Self::RoleRefForbidden,
        Self::RouteFilterForbidden,
        Self::SchedulingForbidden,
        Self::SecretNotGranted,
        Self::SecretSourceForbidden,
        Self::ServiceAccountForbidden,
        Self::ServiceAccountTokenForbidden,
        Self::ServiceTypeForbidden,
        Self::StorageClassForbidden,
        Self::SubresourceForbidden,
        Self::SystemNamespaceProtected,
        Self::TenancyContextUnavailable,
        Self::TenantIdentityMismatch,
        Self::TenantSuspended,
        Self::UnknownFieldForbidden,
        Self::VolumeBindingForbidden,
        Self::VolumeTypeForbidden,
    ];

    /// The name on the wire (`details.causes[].reason`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnnotationForbidden => "AnnotationForbidden",
            Self::BackendRefForbidden => "BackendRefForbidden",
            Self::BuiltinForbidden => "BuiltinForbidden",
            Self::ClassNotAllowed => "ClassNotAllowed",
            Self::ConnectForbidden => "ConnectForbidden",
            Self::CrossNamespaceDataSource => "CrossNamespaceDataSource",
            Self::EscalationForbidden => "EscalationForbidden",
            Self::ExemptionForbidden => "ExemptionForbidden",
            Self::ExternalIpForbidden => "ExternalIPForbidden",
            Self::ExternalNameForbidden => "ExternalNameForbidden",
            Self::FinalizerForbidden => "FinalizerForbidden",
            Self::GatewayRefForbidden => "GatewayRefForbidden",
            Self::HostnameConflict => "HostnameConflict",
            Self::HostnameMissing => "HostnameMissing",
            Self::HostnameNotOwned => "HostnameNotOwned",
            Self::ImageNotAllowed => "ImageNotAllowed",
            Self::ImagePullPolicyForbidden => "ImagePullPolicyForbidden",
            Self::InjectionMissing => "InjectionMissing",
            Self::Invalid => "Invalid",
            Self::IsolationNotReady => "IsolationNotReady",
            Self::KindNotAllowed => "KindNotAllowed",
            Self::ManagedObjectProtected => "ManagedObjectProtected",
            Self::ManualEndpointsForbidden => "ManualEndpointsForbidden",
            Self::MountShadowed => "MountShadowed",
            Self::NamespaceForeign => "NamespaceForeign",
            Self::NamespaceIdentityImmutable => "NamespaceIdentityImmutable",
            Self::NamespaceNotAdoptable => "NamespaceNotAdoptable",
            Self::NetworkPolicyWidens => "NetworkPolicyWidens",
            Self::Overloaded => "Overloaded",
            Self::OwnerReferenceForbidden => "OwnerReferenceForbidden",
            Self::PatchForbidden => "PatchForbidden",
            Self::PeerNotAllowed => "PeerNotAllowed",
            Self::PodSecurityLevelManaged => "PodSecurityLevelManaged",
            Self::PodSecurityViolation => "PodSecurityViolation",
            Self::Policy => "Policy",
            Self::PolicyBudgetExceeded => "PolicyBudgetExceeded",
            Self::PolicyError => "PolicyError",
            Self::QuotaExceeded => "QuotaExceeded",
            Self::RequestMalformed => "RequestMalformed",
            Self::RequestTooDeep => "RequestTooDeep",
            Self::ReservedKeyForbidden => "ReservedKeyForbidden",
            Self::ReservedNameForbidden => "ReservedNameForbidden",
            Self::RoleBindingSubjectForbidden => "RoleBindingSubjectForbidden",
            Self::RoleRefForbidden => "RoleRefForbidden",
            Self::RouteFilterForbidden => "RouteFilterForbidden",
            Self::SchedulingForbidden => "SchedulingForbidden",
            Self::SecretNotGranted => "SecretNotGranted",
            Self::SecretSourceForbidden => "SecretSourceForbidden",
            Self::ServiceAccountForbidden => "ServiceAccountForbidden",
            Self::ServiceAccountTokenForbidden => "ServiceAccountTokenForbidden",
            Self::ServiceTypeForbidden => "ServiceTypeForbidden",
            Self::StorageClassForbidden => "StorageClassForbidden",
            Self::SubresourceForbidden => "SubresourceForbidden",
            Self::SystemNamespaceProtected => "SystemNamespaceProtected",
            Self::TenancyContextUnavailable => "TenancyContextUnavailable",
            Self::TenantIdentityMismatch => "TenantIdentityMismatch",
            Self::TenantSuspended => "TenantSuspended",
            Self::UnknownFieldForbidden => "UnknownFieldForbidden",
            Self::VolumeBindingForbidden => "VolumeBindingForbidden",
            Self::VolumeTypeForbidden => "VolumeTypeForbidden",
        }
    }

    /// HTTP code of the denial. 503 says that the same request may succeed
    /// later unchanged; 500 that a policy could not be evaluated.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Invalid => 422,
            Self::IsolationNotReady | Self::TenancyContextUnavailable | Self::Overloaded => 503,
            Self::PatchForbidden | Self::PolicyError | Self::PolicyBudgetExceeded => 500,
            _ => 403,
        }
    }

    /// Seconds after which client-go retries by itself; only for conditions
    /// that heal without the user. Overload must not be amplified.
    #[must_use]
    pub const fn retry_after_seconds(self) -> Option<u32> {
        match self {
            Self::IsolationNotReady | Self::TenancyContextUnavailable => Some(1),
            _ => None,
        }
    }

    /// Finds a reason by its name on the wire.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
