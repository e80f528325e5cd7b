//! The closed set of reasons a denial can carry.

use std::fmt;

/// Why a request was denied. The set is closed: clients, alerts and tests may
/// match on it, nothing is ever renamed or reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Annotation forbidden.
    AnnotationForbidden,
    /// Backend ref forbidden.
    BackendRefForbidden,
    /// Builtin forbidden.
    BuiltinForbidden,
    /// Class not allowed.
    ClassNotAllowed,
    /// Connect forbidden.
    ConnectForbidden,
    /// Cross namespace data source.
    CrossNamespaceDataSource,
    /// Escalation forbidden.
    EscalationForbidden,
    /// Exemption forbidden.
    ExemptionForbidden,
    /// External IPforbidden.
    ExternalIpForbidden,
    /// External name forbidden.
    ExternalNameForbidden,
    /// Finalizer forbidden.
    FinalizerForbidden,
    /// Gateway ref forbidden.
    GatewayRefForbidden,
    /// Hostname conflict.
    HostnameConflict,
    /// Hostname missing.
    HostnameMissing,
    /// Hostname not owned.
    HostnameNotOwned,
    /// Image not allowed.
    ImageNotAllowed,
    /// Image pull policy forbidden.
    ImagePullPolicyForbidden,
    /// Injection missing.
    InjectionMissing,
    /// One of Lessor's own objects is not valid; the API convention's own reason.
    Invalid,
    /// Isolation not ready.
    IsolationNotReady,
    /// Kind not allowed.
    KindNotAllowed,
    /// Managed object protected.
    ManagedObjectProtected,
    /// Manual endpoints forbidden.
    ManualEndpointsForbidden,
    /// Mount shadowed.
    MountShadowed,
    /// Namespace foreign.
    NamespaceForeign,
    /// Namespace identity immutable.
    NamespaceIdentityImmutable,
    /// Namespace not adoptable.
    NamespaceNotAdoptable,
    /// Network policy widens.
    NetworkPolicyWidens,
    /// Overloaded.
    Overloaded,
    /// Owner reference forbidden.
    OwnerReferenceForbidden,
    /// Patch forbidden.
    PatchForbidden,
    /// Peer not allowed.
    PeerNotAllowed,
    /// Pod security level managed.
    PodSecurityLevelManaged,
    /// Pod security violation.
    PodSecurityViolation,
    /// Policy budget exceeded.
    PolicyBudgetExceeded,
    /// Policy error.
    PolicyError,
    /// Quota exceeded.
    QuotaExceeded,
    /// Request malformed.
    RequestMalformed,
    /// Request too deep.
    RequestTooDeep,
    /// Reserved key forbidden.
    ReservedKeyForbidden,
    /// Reserved name forbidden.
    ReservedNameForbidden,
    /// Role binding subject forbidden.
    RoleBindingSubjectForbidden,
    /// Role ref forbidden.
    RoleRefForbidden,
    /// Route filter forbidden.
    RouteFilterForbidden,
    /// Scheduling forbidden.
    SchedulingForbidden,
    /// Secret not granted.
    SecretNotGranted,
    /// Secret source forbidden.
    SecretSourceForbidden,
    /// Service account forbidden.
    ServiceAccountForbidden,
    /// Service account token forbidden.
    ServiceAccountTokenForbidden,
    /// Service type forbidden.
    ServiceTypeForbidden,
    /// Storage class forbidden.
    StorageClassForbidden,
    /// Subresource forbidden.
    SubresourceForbidden,
    /// System namespace protected.
    SystemNamespaceProtected,
    /// Tenancy context unavailable.
    TenancyContextUnavailable,
    /// Tenant identity mismatch.
    TenantIdentityMismatch,
    /// Tenant suspended.
    TenantSuspended,
    /// Unknown field forbidden.
    UnknownFieldForbidden,
    /// Volume binding forbidden.
    VolumeBindingForbidden,
    /// Volume type forbidden.
    VolumeTypeForbidden,
}

impl Reason {
    /// Every reason, sorted by name.
    pub const ALL: [Self; 59] = [
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
