//! What a tenant may reach, and be reached by, beyond its own namespaces.

use core::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::block::Block;
use super::ports::PortSet;
use crate::api::{
    Cidr, ClusterFacts, EgressTarget, Family, Peer, Port, Protocol, ResolvedEgress,
    ResolvedIngress, ValidTenant, WorkloadSelector,
};
use crate::names;

/// Which side opens the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    /// The peer.
    Ingress,
    /// The tenant.
    Egress,
}

impl Direction {
    /// The name in `spec.policyTypes`.
    pub(super) const fn policy_type(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The list of rules and, in a rule, the list of peers.
    pub(super) const fn fields(self) -> (&'static str, &'static str) {
        match self {
            Self::Ingress => ("ingress", "from"),
            Self::Egress => ("egress", "to"),
        }
    }
}

/// One permission: the rule of one managed policy.
#[derive(Clone, Debug)]
pub(super) struct Edge<'a> {
    /// Name of the managed policy.
    pub(super) policy: String,
    /// What it is, for people.
    pub(super) description: String,
    /// Which side opens the connection.
    pub(super) direction: Direction,
    /// The other side. Never empty: an empty list in a policy means everyone.
    pub(super) targets: Vec<Target<'a>>,
    /// Ports; empty means all.
    pub(super) ports: Vec<Port>,
}

/// The other side of a connection.
#[derive(Clone, Debug)]
pub(super) enum Target<'a> {
    /// Pods of namespaces.
    Pods {
        /// Names, sorted, unique, never empty.
        namespaces: Vec<&'a str>,
        /// Which of their Pods; all when absent.
        selector: Option<&'a WorkloadSelector>,
    },
    /// Addresses.
    Block(Block),
}

/// The permissions of a tenant: DNS, then by name what its peers and ranges
/// stand for. The order of the Tenant's lists does not show.
pub(super) fn edges<'a>(tenant: &'a ValidTenant, cluster: &'a ClusterFacts) -> Vec<Edge<'a>> {
    let protected = cluster.protected_ranges();
    let mut declared = Vec::new();
    for entry in &tenant.ingress {
        ingress(entry, &protected, &mut declared);
    }
    for entry in &tenant.egress {
        egress(entry, &protected, &mut declared);
    }
    declared.sort_by(|a, b| (a.direction, &a.policy).cmp(&(b.direction, &b.policy)));
    declared.dedup_by(|a, b| a.policy == b.policy);
    declared.insert(0, dns(cluster));
    declared
}

/// A node-local DNS cache runs on the node's network and the cluster IP is rewritten
/// before most engines look: selectors match neither, so addresses stand beside
/// the selector (kubernetes/kubernetes#70555).
fn dns(cluster: &ClusterFacts) -> Edge<'_> {
    let facts = &cluster.dns;
    let pods = Target::Pods {
        namespaces: vec![facts.namespace.as_str()],
        selector: Some(&facts.pod_selector),
    };
    let mut addresses = facts.addresses.clone();
    addresses.sort_unstable();
    addresses.dedup();
    let blocks =
        addresses.into_iter().map(|cidr| Target::Block(Block { cidr, except: Vec::new() }));
    Edge {
        policy: names::DNS_POLICY.to_owned(),
        description: "egress to cluster DNS on TCP 53, UDP 53".to_owned(),
        direction: Direction::Egress,
        targets: std::iter::once(pods).chain(blocks).collect(),
        ports: [Protocol::Udp, Protocol::Tcp].map(|protocol| Port { port: 53, protocol }).to_vec(),
    }
}

fn ingress<'a>(entry: &'a ResolvedIngress, protected: &[Cidr], edges: &mut Vec<Edge<'a>>) {
    if entry.ports.is_empty() {
        return;
    }
    let ports: Vec<Port> =
        entry.ports.iter().map(|&port| Port { port, protocol: Protocol::Tcp }).collect();
    peer(Direction::Ingress, &entry.peer, &ports, protected, edges);
}

fn egress<'a>(entry: &'a ResolvedEgress, protected: &[Cidr], edges: &mut Vec<Edge<'a>>) {
    match &entry.target {
        EgressTarget::Peer(target) => {
            peer(Direction::Egress, target, &entry.ports, protected, edges);
        }
        EgressTarget::Cidr(cidr) => {
            let label = Label { peer: "", range: &cidr.to_string(), family: Some(cidr.family()) };
            let targets = vec![Target::Block(Block::outside(*cidr, protected))];
            edges.push(edge(Direction::Egress, &label, targets, entry.ports.clone()));
        }
    }
}

/// One edge for the peer's Pods and one for the addresses of each family.
fn peer<'a>(
    direction: Direction,
    peer: &'a Peer,
    ports: &[Port],
    protected: &[Cidr],
    edges: &mut Vec<Edge<'a>>,
) {
    if !peer.namespaces.is_empty() {
        let label = Label { peer: &peer.name, range: "", family: None };
        let target = Target::Pods {
            namespaces: sorted(&peer.namespaces),
            selector: peer.pod_selector.as_ref(),
        };
        edges.push(edge(direction, &label, vec![target], ports.to_vec()));
    }
    let mut ranges: Vec<Cidr> =
        peer.cidrs.iter().filter_map(|text| Cidr::parse(text).ok()).collect();
    ranges.sort_unstable();
    ranges.dedup();
    for family in [Family::V4, Family::V6] {
        let targets: Vec<Target<'_>> = ranges
            .iter()
            .filter(|cidr| cidr.family() == family)
            .map(|cidr| Target::Block(Block::outside(*cidr, protected)))
            .collect();
        if !targets.is_empty() {
            let label = Label { peer: &peer.name, range: "", family: Some(family) };
            edges.push(edge(direction, &label, targets, ports.to_vec()));
        }
    }
}

/// Names without duplicates, in order.
pub(super) fn sorted(names: &[String]) -> Vec<&str> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What tells one permission of a tenant from another.
struct Label<'a> {
    peer: &'a str,
    range: &'a str,
    family: Option<Family>,
}

fn edge<'a>(
    direction: Direction,
    label: &Label<'_>,
    targets: Vec<Target<'a>>,
    ports: Vec<Port>,
) -> Edge<'a> {
    let family = label.family.map_or("", Family::as_str);
    let prefix = match direction {
        Direction::Ingress => names::INGRESS_POLICY_PREFIX,
        Direction::Egress => names::EGRESS_POLICY_PREFIX,
    };
    let numbers: Vec<(&str, u16)> =
        ports.iter().map(|port| (port.protocol.as_str(), port.port)).collect();
    let hash = short_hash(&serde_json::json!([label.peer, label.range, family, numbers]));
    let side = match (label.peer, label.family) {
        ("", _) => label.range.to_owned(),
        (peer, None) => format!("peer {peer}"),
        (peer, Some(_)) => format!("peer {peer} ({family})"),
    };
    let (list, preposition) = direction.fields();
    let description = format!("{list} {preposition} {side} on {}", PortSet::declared(&ports));
    Edge { policy: format!("{prefix}{hash}"), description, direction, targets, ports }
}

/// The first ten hexadecimal digits of the SHA-256 of a JSON text. JSON quotes
/// its strings, so `["a-b", "c"]` and `["a", "b-c"]` are different texts.
fn short_hash(identity: &serde_json::Value) -> String {
    let digest = Sha256::digest(identity.to_string());
    digest.iter().take(5).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
