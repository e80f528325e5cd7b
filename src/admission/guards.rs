//! Cluster-scoped objects: Namespaces, volumes, and Lessor's own kinds.

use serde_json::Value;

use crate::isolation::{Caller, Findings, namespaces, storage};
use crate::names::{self, Reason};
use crate::snapshot::{Membership, Snapshot};

use super::access::NeedsAccess;
use super::decide::change_of;
use super::decision::{Decision, NotYet, Outcome};
use super::request::Request;
use super::{policies, tenancy};

/// Decides cluster-scoped requests; none when the request is namespaced.
pub(super) fn cluster_scoped(
    request: &Request,
    caller: Caller,
    snapshot: &Snapshot,
) -> Option<Outcome> {
    let resource = request.resource.resource.as_str();
    let mut questions = Vec::new();
    let judged = match (request.resource.group.as_str(), resource) {
        ("", "namespaces") => namespace(request, caller, snapshot),
        (names::GROUP, "tenants") if tenancy::needs_context(request, caller) => {
            unsynced(snapshot, "the Tenant")
                .map(|()| tenancy::tenant(request, caller, snapshot, &mut questions))
        }
        (names::GROUP, "tenants") => Ok(tenancy::tenant(request, caller, snapshot, &mut questions)),
        (names::GROUP, "tenantclasses") => Ok(tenancy::class(request, snapshot)),
        (names::GROUP, "policies") => Ok(policies::policy(request, caller)),
        (names::GROUP, "exemptions") => Ok(policies::exemption(request, caller)),
        ("", "persistentvolumes") => volume(request, caller, snapshot),
        _ if request.namespace.is_empty() => Ok(Findings::default()),
        _ => return None,
    };
    Some(match judged {
        Err(not_yet) => Outcome::NotYet(not_yet),
        Ok(findings) => {
            let decision = Decision {
                violations: findings.violations,
                warnings: findings.warnings,
                ..Decision::default()
            };
            if questions.is_empty() || !decision.allowed() {
                Outcome::Decided(decision)
            } else {
                Outcome::NeedsAccess(NeedsAccess::new(decision, questions))
            }
        }
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
        // A manifest has no uid: it speaks of the Namespace of that name.
        .or_else(|| snapshot.namespace(name).map(|view| view.uid.as_str()))
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
        .and_then(|namespace| match snapshot.owner_of(namespace) {
            Membership::Active { tenant, .. } | Membership::Provisioning { tenant } => {
                Some(tenant.valid.name.as_str())
            }
            // A restored backup brings volumes before anybody can adopt.
            Membership::Retained { tenant } => Some(tenant),
            Membership::Unmanaged | Membership::Unknown => None,
        });
    let mut findings = Findings::default();
    storage::judge_volume(&change_of(request, caller), claim_tenant, &mut findings);
    Ok(findings)
}
