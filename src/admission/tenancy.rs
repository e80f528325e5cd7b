//! Tenants and their classes: the spec of a Tenant is an attacker's input.

use serde_json::Value;

use crate::api::{FieldError, Tenant, TenantClass, resolve, validate_class};
use crate::isolation::{Caller, Findings, Operation, Violation};
use crate::names::{self, Reason};
use crate::snapshot::Snapshot;

use super::access::AccessQuestion;
use super::request::Request;

const SPEC_RULE: &str = "tenants/spec";

/// Judges a Tenant. Beside what is wrong with it, what the requester must be
/// allowed to do: nobody gets more from a class by way of a Tenant than the
/// right to `use` the class gives.
///
/// A request that leaves the spec as it was passes, whatever the spec has
/// become worth since: an object that is being deleted, or whose class became
/// stricter, can let go of finalizers and be annotated. Any other change is
/// judged, terminating or not.
pub(super) fn tenant(
    request: &Request,
    caller: Caller,
    snapshot: &Snapshot,
    questions: &mut Vec<AccessQuestion>,
) -> Findings {
    let mut findings = Findings::default();
    if request.subresource == "status" && caller != Caller::Lessor {
        findings.violation(
            "tenants/status",
            Reason::ManagedObjectProtected,
            "status",
            "the status of a Tenant is written by Lessor's controller only",
        );
        return findings;
    }
    let Some(object) = request.object.as_ref().filter(|_| request.operation != Operation::Delete)
    else {
        return findings;
    };
    let old = request.old_object.as_ref();
    if caller == Caller::Lessor || old.is_some_and(|old| old.get("spec") == object.get("spec")) {
        return findings;
    }
    let tenant: Tenant = match serde_json::from_value(object.clone()) {
        Ok(tenant) => tenant,
        Err(error) => {
            findings.violation(SPEC_RULE, Reason::Invalid, "spec", error.to_string());
            return findings;
        }
    };
    // One that cannot be read any more grants nothing that could be kept.
    let before: Option<Tenant> = old.and_then(|old| serde_json::from_value(old.clone()).ok());
    match snapshot.class(&tenant.spec.class) {
        Some(class) => {
            let (_, errors) = resolve(&tenant, class, &snapshot.facts);
            report(SPEC_RULE, errors, &mut findings);
        }
        None => findings.warn(format!(
            "class {} does not exist yet; nothing is granted until it does",
            tenant.spec.class
        )),
    }
    namespaces(&tenant, before.as_ref(), snapshot, &mut findings);
    if caller != Caller::Administrator {
        classes(&tenant, before.as_ref(), questions);
    }
    findings
}

/// A Tenant may name namespaces that do not exist, and its own. What it named
/// before is not held against it: two Tenants that came to claim one name can
/// both still be changed.
fn namespaces(
    tenant: &Tenant,
    before: Option<&Tenant>,
    snapshot: &Snapshot,
    findings: &mut Findings,
) {
    let own = tenant.metadata.name.as_deref().unwrap_or_default();
    let known: Vec<String> = before.map(named).unwrap_or_default();
    for (i, namespace) in named(tenant).iter().enumerate() {
        if known.contains(namespace) || snapshot.facts.is_system_namespace(namespace) {
            continue;
        }
        let field = if tenant.spec.namespaces.is_empty() {
            "metadata.name".to_owned()
        } else {
            format!("spec.namespaces[{i}]")
        };
        if snapshot.claimants(namespace).any(|view| view.valid.name != own) {
            findings.violation(
                "tenants/namespaces",
                Reason::NamespaceForeign,
                field,
                format!("namespace {namespace} is already taken; choose another name"),
            );
            continue;
        }
        let Some(view) = snapshot.namespace(namespace) else { continue };
        let recorded = snapshot.recorded_owner(namespace, &view.uid).is_some();
        let label = view.labels.get(names::TENANT_LABEL);
        let given = view.given_to.as_deref() == Some(own);
        if recorded || given || label.is_some_and(|label| label == own) {
            continue;
        }
        if label.is_some() {
            findings.violation(
                "tenants/namespaces",
                Reason::NamespaceForeign,
                field,
                format!("namespace {namespace} is already taken; choose another name"),
            );
        } else {
            findings.violation(
                "tenants/namespaces",
                Reason::NamespaceNotAdoptable,
                field,
                format!(
                    "namespace {namespace} exists already and is not this tenant's; choose another name, or let an administrator annotate it {}={own}",
                    names::ADOPT_ANNOTATION
                ),
            );
        }
    }
}

/// The namespaces that a Tenant names, or the one of its own name.
fn named(tenant: &Tenant) -> Vec<String> {
    if tenant.spec.namespaces.is_empty() {
        tenant.metadata.name.iter().cloned().collect()
    } else {
        tenant.spec.namespaces.clone()
    }
}

/// Whoever takes a class, leaves one or gives its roles to somebody must hold
/// `use` on it: a class may be weaker than the author may choose, and its roles
/// may be more than the author may grant.
fn classes(tenant: &Tenant, before: Option<&Tenant>, questions: &mut Vec<AccessQuestion>) {
    let class = &tenant.spec.class;
    let mut ask = |name: &str| {
        questions.push(AccessQuestion {
            verb: names::USE_VERB,
            group: names::GROUP,
            resource: "tenantclasses",
            name: name.to_owned(),
            refusal: Violation {
                rule: "tenants/class",
                reason: Reason::ClassNotAllowed,
                field: "spec.class".to_owned(),
                message: format!(
                    "the requester may not use class {name}; an administrator grants the verb {:?} on tenantclasses.{}",
                    names::USE_VERB,
                    names::GROUP
                ),
            },
        });
    };
    match before.map(|before| &before.spec) {
        None => ask(class),
        Some(before) if before.class != *class => {
            ask(class);
            ask(&before.class);
        }
        Some(before) if before.members != tenant.spec.members => ask(class),
        Some(_) => {}
    }
}

/// Judges a class, which administrators write.
pub(super) fn class(request: &Request, snapshot: &Snapshot) -> Findings {
    let mut findings = Findings::default();
    let Some(object) = request.object.as_ref().filter(|_| request.operation != Operation::Delete)
    else {
        return findings;
    };
    if request.old_object.as_ref().is_some_and(|old| old.get("spec") == object.get("spec")) {
        return findings;
    }
    let parsed: Result<TenantClass, _> = serde_json::from_value::<TenantClass>(object.clone());
    match parsed {
        Ok(class) => {
            let errors = validate_class(request.object_name(), &class.spec, &snapshot.facts);
            report("classes/spec", errors, &mut findings);
        }
        Err(error) => {
            findings.violation("classes/spec", Reason::Invalid, "spec", error.to_string());
        }
    }
    findings
}

/// Says what is wrong with the fields of an object.
pub(super) fn report(rule: &'static str, errors: Vec<FieldError>, findings: &mut Findings) {
    for error in errors {
        findings.violation(rule, error.reason, error.field, error.message);
    }
}

/// Whether judging the request needs the caches: a write of a Tenant's spec.
pub(super) fn needs_context(request: &Request, caller: Caller) -> bool {
    let writes = matches!(request.operation, Operation::Create | Operation::Update);
    let spec = |object: &Option<Value>| object.as_ref().and_then(|o| o.get("spec")).cloned();
    writes
        && caller != Caller::Lessor
        && request.subresource.is_empty()
        && (request.old_object.is_none() || spec(&request.old_object) != spec(&request.object))
}
