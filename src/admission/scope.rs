//! Whether a request concerns a tenant at all, and which.

use crate::isolation::{Caller, Operation};
use crate::names::Reason;
use crate::snapshot::{Membership, NamespaceView, Snapshot, TenantView};

use super::decision::NotYet;
use super::request::Request;

/// What a request in a namespace is about.
pub(super) enum Scope<'a> {
    /// Not a tenant's.
    Outside,
    /// A tenant's namespace with everything known about it.
    Tenant { tenant: &'a TenantView, namespace: &'a NamespaceView, live_pods: usize },
    /// Labelled for a tenant that does not record it.
    Retained { tenant: &'a str, namespace: &'a NamespaceView, live_pods: usize },
}

/// Finds the tenant of a namespaced request, or says that it cannot be known yet.
pub(super) fn of_namespace<'a>(
    request: &Request,
    caller: Caller,
    snapshot: &'a Snapshot,
) -> Result<Scope<'a>, NotYet> {
    let name = request.namespace.as_str();
    if snapshot.facts.is_system_namespace(name) {
        return Ok(Scope::Outside);
    }
    if !snapshot.is_synced() {
        return Err(unavailable(name, "the webhook's caches are not filled yet"));
    }
    let Some(namespace) = snapshot.namespace(name) else {
        return Err(unavailable(name, "the namespace is not in the webhook's cache"));
    };
    let live_pods = snapshot.live_pods(name);
    match snapshot.owner_of(name) {
        Membership::Unmanaged => Ok(Scope::Outside),
        Membership::Unknown => {
            Err(unavailable(name, "the namespace is not in the webhook's cache"))
        }
        Membership::Retained { tenant } => Ok(Scope::Retained { tenant, namespace, live_pods }),
        Membership::Provisioning { tenant } => {
            let exempt =
                matches!(caller, Caller::Lessor | Caller::Platform) && !creates_pod(request);
            if exempt || request.operation == Operation::Delete {
                Ok(Scope::Tenant { tenant, namespace, live_pods })
            } else {
                Err(not_ready(tenant, name))
            }
        }
        Membership::Active { tenant, isolated } => {
            if creates_pod(request) && !isolated {
                Err(not_ready(tenant, name))
            } else {
                Ok(Scope::Tenant { tenant, namespace, live_pods })
            }
        }
    }
}

fn creates_pod(request: &Request) -> bool {
    request.operation == Operation::Create
        && request.resource.group.is_empty()
        && request.resource.resource == "pods"
        && request.subresource.is_empty()
}

fn unavailable(namespace: &str, why: &str) -> NotYet {
    NotYet {
        reason: Reason::TenancyContextUnavailable,
        tenant: None,
        message: format!(
            "namespace {namespace} cannot be judged yet: {why}; try again in a moment"
        ),
    }
}

fn not_ready(tenant: &TenantView, namespace: &str) -> NotYet {
    NotYet {
        reason: Reason::IsolationNotReady,
        tenant: Some(tenant.valid.name.clone()),
        message: format!(
            "namespace {namespace} of tenant {} is not isolated yet; try again in a moment",
            tenant.valid.name
        ),
    }
}
