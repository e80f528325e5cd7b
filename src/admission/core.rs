//! The fixed core: which rules judge which object. No policy turns it off.

use serde_json::Value;

use crate::api::{PodSecurityLevel, PodTemplateEnforcement};
use crate::isolation::metadata::NamespaceState;
use crate::isolation::pods::{self, ClaimTemplate, Subject, security};
use crate::isolation::{
    Change, Context, Findings, Operation, Violation, access, kinds, metadata, network, services,
    storage,
};
use crate::names::Reason;

/// Judges an object inside a tenant's namespace.
pub(super) fn judge(
    context: &Context<'_>,
    change: &Change<'_>,
    state: NamespaceState,
    findings: &mut Findings,
) {
    if change.is_managed() {
        metadata::judge_managed(change, state, findings);
        metadata::judge(context, change, findings);
        return;
    }
    if change.operation == Operation::Delete {
        return;
    }
    kinds::judge(context, change, findings);
    if change.operation != Operation::Connect {
        metadata::judge(context, change, findings);
    }
    match (change.group, change.resource) {
        ("", "pods" | "bindings") => pod(context, change, findings),
        ("", "services" | "endpoints") | ("discovery.k8s.io", "endpointslices") => {
            services::judge(context, change, findings);
        }
        ("networking.k8s.io", "ingresses") => services::judge(context, change, findings),
        ("networking.k8s.io", "networkpolicies") => network::judge(context, change, findings),
        ("", "persistentvolumeclaims") | ("snapshot.storage.k8s.io", "volumesnapshots") => {
            storage::judge(context, change, findings);
        }
        ("", "serviceaccounts" | "secrets") | ("rbac.authorization.k8s.io", _) => {
            access::judge(context, change, findings);
        }
        _ => template(context, change, findings),
    }
}

fn pod(context: &Context<'_>, change: &Change<'_>, findings: &mut Findings) {
    if !change.subresource.is_empty() || change.resource == "bindings" {
        pods::judge_subresource(context, change, findings);
    }
    let whole = change.resource == "pods"
        && matches!(change.subresource, "" | "ephemeralcontainers" | "resize");
    let Some(object) = change.new.filter(|_| whole) else { return };
    let spec = object.get("spec").unwrap_or(&Value::Null);
    let metadata = object.get("metadata").unwrap_or(&Value::Null);
    let spec_changed = change.old.is_none_or(|old| old.get("spec") != object.get("spec"));
    if spec_changed {
        pod_security(context, metadata, spec, "", findings);
    }
    if change.subresource.is_empty() {
        let subject = Subject { metadata, spec, root: "", is_template: false };
        pods::judge(context, change, &subject, findings);
    }
    if spec_changed {
        claims(context, pods::ephemeral_claims(spec, ""), findings);
    }
}

/// Templates are judged as the Pods they would become, and never mutated: a
/// changed ReplicaSet template no longer equals its Deployment's.
fn template(context: &Context<'_>, change: &Change<'_>, findings: &mut Findings) {
    let (Some(object), Some(template)) =
        (change.new, pods::template(change.group, change.resource))
    else {
        return;
    };
    if !change.subresource.is_empty() {
        return;
    }
    let null = Value::Null;
    let at =
        |tokens: &[&str]| object.pointer(&crate::document::pointer_of(tokens)).unwrap_or(&null);
    let same = change.old.is_some_and(|old| {
        let pointer = crate::document::pointer_of(template.spec);
        let metadata = crate::document::pointer_of(template.metadata);
        old.pointer(&pointer) == object.pointer(&pointer)
            && old.pointer(&metadata) == object.pointer(&metadata)
    });
    if same {
        return;
    }
    let mut found = Findings::default();
    let pod = pods::as_pod(context, at(template.metadata), at(template.spec), &mut found);
    let metadata = pod.get("metadata").unwrap_or(&null);
    let spec = pod.get("spec").unwrap_or(&null);
    let written = at(template.metadata);
    metadata::judge_template(context, written, &format!("{}.metadata", template.path), &mut found);
    let subject = Subject { metadata, spec, root: template.path, is_template: true };
    pod_security(context, metadata, spec, template.path, &mut found);
    pods::judge(context, change, &subject, &mut found);
    claims(context, pods::ephemeral_claims(spec, template.path), &mut found);
    let mut claimed = Findings::default();
    claims(context, pods::claim_templates(change.group, change.resource, object), &mut claimed);
    for (made, mut found) in [("Pods", found), ("Claims", claimed)] {
        match context.class.pod_templates {
            PodTemplateEnforcement::Deny => findings.violations.append(&mut found.violations),
            PodTemplateEnforcement::Warn => {
                findings.warnings.extend(found.violations.iter().map(|it| announce(made, it)));
            }
        }
        findings.warnings.append(&mut found.warnings);
    }
}

/// Says what will happen to what a workload makes.
fn announce(made: &str, violation: &Violation) -> String {
    let message = violation.message.replacen("violates", "would violate", 1);
    format!(
        "{made} of this workload will be refused: {}: {}: {message}",
        violation.reason, violation.field
    )
}

fn pod_security(
    context: &Context<'_>,
    metadata: &Value,
    spec: &Value,
    root: &str,
    findings: &mut Findings,
) {
    let level = match context.tenant.pod_security {
        PodSecurityLevel::Baseline => security::Level::Baseline,
        PodSecurityLevel::Restricted => security::Level::Restricted,
    };
    let version = context.tenant.pod_security_version.parse().unwrap_or(security::Version::Latest);
    let failures = security::evaluate(level, version, metadata, spec);
    let Some(first) = failures.first() else { return };
    let field = first.fields.first().map_or("spec", String::as_str);
    let field = if root.is_empty() { field.to_owned() } else { format!("{root}.{field}") };
    findings.violation(
        "pods/security",
        Reason::PodSecurityViolation,
        field,
        security::violation_message(level, version, &failures),
    );
}

/// Claims that a controller would make are judged as claims.
fn claims(context: &Context<'_>, templates: Vec<ClaimTemplate<'_>>, findings: &mut Findings) {
    for template in templates {
        let spec = template.claim.get("spec").unwrap_or(&Value::Null);
        storage::judge_claim_spec(context, spec, &format!("{}.spec", template.path), findings);
    }
}
