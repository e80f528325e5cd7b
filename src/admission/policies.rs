//! Policies, which the platform team writes, and Exemptions, which only
//! administrators do.

use crate::api::{Exemption, FieldError, Policy, validate_exemption, validate_policy};
use crate::isolation::{Caller, Findings, Operation};
use crate::names::Reason;

use super::request::Request;
use super::tenancy::report;

const SPEC_RULE: &str = "policies/spec";

/// Judges a Policy. The status holds the spec that the webhooks evaluate, so it
/// is the controller's alone. A request that leaves the spec as it was passes.
pub(super) fn policy(request: &Request, caller: Caller) -> Findings {
    let mut findings = Findings::default();
    if request.subresource == "status" && caller != Caller::Lessor {
        findings.violation(
            "policies/status",
            Reason::ManagedObjectProtected,
            "status",
            "the status of a Policy is written by Lessor's controller only",
        );
        return findings;
    }
    let Some(object) = request.object.as_ref().filter(|_| is_write(request)) else {
        return findings;
    };
    if caller == Caller::Lessor || keeps_spec(request) {
        return findings;
    }
    match serde_json::from_value::<Policy>(object.clone()) {
        Ok(policy) => {
            report(SPEC_RULE, errors_of(request.object_name(), &policy), &mut findings);
        }
        Err(error) => findings.violation(SPEC_RULE, Reason::Invalid, "spec", error.to_string()),
    }
    findings
}

/// What keeps a Policy from being admitted.
fn errors_of(name: &str, policy: &Policy) -> Vec<FieldError> {
    validate_policy(name, &policy.spec)
}

/// Judges an Exemption. It takes a tenant out of what the platform team asks of
/// everybody: only administrators may, and nobody on their behalf.
pub(super) fn exemption(request: &Request, caller: Caller) -> Findings {
    let mut findings = Findings::default();
    let Some(object) = request.object.as_ref().filter(|_| is_write(request)) else {
        return findings;
    };
    if caller != Caller::Administrator {
        findings.violation(
            "exemptions/author",
            Reason::ExemptionForbidden,
            "spec",
            format!(
                "only administrators give exemptions: who holds the verb {:?} on tenants.{}",
                crate::names::ADMINISTER_VERB,
                crate::names::GROUP
            ),
        );
        return findings;
    }
    if keeps_spec(request) {
        return findings;
    }
    let rule = "exemptions/spec";
    match serde_json::from_value::<Exemption>(object.clone()) {
        Ok(exemption) => report(rule, validate_exemption(&exemption.spec), &mut findings),
        Err(error) => findings.violation(rule, Reason::Invalid, "spec", error.to_string()),
    }
    findings
}

fn is_write(request: &Request) -> bool {
    matches!(request.operation, Operation::Create | Operation::Update)
}

fn keeps_spec(request: &Request) -> bool {
    let spec = request.object.as_ref().and_then(|object| object.get("spec"));
    request.old_object.as_ref().is_some_and(|old| old.get("spec") == spec)
}
