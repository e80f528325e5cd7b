//! Requests that no tenant's rules judge: cluster-scoped objects, and
//! namespaces that are between states.

use serde_json::Value;

use crate::api::{FieldError, Tenant, TenantClass, resolve, validate_class};
use crate::isolation::metadata::{self, NamespaceState};
use crate::isolation::{Caller, Findings, Operation, namespaces, storage};
use crate::names::{self, Reason};
use crate::snapshot::Snapshot;

use super::decide::change_of;
use super::decision::{Decision, NotYet, Outcome};
use super::request::Request;

/// Decides cluster-scoped requests; none when the request is namespaced.
pub(super) fn cluster_scoped(
    request: &Request,
    caller: Caller,
    snapshot: &Snapshot,
) -> Option<Outcome> {
    let resource = request.resource.resource.as_str();
    let judged = match (request.resource.group.as_str(), resource) {
        ("", "namespaces") => namespace(request, caller, snapshot),
        (names::GROUP, "tenants") => Ok(tenant(request, caller, snapshot)),
        (names::GROUP, "tenantclasses") => Ok(class(request, snapshot)),
        ("", "persistentvolumes") => volume(request, caller, snapshot),
        _ if request.namespace.is_empty() => Ok(Findings::default()),
        _ => return None,
    };
    Some(match judged {
        Err(not_yet) => Outcome::NotYet(not_yet),
        Ok(findings) => Outcome::Decided(Decision {
            violations: findings.violations,
            warnings: findings.warnings,
            ..Decision::default()
        }),
    })
}

fn unsynced(snapshot: &Snapshot, what: &str) -> Result<(), NotYet> {
    if snapshot.is_synced() {
        return Ok(());
    }
    Err(NotYet {
        reason: Reason::TenancyContextUnavailable,
        tenant: None,
        message: format!(
            "{what} cannot be judged yet: the webhook's caches are not filled; try again in a moment"
        ),
    })
}

fn namespace(request: &Request, caller: Caller, snapshot: &Snapshot) -> Result<Findings, NotYet> {
    if caller == Caller::Lessor {
        return Ok(Findings::default());
    }
    unsynced(snapshot, "the namespace")?;
    let name = request.object_name();
    let uid = [&request.old_object, &request.object]
        .into_iter()
        .flatten()
        .find_map(|object| object.pointer("/metadata/uid").and_then(Value::as_str))
        .unwrap_or_default();
    let owner = snapshot.recorded_owner(name, uid).map(|view| view.valid.name.as_str());
    let intended_by = snapshot.claimant(name).map(|view| view.valid.name.as_str());
    let facts = namespaces::Facts {
        owner,
        intended_by,
        tenants: &|tenant| snapshot.tenant(tenant).is_some(),
    };
    let mut findings = Findings::default();
    namespaces::judge(&change_of(request, caller), &facts, &snapshot.facts, &mut findings);
    Ok(findings)
}

fn volume(request: &Request, caller: Caller, snapshot: &Snapshot) -> Result<Findings, NotYet> {
    unsynced(snapshot, "the volume")?;
    let claim_tenant = request
        .object
        .as_ref()
        .and_then(|object| object.pointer("/spec/claimRef/namespace"))
        .and_then(Value::as_str)
        .and_then(|namespace| {
            let view = snapshot.namespace(namespace)?;
            snapshot.recorded_owner(namespace, &view.uid)
        })
        .map(|view| view.valid.name.as_str());
    let mut findings = Findings::default();
    storage::judge_volume(&change_of(request, caller), claim_tenant, &mut findings);
    Ok(findings)
}

fn tenant(request: &Request, caller: Caller, snapshot: &Snapshot) -> Findings {
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
    if caller == Caller::Lessor || object.pointer("/metadata/deletionTimestamp").is_some() {
        return findings;
    }
    let parsed: Result<Tenant, _> = serde_json::from_value(object.clone());
    let tenant = match parsed {
        Ok(tenant) => tenant,
        Err(error) => {
            findings.violation("tenants/spec", Reason::Invalid, "spec", error.to_string());
            return findings;
        }
    };
    match snapshot.class(&tenant.spec.class) {
        Some(class) => {
            let (_, errors) = resolve(&tenant, class, &snapshot.facts);
            report("tenants/spec", errors, &mut findings);
        }
        None => findings.warn(format!(
            "class {} does not exist yet; nothing is granted until it does",
            tenant.spec.class
        )),
    }
    tenant_namespaces(&tenant, snapshot, &mut findings);
    findings
}

/// A Tenant may name namespaces that do not exist, and its own.
fn tenant_namespaces(tenant: &Tenant, snapshot: &Snapshot, findings: &mut Findings) {
    let own = tenant.metadata.name.as_deref().unwrap_or_default();
    let named: Vec<(String, &str)> = if tenant.spec.namespaces.is_empty() {
        vec![("metadata.name".to_owned(), own)]
    } else {
        let indexed = tenant.spec.namespaces.iter().enumerate();
        indexed.map(|(i, name)| (format!("spec.namespaces[{i}]"), name.as_str())).collect()
    };
    for (field, namespace) in named {
        let foreign = snapshot.claimant(namespace).is_some_and(|view| view.valid.name != own);
        if foreign {
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
        let labelled = view.labels.get(names::TENANT_LABEL).is_some_and(|label| label == own);
        let given = view.given_to.as_deref() == Some(own);
        if !recorded && !labelled && !given && !snapshot.facts.is_system_namespace(namespace) {
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

fn class(request: &Request, snapshot: &Snapshot) -> Findings {
    let mut findings = Findings::default();
    let Some(object) = request.object.as_ref().filter(|_| request.operation != Operation::Delete)
    else {
        return findings;
    };
    let parsed: Result<TenantClass, _> = serde_json::from_value(object.clone());
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

fn report(rule: &'static str, errors: Vec<FieldError>, findings: &mut Findings) {
    for error in errors {
        findings.violation(rule, error.reason, error.field, error.message);
    }
}

/// Groups whose objects run something.
const WORKLOAD_GROUPS: [&str; 2] = ["apps", "batch"];

/// A namespace that is labelled for a tenant which does not list or record it: closed
/// for new workloads, its managed objects stay protected, deletes pass.
pub(super) fn retained(
    request: &Request,
    caller: Caller,
    tenant: &str,
    terminating: bool,
    live_pods: usize,
) -> Decision {
    let mut findings = Findings::default();
    let state = NamespaceState { terminating, live_pods };
    if caller != Caller::Lessor {
        metadata::judge_managed(&change_of(request, caller), state, &mut findings);
        let group = request.resource.group.as_str();
        let runs = (group.is_empty()
            && matches!(request.resource.resource.as_str(), "pods" | "replicationcontrollers"))
            || WORKLOAD_GROUPS.contains(&group);
        let starts = match request.operation {
            Operation::Create => true,
            Operation::Connect | Operation::Delete => false,
            Operation::Update => {
                request.subresource == "ephemeralcontainers" || request.subresource == "scale"
            }
        };
        if runs && starts {
            findings.violation(
                "namespaces/retained",
                Reason::NamespaceForeign,
                "metadata.namespace",
                format!(
                    "namespace {} is labelled for tenant {tenant}, which does not list or record it (it was dropped, retained or restored): no new workloads until an administrator gives it to a Tenant; reading and deleting are allowed",
                    request.namespace
                ),
            );
        }
    }
    Decision {
        tenant: Some(tenant.to_owned()),
        violations: findings.violations,
        warnings: findings.warnings,
        patch: Vec::new(),
    }
}
