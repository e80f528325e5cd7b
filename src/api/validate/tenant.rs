//! Tenant + class -> valid Tenant.

use super::errors::{Errors, listed};
use super::{limits, members, network, placement, quota, secrets};
use crate::api::cluster::ClusterFacts;
use crate::api::syntax::is_dns_label;
use crate::api::tenant::Tenant;
use crate::api::tenant_class::TenantClassSpec;
use crate::api::valid::{FieldError, ValidTenant};
use crate::names::Reason;

/// Longest name of a Tenant: what is derived from it must fit 63 characters.
const MAX_NAME: usize = 40;

/// Parses a Tenant against its class.
///
/// # Errors
/// Everything that is wrong, in the order of the spec: the path of the field,
/// the reason, and what would be right.
pub fn validate(
    tenant: &Tenant,
    class: &TenantClassSpec,
    cluster: &ClusterFacts,
) -> Result<ValidTenant, Vec<FieldError>> {
    let (valid, errors) = resolve(tenant, class, cluster);
    if errors.is_empty() { Ok(valid) } else { Err(errors) }
}

/// What remains of a Tenant under its class: everything that is wrong is left
/// out (or as strict as the class allows) and reported. Stored Tenants are
/// judged by this, so that a class that became stricter takes effect at once
/// and closes no tenant.
#[must_use]
pub fn resolve(
    tenant: &Tenant,
    class: &TenantClassSpec,
    cluster: &ClusterFacts,
) -> (ValidTenant, Vec<FieldError>) {
    let spec = &tenant.spec;
    let mut errors = Errors::default();
    let name = tenant.metadata.name.clone().unwrap_or_default();
    check_name(&name, &mut errors);
    let namespaces = namespaces(&name, &spec.namespaces, class, cluster, &mut errors);
    let members = members::read(&spec.members, &namespaces, class, &mut errors);
    let isolation = &spec.isolation;
    let ingress = network::ingress(&isolation.network.ingress_from, class, &mut errors);
    let egress = network::egress(&isolation.network.egress_to, class, cluster, &mut errors);
    let pod_security = placement::pod_security(isolation.pod_security, class, &mut errors);
    let node_pool = placement::node_pool(isolation.node_pool.as_deref(), class, &mut errors);
    let runtime_class_name =
        placement::runtime_class(isolation.runtime_class_name.as_deref(), class, &mut errors);
    let quota = quota::effective(&spec.quota, class, &mut errors);
    quota::check_shares(&spec.quota_shares, &namespaces, &mut errors);
    let limits = limits::effective(spec.limits.as_ref(), &class.limits, &mut errors);
    let secrets = secrets::read(&spec.secrets, class, &mut errors);
    let valid = ValidTenant {
        name,
        uid: tenant.metadata.uid.clone().unwrap_or_default(),
        generation: tenant.metadata.generation.unwrap_or_default(),
        class_name: spec.class.clone(),
        namespaces,
        members,
        ingress,
        egress,
        pod_security,
        pod_security_version: class.pod_security.version.clone(),
        node_pool,
        runtime_class_name,
        quota,
        quota_shares: spec.quota_shares.clone(),
        limits,
        secrets,
        parameters: spec.policies.parameters.clone(),
        suspended: spec.suspended,
        deletion_policy: spec.deletion_policy,
    };
    (valid, errors.0)
}

fn check_name(name: &str, errors: &mut Errors) {
    if name.len() > MAX_NAME || !is_dns_label(name) {
        errors.invalid(
            "metadata.name",
            format!(
                "`{name}` must be a DNS label of at most {MAX_NAME} characters: a-z, 0-9 and `-`"
            ),
        );
    }
    if name.starts_with("lessor") {
        errors.push(
            "metadata.name",
            Reason::ReservedNameForbidden,
            "names beginning with `lessor` are reserved; choose another name",
        );
    }
}

fn namespaces(
    name: &str,
    wanted: &[String],
    class: &TenantClassSpec,
    cluster: &ClusterFacts,
    errors: &mut Errors,
) -> Vec<String> {
    if wanted.is_empty() {
        let before = errors.count();
        check_namespace("metadata.name", name, cluster, errors);
        return if errors.count() == before { vec![name.to_owned()] } else { Vec::new() };
    }
    let max = usize::try_from(class.namespaces.max).unwrap_or(usize::MAX);
    if wanted.len() > max {
        errors.invalid(
            "spec.namespaces",
            format!("{} namespaces; the class allows at most {max}", wanted.len()),
        );
    }
    let mut valid = Vec::with_capacity(wanted.len());
    for (index, namespace) in wanted.iter().enumerate() {
        let before = errors.count();
        let field = format!("spec.namespaces[{index}]");
        if !is_dns_label(namespace) {
            errors.invalid(
                &field,
                format!(
                    "`{namespace}` must be a DNS label of at most 63 characters: a-z, 0-9 and `-`"
                ),
            );
        }
        if wanted[..index].contains(namespace) {
            errors.invalid(&field, format!("`{namespace}` is listed twice; name it once"));
        }
        check_namespace(&field, namespace, cluster, errors);
        if errors.count() == before {
            valid.push(namespace.clone());
        }
    }
    valid
}

/// `kube-` is reserved for Kubernetes by its own convention.
fn check_namespace(field: &str, namespace: &str, cluster: &ClusterFacts, errors: &mut Errors) {
    if cluster.is_system_namespace(namespace) || namespace.starts_with("kube-") {
        let others = [&cluster.lessor_namespace, &cluster.secret_source_namespace];
        errors.push(
            field,
            Reason::SystemNamespaceProtected,
            format!(
                "`{namespace}` is a system namespace; a Tenant owns any name that does not begin with `kube-` and is not one of default, {}",
                listed(others)
            ),
        );
    }
}
