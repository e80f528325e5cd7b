//! Judges a NetworkPolicy that a tenant writes itself.

use serde_json::Value;

use super::block::Block;
use super::bound::Bound;
use super::edges::Direction;
use super::read::{self, Peer, Rule};
use super::selector::Constraints;
use crate::api::{TenantNetworkPolicies, WorkloadSelector};
use crate::document::Field;
use crate::isolation::{Change, Context, Findings, Operation};
use crate::names::{self, Reason};

/// Id of the rule.
pub(super) const RULE: &str = "network/policy";

/// Most JSON values in a spec: bounds the work that one object can ask for.
const MAX_VALUES: usize = 5_000;
/// Most violations, and most warnings, of one object: whoever has this many has
/// read enough.
const MAX_FINDINGS: usize = 16;

/// Refuses a NetworkPolicy that allows more than the tenant's own namespaces
/// and what its Tenant declares, today or for namespaces that come later.
///
/// Every rule of both directions is held against the bound, whether
/// `policyTypes` wakes it or not. The old object is not looked at, so that a
/// policy that became too wide can be narrowed. Labels of the object are not
/// looked at either: whether it is managed is not the caller's to say, and a
/// managed policy is within the bound by construction.
pub fn judge(context: &Context<'_>, change: &Change<'_>, out: &mut Findings) {
    let is_policy = change.group == "networking.k8s.io" && change.resource == "networkpolicies";
    let writes = matches!(change.operation, Operation::Create | Operation::Update);
    if !is_policy || !writes {
        return;
    }
    if context.class.tenant_network_policies == TenantNetworkPolicies::Deny {
        out.violation(
            RULE,
            Reason::NetworkPolicyWidens,
            "spec",
            "the class allows no NetworkPolicies of the tenant's own; declare peers in the Tenant's spec.isolation.network",
        );
        return;
    }
    let Some(spec) = change.new.and_then(|object| object.get("spec")) else { return };
    if values(spec, MAX_VALUES) == 0 {
        let message =
            format!("too complex to prove: more than {MAX_VALUES} values; split the policy");
        out.violation(RULE, Reason::NetworkPolicyWidens, "spec", message);
        return;
    }
    let (before, warned) = (out.violations.len(), out.warnings.len());
    let rules = read::policy(spec, out);
    let bound = Bound::of(context);
    for rule in &rules {
        if out.violations.len() >= before + MAX_FINDINGS {
            break;
        }
        judge_rule(rule, &bound, out);
    }
    out.violations.truncate(before + MAX_FINDINGS);
    out.warnings.truncate(warned + MAX_FINDINGS);
}

/// What is left of a budget after each value took one; 0 if it does not suffice.
fn values(value: &Value, budget: usize) -> usize {
    let left = budget.saturating_sub(1);
    match value {
        Value::Array(items) => items.iter().fold(left, |left, item| values(item, left)),
        Value::Object(map) => map.values().fold(left, |left, item| values(item, left)),
        _ => left,
    }
}

fn judge_rule(rule: &Rule, bound: &Bound<'_>, out: &mut Findings) {
    let (rules_name, peers_name) = rule.direction.fields();
    let (root, judgement) = (Field::root("spec"), Judgement { rule, bound });
    let (list, index) = (root.child(rules_name), rule.index);
    let rule_field = list.index(index);
    let peers = rule_field.child(peers_name);
    if rule.everyone {
        let message = format!(
            "no peer is named, so every Pod of every namespace, also of those created later, and every address {} on {}; {}",
            rule.direction.verb(),
            rule.ports,
            bound.accepted(rule.direction)
        );
        out.violation(RULE, Reason::NetworkPolicyWidens, peers.to_string(), message);
        return;
    }
    for (position, peer) in &rule.peers {
        let field = peers.index(*position);
        match peer {
            Peer::OwnNamespace => {}
            Peer::Pods { namespaces, pods } => {
                judgement.pods(namespaces, pods.as_ref(), &field, out);
            }
            Peer::Block(block) => judgement.block(block, &field, out),
        }
    }
    for pair in rule.peers.windows(2) {
        let [(first, a), (second, b)] = pair else { continue };
        if are_alternatives(a, b) {
            out.warn(format!(
                "{peers}[{first}] and [{second}] are alternatives; put both selectors in one element to require both"
            ));
        }
    }
}

/// The usual slip: a dash too many makes one element two.
fn are_alternatives(a: &Peer, b: &Peer) -> bool {
    let only_namespaces = |peer: &Peer| matches!(peer, Peer::Pods { pods: None, .. });
    let only_pods = |peer: &Peer| matches!(peer, Peer::OwnNamespace);
    (only_namespaces(a) && only_pods(b)) || (only_pods(a) && only_namespaces(b))
}

/// A rule and what it is held against.
struct Judgement<'a, 'b> {
    rule: &'a Rule,
    bound: &'a Bound<'b>,
}

impl Judgement<'_, '_> {
    fn pods(
        &self,
        namespaces: &WorkloadSelector,
        pods: Option<&WorkloadSelector>,
        field: &Field<'_>,
        out: &mut Findings,
    ) {
        let every_pod = WorkloadSelector::default();
        let (selected, pods) =
            (Constraints::of(namespaces), Constraints::of(pods.unwrap_or(&every_pod)));
        if selected.select_nothing() || pods.select_nothing() {
            out.warn(format!("{field} selects nothing: its requirements contradict each other"));
            return;
        }
        let Rule { direction, ports, .. } = self.rule;
        let Some(pinned) = selected.pinned(names::NAMESPACE_NAME_LABEL) else {
            let witness = format!(
                "Pods with {} of a namespace created later with {}",
                pods.example(""),
                selected.example(names::NAMESPACE_NAME_LABEL)
            );
            return self.refuse(&witness, field, out);
        };
        for name in pinned.iter().filter(|name| !self.bound.owns(name)) {
            if self.bound.covers_pods(*direction, name, &pods, ports) {
                continue;
            }
            let witness = if self.bound.names(*direction, name) {
                format!(
                    "Pods with {} of namespace `{name}`, beyond the Pods or ports declared,",
                    pods.example("")
                )
            } else {
                format!(
                    "Pods with {} of namespace `{name}`, which is not the tenant's own,",
                    pods.example("")
                )
            };
            return self.refuse(&witness, field, out);
        }
    }

    fn block(&self, block: &Block, field: &Field<'_>, out: &mut Findings) {
        let Rule { direction, ports, .. } = self.rule;
        let Some(stray) = self.bound.stray(*direction, block, ports) else { return };
        let place = stray
            .protected
            .map(|range| format!(", which belongs to the cluster itself ({range}),"))
            .unwrap_or_default();
        self.refuse(&format!("address {}{place}", stray.address), &field.child("ipBlock"), out);
    }

    /// Refuses with a witness: somebody whom the element lets through and the
    /// bound does not.
    fn refuse(&self, witness: &str, field: &Field<'_>, out: &mut Findings) {
        let Rule { direction, ports, .. } = self.rule;
        let message = format!(
            "{witness} {} on {ports}; {}",
            direction.verb(),
            self.bound.accepted(*direction)
        );
        out.violation(RULE, Reason::NetworkPolicyWidens, field.to_string(), message);
    }
}

impl Direction {
    /// What a witness could do.
    const fn verb(self) -> &'static str {
        match self {
            Self::Ingress => "could open connections",
            Self::Egress => "could be reached",
        }
    }
}
