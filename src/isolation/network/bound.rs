//! The bound that a tenant's own policies must stay within.

use core::fmt::Write as _;
use core::net::IpAddr;
use std::collections::BTreeSet;

use super::block::Block;
use super::edges::{Direction, Edge, Target, edges, sorted};
use super::ports::PortSet;
use super::selector::Constraints;
use crate::api::{Cidr, Family, WorkloadSelector};
use crate::isolation::Context;

/// How many namespaces or permissions a message lists.
const LISTED: usize = 8;

/// The tenant's own namespaces on all ports, and its permissions.
#[derive(Debug)]
pub(super) struct Bound<'a> {
    own: Vec<&'a str>,
    permissions: Vec<Permission<'a>>,
    protected: Vec<Cidr>,
}

#[derive(Debug)]
struct Permission<'a> {
    direction: Direction,
    description: String,
    ports: PortSet,
    pods: Vec<(BTreeSet<&'a str>, Constraints<'a>)>,
    blocks: Vec<Allowed>,
}

#[derive(Debug)]
struct Allowed {
    family: Family,
    intervals: Vec<(u128, u128)>,
}

/// An address that a block opens beyond the bound.
#[derive(Debug)]
pub(super) struct Stray {
    /// The lowest such address.
    pub(super) address: IpAddr,
    /// The range of the cluster itself that it lies in.
    pub(super) protected: Option<Cidr>,
}

/// Selects every Pod: stands for an absent selector.
static EVERY_POD: WorkloadSelector = WorkloadSelector {
    match_labels: std::collections::BTreeMap::new(),
    match_expressions: Vec::new(),
};

impl<'a> Bound<'a> {
    /// The bound of the tenant. Made of the same edges as the managed policies.
    pub(super) fn of(context: &Context<'a>) -> Self {
        Self {
            own: sorted(&context.tenant.namespaces),
            permissions: edges(context.tenant, context.cluster)
                .into_iter()
                .map(permission)
                .collect(),
            protected: context.cluster.protected_ranges(),
        }
    }

    /// Whether a namespace is the tenant's own.
    pub(super) fn owns(&self, namespace: &str) -> bool {
        self.own.binary_search(&namespace).is_ok()
    }

    /// Whether some permission of this direction names the namespace.
    pub(super) fn names(&self, direction: Direction, namespace: &str) -> bool {
        self.of_direction(direction)
            .any(|permission| permission.pods.iter().any(|(names, _)| names.contains(namespace)))
    }

    /// Whether the permissions that cover all of these Pods of a namespace
    /// together cover these ports.
    pub(super) fn covers_pods(
        &self,
        direction: Direction,
        namespace: &str,
        pods: &Constraints<'_>,
        ports: &PortSet,
    ) -> bool {
        let mut covered = PortSet::default();
        for permission in self.of_direction(direction) {
            let mut targets = permission.pods.iter();
            if targets.any(|(names, allowed)| names.contains(namespace) && pods.is_within(allowed))
            {
                covered.union(&permission.ports);
            }
        }
        covered.contains(ports)
    }

    /// The first address of a block that no permission covers on these ports.
    ///
    /// Walks from the end of one covering interval to the next: up to there
    /// coverage can only grow.
    pub(super) fn stray(
        &self,
        direction: Direction,
        block: &Block,
        ports: &PortSet,
    ) -> Option<Stray> {
        let family = block.cidr.family();
        let candidates: Vec<(&[(u128, u128)], &PortSet)> = self
            .of_direction(direction)
            .flat_map(|permission| permission.blocks.iter().map(|block| (block, &permission.ports)))
            .filter(|(allowed, _)| allowed.family == family)
            .map(|(allowed, ports)| (allowed.intervals.as_slice(), ports))
            .collect();
        for (first, last) in block.intervals() {
            let mut cursor = first;
            loop {
                let (covered, until) = at(&candidates, cursor, last);
                if !covered.contains(ports) {
                    let address = family.address(cursor);
                    let inside = |range: &&Cidr| range.contains_address(address);
                    let protected = self.protected.iter().find(inside).copied();
                    return Some(Stray { address, protected });
                }
                match until.checked_add(1) {
                    Some(next) if next <= last => cursor = next,
                    _ => break,
                }
            }
        }
        None
    }

    /// What would be accepted, in words.
    pub(super) fn accepted(&self, direction: Direction) -> String {
        let own = shortened(self.own.iter().map(|name| (*name).to_owned()));
        let declared = shortened(self.of_direction(direction).map(|p| p.description.clone()));
        let mut text = format!(
            "accepted: the tenant's own namespaces, by {} In [{own}]",
            crate::names::NAMESPACE_NAME_LABEL
        );
        if !declared.is_empty() {
            text.push_str("; what its Tenant declares: ");
            text.push_str(&declared);
        }
        text
    }

    fn of_direction(&self, direction: Direction) -> impl Iterator<Item = &Permission<'a>> {
        self.permissions.iter().filter(move |permission| permission.direction == direction)
    }
}

/// Which ports are covered at an address, and up to which address, at most
/// `last`, at least these are.
fn at(candidates: &[(&[(u128, u128)], &PortSet)], address: u128, last: u128) -> (PortSet, u128) {
    let (mut covered, mut until) = (PortSet::default(), last);
    for (intervals, ports) in candidates {
        let next = intervals.partition_point(|(_, high)| *high < address);
        if let Some(&(_, high)) = intervals.get(next).filter(|(low, _)| *low <= address) {
            covered.union(ports);
            until = until.min(high);
        }
    }
    (covered, until)
}

fn permission(edge: Edge<'_>) -> Permission<'_> {
    let (mut pods, mut blocks) = (Vec::new(), Vec::new());
    let mut description = edge.description;
    for target in edge.targets {
        match target {
            Target::Pods { namespaces, selector } => {
                let selected = Constraints::of(selector.unwrap_or(&EVERY_POD));
                pods.push((namespaces.into_iter().collect(), selected));
            }
            Target::Block(block) => {
                if !block.except.is_empty() {
                    let _ = write!(description, " ({block})");
                }
                let (family, intervals) = (block.cidr.family(), block.intervals());
                blocks.push(Allowed { family, intervals });
            }
        }
    }
    let ports = PortSet::declared(&edge.ports);
    Permission { direction: edge.direction, description, ports, pods, blocks }
}

/// The first few of a list.
fn shortened(items: impl Iterator<Item = String>) -> String {
    let mut kept: Vec<String> = items.take(LISTED + 1).collect();
    if kept.len() > LISTED {
        kept.truncate(LISTED);
        kept.push("…".to_owned());
    }
    kept.join(", ")
}
