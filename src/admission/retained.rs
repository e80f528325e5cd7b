//! Namespaces that are labelled for a tenant which does not record them.

use serde_json::Value;

use crate::api::{Tenant, TenantClassSpec, TenantSpec, resolve};
use crate::isolation::metadata::{self, NamespaceState};
use crate::isolation::{
    Caller, Change, Context, Findings, Operation, access, network, pods, services,
};
use crate::names::Reason;
use crate::snapshot::Snapshot;

use super::core;
use super::decide::change_of;
use super::decision::Decision;
use super::request::Request;

/// Groups whose objects run something.
const WORKLOAD_GROUPS: [&str; 2] = ["apps", "batch"];

/// Retained, restored from a backup, or an orphan: closed for new workloads
/// except by administrators, its managed objects stay protected, deletes pass.
///
/// No class speaks for it, so what would open it (services, network policies,
/// access, identity) is judged by the strictest one. Data is not: a restore
/// brings ConfigMaps, Secrets and claims before anybody can adopt.
pub(super) fn decide(
    request: &Request,
    caller: Caller,
    tenant: &str,
    state: NamespaceState,
    snapshot: &Snapshot,
) -> Decision {
    let mut findings = Findings::default();
    if !matches!(caller, Caller::Lessor | Caller::Administrator) {
        let change = change_of(request, caller);
        if starts(&change) {
            findings.violation(
                "namespaces/retained",
                Reason::NamespaceForeign,
                "metadata.namespace",
                format!(
                    "namespace {} is labelled for tenant {tenant}, which does not keep it (it was dropped, retained or restored, or the tenant is being deleted): no new workloads until an administrator gives it to a Tenant; reading and deleting are allowed",
                    request.namespace
                ),
            );
        }
        let class = TenantClassSpec::default();
        let stand_in = Tenant::new(
            tenant,
            TenantSpec { namespaces: vec![request.namespace.clone()], ..TenantSpec::default() },
        );
        let (valid, _) = resolve(&stand_in, &class, &snapshot.facts);
        let context = Context {
            tenant: &valid,
            class: &class,
            namespace: &request.namespace,
            cluster: &snapshot.facts,
        };
        judge(&context, &change, state, &mut findings);
    }
    Decision {
        tenant: Some(tenant.to_owned()),
        violations: findings.violations,
        warnings: findings.warnings,
        ..Decision::default()
    }
}

/// Whether the request starts something that runs.
fn starts(change: &Change<'_>) -> bool {
    let runs = (change.group.is_empty()
        && matches!(change.resource, "pods" | "replicationcontrollers"))
        || WORKLOAD_GROUPS.contains(&change.group);
    runs && match change.operation {
        Operation::Create => !matches!(change.subresource, "eviction" | "binding"),
        Operation::Connect | Operation::Delete => false,
        Operation::Update => match change.subresource {
            "ephemeralcontainers" | "resize" => true,
            "scale" => replicas(change.new) > replicas(change.old),
            // A Pod that runs takes another image without being made anew.
            "" if change.resource == "pods" => {
                change.old.and_then(|old| old.get("spec"))
                    != change.new.and_then(|new| new.get("spec"))
            }
            _ => false,
        },
    }
}

fn replicas(scale: Option<&Value>) -> i64 {
    scale.and_then(|scale| scale.pointer("/spec/replicas")).and_then(Value::as_i64).unwrap_or(0)
}

fn judge(
    context: &Context<'_>,
    change: &Change<'_>,
    state: NamespaceState,
    findings: &mut Findings,
) {
    metadata::judge_managed(change, state, findings);
    if change.operation == Operation::Delete || change.only_releases_finalizers() {
        return;
    }
    if change.operation == Operation::Connect {
        return core::connect(context, change, findings);
    }
    metadata::judge(context, change, findings);
    match (change.group, change.resource, change.subresource) {
        ("", "pods", "binding" | "status") | ("", "bindings", _) => {
            pods::judge_subresource(context, change, findings);
        }
        ("networking.k8s.io", "networkpolicies", _) if !change.is_managed() => {
            network::judge(context, change, findings);
        }
        _ => {
            services::judge(context, change, findings);
            access::judge(context, change, findings);
        }
    }
}
