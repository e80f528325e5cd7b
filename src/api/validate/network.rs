//! Connections beyond the tenant's own.

use super::errors::{Errors, listed};
use crate::api::cidr::Cidr;
use crate::api::cluster::ClusterFacts;
use crate::api::common::Port;
use crate::api::tenant::{EgressRule, IngressRule};
use crate::api::tenant_class::{Peer, TenantClassSpec};
use crate::api::valid::{EgressTarget, ResolvedEgress, ResolvedIngress};
use crate::names::Reason;

const INGRESS: &str = "spec.isolation.network.ingressFrom";
const EGRESS: &str = "spec.isolation.network.egressTo";

/// Resolves the peers that may connect to the tenant.
pub(super) fn ingress(
    rules: &[IngressRule],
    class: &TenantClassSpec,
    errors: &mut Errors,
) -> Vec<ResolvedIngress> {
    let mut resolved = Vec::with_capacity(rules.len());
    for (index, rule) in rules.iter().enumerate() {
        let field = format!("{INGRESS}[{index}]");
        if rule.ports.is_empty() {
            errors.invalid(format!("{field}.ports"), "name at least one TCP port, 1 to 65535");
        }
        for (position, _) in rule.ports.iter().enumerate().filter(|(_, port)| **port == 0) {
            errors.invalid(
                format!("{field}.ports[{position}]"),
                "a port is a number from 1 to 65535",
            );
        }
        let Some(peer) = find_peer(&format!("{field}.peer"), &rule.peer, class, errors) else {
            continue;
        };
        let mut ports = rule.ports.clone();
        ports.sort_unstable();
        ports.dedup();
        ports.retain(|port| *port > 0);
        if !ports.is_empty() {
            resolved.push(ResolvedIngress { peer: peer.clone(), ports });
        }
    }
    resolved
}

/// Resolves the peers and ranges that the tenant may connect to.
pub(super) fn egress(
    rules: &[EgressRule],
    class: &TenantClassSpec,
    cluster: &ClusterFacts,
    errors: &mut Errors,
) -> Vec<ResolvedEgress> {
    let mut resolved = Vec::with_capacity(rules.len());
    for (index, rule) in rules.iter().enumerate() {
        let field = format!("{EGRESS}[{index}]");
        let before = errors.count();
        errors.ports(&format!("{field}.ports"), &rule.ports);
        let mut ports = rule.ports.clone();
        ports.sort_unstable();
        ports.dedup();
        match (&rule.peer, &rule.cidr) {
            (Some(name), None) => {
                let peer = find_peer(&format!("{field}.peer"), name, class, errors);
                if let Some(peer) = peer {
                    let ports = peer_ports(&field, rule, ports, peer, errors);
                    if errors.count() == before {
                        let target = EgressTarget::Peer(peer.clone());
                        resolved.push(ResolvedEgress { target, ports });
                    }
                }
            }
            (None, Some(text)) => {
                let cidr = range(&format!("{field}.cidr"), text, class, cluster, errors);
                if let Some(cidr) = cidr.filter(|_| errors.count() == before) {
                    resolved.push(ResolvedEgress { target: EgressTarget::Cidr(cidr), ports });
                }
            }
            _ => errors.invalid(&field, "exactly one of peer and cidr is required"),
        }
    }
    resolved
}

fn find_peer<'a>(
    field: &str,
    name: &str,
    class: &'a TenantClassSpec,
    errors: &mut Errors,
) -> Option<&'a Peer> {
    let peer = class.peer(name);
    match peer {
        None => errors.push(
            field,
            Reason::PeerNotAllowed,
            format!(
                "the class has no peer `{name}`; allowed: {}",
                listed(class.peers.iter().map(|peer| &peer.name))
            ),
        ),
        Some(peer) if peer.namespaces.is_empty() && peer.cidrs.is_empty() => errors.push(
            field,
            Reason::PeerNotAllowed,
            format!("the class gives peer `{name}` neither namespaces nor cidrs"),
        ),
        Some(_) => {}
    }
    peer
}

/// The ports asked for, each one the peer offers; all that it offers if none is asked for.
fn peer_ports(
    field: &str,
    rule: &EgressRule,
    ports: Vec<Port>,
    peer: &Peer,
    errors: &mut Errors,
) -> Vec<Port> {
    let mut offered = peer.ports.clone();
    offered.sort_unstable();
    offered.dedup();
    if offered.is_empty() {
        return ports;
    }
    if ports.is_empty() {
        return offered;
    }
    for (index, port) in rule.ports.iter().enumerate().filter(|(_, port)| !offered.contains(port)) {
        errors.push(
            format!("{field}.ports[{index}]"),
            Reason::PeerNotAllowed,
            format!(
                "peer `{}` does not offer {} {}; allowed: {}",
                peer.name,
                port.protocol.as_str(),
                port.port,
                listed(offered.iter().map(|p| format!("{} {}", p.protocol.as_str(), p.port)))
            ),
        );
    }
    ports
}

fn range(
    field: &str,
    text: &str,
    class: &TenantClassSpec,
    cluster: &ClusterFacts,
    errors: &mut Errors,
) -> Option<Cidr> {
    let mut refuse = |message: String| errors.push(field, Reason::PeerNotAllowed, message);
    if !cluster.knows_ranges() {
        refuse(
            "ClusterCIDRsUnknown: without the cluster's Pod, Service and node ranges an address range cannot be told from the cluster's own; an administrator sets --pod-cidr, --service-cidr and --node-cidr"
                .to_owned(),
        );
        return None;
    }
    let cidr = match Cidr::parse(text) {
        Ok(cidr) => cidr,
        Err(error) => {
            errors.invalid(field, error.to_string());
            return None;
        }
    };
    let allowed: Vec<Cidr> =
        class.egress.cidrs.iter().filter_map(|text| Cidr::parse(text).ok()).collect();
    if !allowed.iter().any(|range| range.contains(&cidr)) {
        refuse(format!(
            "{cidr} is outside the ranges of the class; allowed: {}",
            listed(allowed.iter().map(ToString::to_string))
        ));
    }
    if let Some(range) = cluster.protected_ranges().iter().find(|range| range.contains(&cidr)) {
        refuse(format!(
            "{cidr} is inside {range}, which belongs to the cluster itself; name a peer of the class, or a range outside the cluster"
        ));
    }
    Some(cidr)
}
