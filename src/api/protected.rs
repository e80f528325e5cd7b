//! Address ranges that no declared range may open.

use super::cidr::Cidr;
use super::cluster::ClusterFacts;

/// Loopback and link-local ranges, and the metadata service that has an address
/// outside them. Link-local holds the metadata services of most clouds.
const ALWAYS: [&str; 5] =
    ["127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10", "fd00:ec2::254/128"];

impl ClusterFacts {
    /// Address ranges that a declared range never opens: those of Pods, Services
    /// and nodes, loopback, link-local and metadata services. Sorted, and none
    /// inside another.
    #[must_use]
    pub fn protected_ranges(&self) -> Vec<Cidr> {
        let own = [&self.pod_cidrs, &self.service_cidrs, &self.node_cidrs];
        outermost(own.into_iter().flatten().copied().chain(unrouted()))
    }

    /// The protected ranges without those of nodes: an administrator may name
    /// nodes as a peer (load balancers that rewrite the source address).
    #[must_use]
    pub fn unnameable_ranges(&self) -> Vec<Cidr> {
        let own = [&self.pod_cidrs, &self.service_cidrs];
        outermost(own.into_iter().flatten().copied().chain(unrouted()))
    }
}

fn unrouted() -> impl Iterator<Item = Cidr> {
    ALWAYS.iter().filter_map(|text| Cidr::parse(text).ok())
}

/// Sorted, without duplicates and without ranges inside others.
fn outermost(ranges: impl Iterator<Item = Cidr>) -> Vec<Cidr> {
    let mut sorted: Vec<Cidr> = ranges.collect();
    sorted.sort_unstable();
    let mut kept: Vec<Cidr> = Vec::with_capacity(sorted.len());
    for range in sorted {
        // A containing range sorts first: lower address, or the same and a shorter prefix.
        if !kept.last().is_some_and(|last| last.contains(&range)) {
            kept.push(range);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_sorted_and_not_nested() {
        let cidr = |text| Cidr::parse(text).unwrap();
        let facts = ClusterFacts {
            pod_cidrs: vec![cidr("10.0.0.0/8")],
            service_cidrs: vec![cidr("10.96.0.0/12")],
            node_cidrs: vec![cidr("192.168.0.0/24"), cidr("10.0.0.0/8")],
            ..ClusterFacts::default()
        };
        let text = |ranges: Vec<Cidr>| {
            ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            text(facts.protected_ranges()),
            "10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.168.0.0/24 ::1/128 fd00:ec2::254/128 fe80::/10"
        );
        assert!(!text(facts.unnameable_ranges()).contains("192.168"));
        assert_eq!(ClusterFacts::default().protected_ranges().len(), ALWAYS.len());
    }
}
