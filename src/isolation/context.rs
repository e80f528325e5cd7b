//! What a rule may know about the tenant of the object it judges.

use crate::api::{ClusterFacts, TenantClassSpec, ValidTenant};

/// What a rule may know about the tenant of the object it judges.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The tenant that owns the namespace.
    pub tenant: &'a ValidTenant,
    /// Its class.
    pub class: &'a TenantClassSpec,
    /// The namespace of the object.
    pub namespace: &'a str,
    /// The cluster.
    pub cluster: &'a ClusterFacts,
}

impl Context<'_> {
    /// Whether a namespace is one of the tenant's own.
    #[must_use]
    pub fn owns(&self, namespace: &str) -> bool {
        self.tenant.namespaces.iter().any(|own| own == namespace)
    }
}
