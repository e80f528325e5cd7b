//! NetworkPolicies that a tenant writes itself.

use super::types::{FloorPolicy, Validation, Variable};
use crate::api::{Cidr, ClusterFacts};
use crate::names::{self, Reason};
use crate::rules::cel::{administers, quoted};
use crate::rules::conditions as on;
use crate::rules::install::Install;
use crate::rules::table::{Operation, Reach};

/// What opens a tenant to everybody, or to the cluster itself, whatever its
/// class allows: no peer, namespaces that are not named one by one, and ranges
/// that hold Pods, Services, loopback or metadata services. A selector that
/// contradicts itself counts as any other. Whether a namespace
/// that is named is the tenant's own, only the webhook knows.
pub(super) const POLICY: FloorPolicy = FloorPolicy {
    name: names::FLOOR_NETWORK,
    rows: &["managed-network"],
    operations: &[Operation::Create, Operation::Update],
    reach: Reach::Tenants,
    conditions: &[on::NOT_LESSOR],
    variables: &[Variable { name: "administrator", expression: |_| administers() }],
    validations: &[
        Validation {
            reason: Reason::NetworkPolicyWidens,
            sentence: "a rule without peers opens the tenant to everybody; name the tenant's own namespaces by kubernetes.io/metadata.name, or Pods of this namespace.",
            expression: |_| {
                format!(
                    "{SAME} || ({} && {}) || variables.administrator",
                    rules("ingress", "r.?from.orValue([]).size() > 0"),
                    rules("egress", "r.?to.orValue([]).size() > 0"),
                )
            },
        },
        Validation {
            reason: Reason::NetworkPolicyWidens,
            sentence: "a namespaceSelector has to name namespaces by kubernetes.io/metadata.name: any other label may be on a foreign namespace, now or later.",
            expression: |_| peers("p.?namespaceSelector", &named()),
        },
        Validation {
            reason: Reason::NetworkPolicyWidens,
            sentence: "the ipBlock holds addresses of Pods, Services, loopback or link-local, which only selectors may open; take them out with except.",
            expression: |install| peers("p.?ipBlock", &outside(install)),
        },
    ],
};

/// What does not change the rules does not widen them.
const SAME: &str = "(request.operation == 'UPDATE' && object.?spec == oldObject.?spec)";

fn rules(list: &str, holds: &str) -> String {
    format!("object.?spec.?{list}.orValue([]).all(r, {holds})")
}

/// Every peer that has `part`, as `x`, fulfils `holds`.
fn peers(part: &str, holds: &str) -> String {
    let all = |side: &str| {
        format!("r.?{side}.orValue([]).all(p, {part}.optMap(x, {holds}).orValue(true))")
    };
    format!(
        "{SAME} || ({} && {}) || variables.administrator",
        rules("ingress", &all("from")),
        rules("egress", &all("to"))
    )
}

fn named() -> String {
    let key = quoted(names::NAMESPACE_NAME_LABEL);
    format!(
        "x.?matchLabels[?{key}].hasValue() || x.?matchExpressions.orValue([])\
         .exists(e, e.key == {key} && e.operator == 'In')"
    )
}

/// A range is held against the protected ones by a witness, the first address
/// of each: what is refused is open for certain, whatever else is taken out. A
/// range inside a protected one is refused unless DNS answers there.
fn outside(install: &Install) -> String {
    let protected = protected(install);
    let dns = ranges(&install.dns);
    let list = |ranges: &[Cidr]| {
        let quoted: Vec<_> = ranges.iter().map(|range| quoted(&range.to_string())).collect();
        quoted.join(", ")
    };
    let open = format!(
        "[{}].exists(c, cidr(x.cidr).containsCIDR(c) && !x.?except.orValue([])\
         .exists(e, isCIDR(e) && cidr(e).containsIP(cidr(c).ip())))",
        list(&protected)
    );
    let inside = format!("[{}].exists(c, cidr(c).containsCIDR(x.cidr))", list(&protected));
    let inside = if dns.is_empty() {
        inside
    } else {
        format!("({inside} && ![{}].exists(c, cidr(c).containsCIDR(x.cidr)))", list(&dns))
    };
    format!("isCIDR(x.cidr) && !{open} && !{inside}")
}

/// Ranges that no class can open, so that a tenant's policy never may.
fn protected(install: &Install) -> Vec<Cidr> {
    let facts = ClusterFacts {
        pod_cidrs: ranges(&install.pod_cidrs),
        service_cidrs: ranges(&install.service_cidrs),
        ..ClusterFacts::default()
    };
    facts.unnameable_ranges()
}

fn ranges(texts: &[String]) -> Vec<Cidr> {
    texts.iter().filter_map(|text| Cidr::parse(text).ok()).collect()
}
