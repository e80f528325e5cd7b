//! Tenant + class -> valid Tenant.
use super::cluster::ClusterFacts;
use super::tenant::Tenant;
use super::tenant_class::TenantClassSpec;
use super::valid::{FieldError, ValidTenant};

/// Parses a Tenant against its class.
pub fn validate(
    tenant: &Tenant,
    class: &TenantClassSpec,
    cluster: &ClusterFacts,
) -> Result<ValidTenant, Vec<FieldError>> {
    let _ = (tenant, class, cluster);
    Err(Vec::new())
}
