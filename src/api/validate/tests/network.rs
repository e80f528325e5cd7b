//! Peers and address ranges.

use serde_json::{Value, json};

use super::{allowed, class, cluster, only, parsed, refused, tenant};
use crate::api::{ClusterFacts, EgressTarget, validate};
use crate::names::Reason;

#[test]
fn peers_are_those_of_the_class() {
    let network = |key: &str, rule: Value| json!({"isolation": {"network": {key: [rule]}}});
    let ingress =
        allowed(&network("ingressFrom", json!({"peer": "gateway", "ports": [8080, 80, 80]})))
            .ingress;
    assert_eq!(ingress[0].ports, [80, 8080]);
    let field = "spec.isolation.network.ingressFrom[0]";
    refused(
        &network("ingressFrom", json!({"peer": "x", "ports": [80]})),
        &format!("{field}.peer"),
        Reason::PeerNotAllowed,
        "allowed: gateway, postgres",
    );
    refused(
        &network("ingressFrom", json!({"peer": "gateway", "ports": []})),
        &format!("{field}.ports"),
        Reason::Invalid,
        "at least one",
    );
    refused(
        &network("ingressFrom", json!({"peer": "gateway", "ports": [1, 0]})),
        &format!("{field}.ports[1]"),
        Reason::Invalid,
        "1 to 65535",
    );

    let field = "spec.isolation.network.egressTo[0]";
    assert_eq!(allowed(&network("egressTo", json!({"peer": "postgres"}))).egress[0].ports.len(), 2);
    assert_eq!(
        allowed(&network("egressTo", json!({"peer": "postgres", "ports": [{"port": 5432}]})))
            .egress[0]
            .ports
            .len(),
        1
    );
    refused(
        &network("egressTo", json!({"peer": "postgres", "ports": [{"port": 53}]})),
        &format!("{field}.ports[0]"),
        Reason::PeerNotAllowed,
        "allowed: UDP 53, TCP 5432",
    );
    refused(
        &network("egressTo", json!({"peer": "x"})),
        &format!("{field}.peer"),
        Reason::PeerNotAllowed,
        "postgres",
    );
    refused(&network("egressTo", json!({})), field, Reason::Invalid, "exactly one");
    refused(
        &network("egressTo", json!({"peer": "postgres", "cidr": "203.0.113.0/24"})),
        field,
        Reason::Invalid,
        "exactly one",
    );
}

#[test]
fn ranges_are_outside_the_cluster() {
    let egress = |cidr: &str| json!({"isolation": {"network": {"egressTo": [{"cidr": cidr}]}}});
    let field = "spec.isolation.network.egressTo[0].cidr";
    for cidr in ["203.0.113.0/24", "203.0.113.7/32", "0.0.0.0/0", "10.0.0.0/8"] {
        assert!(
            matches!(allowed(&egress(cidr)).egress[0].target, EgressTarget::Cidr(c) if c.to_string() == cidr)
        );
    }
    for cidr in [
        "10.244.0.0/16",
        "10.244.3.0/24",
        "10.96.0.1/32",
        "192.168.0.9/32",
        "127.0.0.1/32",
        "169.254.169.254/32",
    ] {
        refused(&egress(cidr), field, Reason::PeerNotAllowed, "belongs to the cluster itself");
    }
    refused(&egress("2001:db8::/32"), field, Reason::PeerNotAllowed, "allowed: 203.0.113.0/24");
    refused(&egress("203.0.113.7/24"), field, Reason::Invalid, "write `203.0.113.0/24`");
    refused(&egress("::ffff:203.0.113.0/120"), field, Reason::Invalid, "write `203.0.113.0/24`");

    let mut narrow = class();
    narrow["egress"] = json!({"cidrs": ["203.0.113.0/24"]});
    let judged =
        |cidr: &str| validate(&tenant("acme", &egress(cidr)), &parsed(narrow.clone()), &cluster());
    assert!(judged("203.0.113.128/25").is_ok());
    let wider = judged("203.0.112.0/23").unwrap_err();
    only(&wider, field, Reason::PeerNotAllowed, "allowed: 203.0.113.0/24");

    let unknown = ClusterFacts { node_cidrs: Vec::new(), ..cluster() };
    let class = parsed(class());
    let errors =
        validate(&tenant("acme", &egress("203.0.113.0/24")), &class, &unknown).unwrap_err();
    only(&errors, field, Reason::PeerNotAllowed, "--node-cidr");
    assert!(errors[0].message.starts_with("ClusterCIDRsUnknown:"));
}
