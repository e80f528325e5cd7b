//! What is wrong with an Exemption.

use k8s_openapi::jiff::Timestamp;

use super::errors::Errors;
use super::matching;
use crate::api::exemption::ExemptionSpec;
use crate::api::syntax::is_dns_subdomain;
use crate::api::valid::FieldError;
use crate::names::Reason;

/// Finds everything that is wrong with an Exemption; empty when it is right.
/// Whether it has expired is not among it: that is decided when it is used.
#[must_use]
pub fn validate_exemption(exemption: &ExemptionSpec) -> Vec<FieldError> {
    let mut errors = Errors::default();
    let policy = exemption.policy.as_str();
    // Rules of the core are named `pods/security`, their reasons `PodSecurityViolation`.
    if policy.contains('/') || Reason::from_name(policy).is_some() {
        errors.push(
            "spec.policy",
            Reason::ExemptionForbidden,
            format!("`{policy}` is a rule of the fixed core, which has no exemptions; name a Policy, or let the TenantClass allow it"),
        );
    } else if !is_dns_subdomain(policy) {
        errors.invalid("spec.policy", format!("`{policy}` is not the name of a Policy"));
    }
    if !is_dns_subdomain(&exemption.tenant) {
        errors.invalid(
            "spec.tenant",
            format!(
                "`{}` is not the name of a Tenant; one exemption is for one tenant",
                exemption.tenant
            ),
        );
    }
    matching::namespaces("spec.namespaces", &exemption.namespaces, &mut errors);
    matching::kinds("spec.object.kinds", &exemption.object.kinds, &mut errors);
    if let Some(name) = &exemption.object.name {
        matching::object_name("spec.object.name", name, &mut errors);
    }
    if let Some(selector) = &exemption.object.label_selector {
        errors.selector("spec.object.labelSelector", selector);
    }
    if exemption.reason.trim().is_empty() {
        errors.invalid("spec.reason", "is empty; say why, or name a ticket");
    }
    if let Err(error) = exemption.expires.parse::<Timestamp>() {
        errors.invalid(
            "spec.expires",
            format!(
                "`{}` is not a time such as `2027-03-31T00:00:00Z` (RFC 3339): {error}",
                exemption.expires
            ),
        );
    }
    errors.0
}
