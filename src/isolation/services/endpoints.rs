//! Addresses behind Services.

use crate::isolation::Findings;
use crate::names::Reason;

/// Addresses are written by the platform alone: anybody else could aim a
/// Service, and the gateway behind it, at a Pod of another tenant
/// (CVE-2021-25740) or at a node (CVE-2021-25737).
pub(super) fn judge(field: &'static str, out: &mut Findings) {
    out.violation(
        "services/endpoints",
        Reason::ManualEndpointsForbidden,
        field,
        "addresses of a Service are written by the platform; give the Service a `spec.selector` that matches your Pods.",
    );
}
