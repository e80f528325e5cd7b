//! Service.

use serde_json::Value;

use super::alias;
use crate::api::ServiceType;
use crate::isolation::{Change, Context, Findings, known, read};
use crate::names::Reason;

const RULE: &str = "services/service";
const TYPE_RULE: &str = "services/type";

/// Fields that mean something for load balancers only.
const LOAD_BALANCER_FIELDS: [&str; 5] = [
    "allocateLoadBalancerNodePorts",
    "healthCheckNodePort",
    "loadBalancerClass",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
];

pub(super) fn judge(ctx: &Context, service: &Value, out: &mut Findings) {
    let Some(spec) = read::at(service, &["spec"]) else {
        return manual(out);
    };
    known::unknown_fields(spec, known::SERVICE_SPEC, "spec", RULE, out);
    let kind = spec.get("type").filter(|kind| !read::is_unset(Some(kind)));
    let kind = kind.map_or(Some(ServiceType::ClusterIP), service_type);
    judge_type(ctx, spec, kind, out);
    if !read::is_unset(spec.get("externalIPs")) {
        out.violation(
            RULE,
            Reason::ExternalIpForbidden,
            "spec.externalIPs",
            "an external IP takes over traffic to that address (CVE-2020-8554); leave `spec.externalIPs` out.",
        );
    }
    let alias = kind == Some(ServiceType::ExternalName);
    if !alias && read::is_unset(spec.get("selector")) {
        manual(out);
    }
}

fn judge_type(ctx: &Context, spec: &Value, kind: Option<ServiceType>, out: &mut Findings) {
    let allows = |kind: ServiceType| {
        kind == ServiceType::ClusterIP || ctx.class.service_types.contains(&kind)
    };
    match kind {
        Some(ServiceType::ExternalName) => {}
        Some(kind) if allows(kind) => {}
        _ => forbid_type(ctx, "spec.type".to_owned(), out),
    }
    let alias = kind == Some(ServiceType::ExternalName);
    alias::judge(ctx, spec, alias, allows(ServiceType::ExternalName), out);
    let load_balancer = allows(ServiceType::LoadBalancer);
    for field in LOAD_BALANCER_FIELDS {
        if !load_balancer && !read::is_unset(spec.get(field)) {
            forbid_type(ctx, format!("spec.{field}"), out);
        }
    }
    let node_port = load_balancer || allows(ServiceType::NodePort);
    // The API server writes `Cluster` beside external IPs; nobody's wish.
    let policy = spec.get("externalTrafficPolicy").filter(|policy| *policy != "Cluster");
    if !node_port && !read::is_unset(policy) {
        forbid_type(ctx, "spec.externalTrafficPolicy".to_owned(), out);
    }
    for (i, port) in read::list(spec, &["ports"]).iter().enumerate() {
        known::unknown_fields(port, known::SERVICE_PORT, &format!("spec.ports[{i}]"), RULE, out);
        if !node_port && !read::is_unset(port.get("nodePort")) {
            forbid_type(ctx, format!("spec.ports[{i}].nodePort"), out);
        }
    }
}

fn service_type(value: &Value) -> Option<ServiceType> {
    use ServiceType::{ClusterIP, ExternalName, LoadBalancer, NodePort};
    let name = value.as_str()?;
    [ClusterIP, NodePort, LoadBalancer, ExternalName].into_iter().find(|kind| kind.as_str() == name)
}

fn forbid_type(ctx: &Context, field: String, out: &mut Findings) {
    let mut allowed = vec![ServiceType::ClusterIP.as_str()];
    allowed.extend(
        ctx.class
            .service_types
            .iter()
            .map(|kind| kind.as_str())
            .filter(|kind| *kind != "ClusterIP"),
    );
    out.violation(
        TYPE_RULE,
        Reason::ServiceTypeForbidden,
        field,
        format!(
            "the class allows Services of type {} without fields of other types; `spec.serviceTypes` of the TenantClass allows more.",
            allowed.join(", ")
        ),
    );
}

/// Without a selector the addresses are somebody's to write by hand.
fn manual(out: &mut Findings) {
    out.violation(
        RULE,
        Reason::ManualEndpointsForbidden,
        "spec.selector",
        "a Service without a selector can be aimed at any address; give it a selector that matches your Pods.",
    );
}

/// The address of a load balancer is the platform's to write: nodes route it.
pub(super) fn judge_status(change: &Change, new: &Value, out: &mut Findings) {
    let path = ["status", "loadBalancer"];
    let before = change.old.and_then(|old| read::at(old, &path));
    let after = read::at(new, &path);
    if before != after && !read::is_unset(after) {
        out.violation(
            "services/status",
            Reason::ExternalIpForbidden,
            "status.loadBalancer.ingress",
            "the address of a load balancer takes over traffic to it; it is written by the platform's controllers only.",
        );
    }
}
