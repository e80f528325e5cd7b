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
///
/// A delete is refused for managed objects only, and so is letting go of
/// finalizers: whatever a rule says about an object, it can go. What is managed
/// was judged when the controller made it; a Pod that says so is judged all
/// the same, because what runs is never anybody's exception.
pub(super) fn judge(
    context: &Context<'_>,
    change: &Change<'_>,
    state: NamespaceState,
    findings: &mut Findings,
) {
    let managed = change.is_managed();
    if managed {
        metadata::judge_managed(change, state, findings);
    } else if change.only_releases_finalizers() {
        return;
    }
    if change.operation == Operation::Delete {
        return;
    }
    let is_pod = change.group.is_empty() && matches!(change.resource, "pods" | "bindings");
    if change.operation == Operation::Connect {
        return connect(context, change, findings);
    }
    if !managed {
        kinds::judge(context, change, findings);
    }
    metadata::judge(context, change, findings);
    if managed && !is_pod {
        return;
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

/// A connection through the API server goes past network policies: one that
/// nobody knows is refused.
pub(super) fn connect(context: &Context<'_>, change: &Change<'_>, findings: &mut Findings) {
    match (change.group, change.resource, change.subresource) {
        ("", "pods", _) => pods::judge_subresource(context, change, findings),
        ("", "services", "proxy") => services::judge(context, change, findings),
        (_, resource, subresource) => findings.violation(
            "objects/connect",
            Reason::ConnectForbidden,
            "",
            format!("a connection to {resource}/{subresource} is not known to Lessor; only those to Pods are, where the class opens them"),
        ),
    }
}

/// Pod Security comes first: where the standard forbids something, its message
/// is the one people know, and it names every control that is broken. What
/// other rules say about the same field (a `hostPath` is also a forbidden
/// volume type) follows among the causes.
fn pod(context: &Context<'_>, change: &Change<'_>, findings: &mut Findings) {
    let object = change.new.unwrap_or(&Value::Null);
    let spec = object.get("spec").unwrap_or(&Value::Null);
    let metadata = object.get("metadata").unwrap_or(&Value::Null);
    let is_itself = change.resource == "pods" && change.subresource.is_empty();
    // A subresource of tomorrow may well carry the whole Pod.
    let is_whole = change.resource == "pods"
        && security::needs_evaluation(change.subresource)
        && (is_itself || spec.get("containers").is_some());
    let is_changed = change.old.is_none_or(|old| old.get("spec") != object.get("spec"));
    // Profiles may be annotations, and a status keeps those too.
    let is_reprofiled = change.resource == "pods"
        && change.old.is_some_and(|old| !security::same_annotations(old, object));
    if (is_whole && is_changed) || is_reprofiled {
        pod_security(context, metadata, spec, "", findings);
        claims(context, pods::ephemeral_claims(spec, ""), findings);
    }
    if is_itself {
        let subject = Subject { metadata, spec, root: "", is_template: false };
        pods::judge(context, change, &subject, findings);
    } else {
        pods::judge_subresource(context, change, findings);
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
    if !spec.is_object() {
        findings.violation(
            "pods/security",
            Reason::PodSecurityViolation,
            crate::document::child(root, "spec"),
            "there is no spec to judge; a Pod has one, with at least one container",
        );
        return;
    }
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
