//! The managed objects, exactly.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde_json::json;

use super::{class, cluster, judged_in, tenant, tenant_with};
use crate::api::ClusterFacts;
use crate::isolation::network::render;

#[test]
fn managed_policies_are_these() {
    let mut text = String::new();
    for policy in render(&tenant(), "acme", &cluster()) {
        text.push_str(&serde_saphyr::to_string(&policy).unwrap());
        text.push_str("---\n");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn without_declarations_only_the_tenant_and_dns_are_open() {
    let policies = render(&tenant_with(&json!({})), "acme-dev", &ClusterFacts::default());
    let names: Vec<&str> =
        policies.iter().map(|policy| policy.metadata.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["lessor-default-deny", "lessor-intra", "lessor-dns"]);
    assert!(policies.iter().all(|p| p.metadata.namespace.as_deref() == Some("acme-dev")));
}

#[test]
fn every_policy_isolates_both_directions_and_names_its_peers() {
    for policy in render(&tenant(), "acme", &cluster()) {
        let spec = policy.spec.unwrap();
        assert_eq!(spec.policy_types.unwrap(), ["Ingress", "Egress"]);
        assert_eq!(spec.pod_selector, Some(LabelSelector::default()));
        // An empty list of peers would mean everyone.
        assert!(spec.ingress.iter().flatten().all(|rule| !rule.from.as_ref().unwrap().is_empty()));
        assert!(spec.egress.iter().flatten().all(|rule| !rule.to.as_ref().unwrap().is_empty()));
    }
}

#[test]
fn the_order_of_declarations_does_not_show() {
    let network = |reversed: bool| {
        let mut egress = vec![
            json!({"peer": "postgres"}),
            json!({"peer": "office", "ports": [{"port": 1}]}),
            json!({"cidr": "203.0.113.0/24", "ports": [{"port": 443}, {"port": 80}]}),
        ];
        if reversed {
            egress.reverse();
            egress[0]["ports"] = json!([{"port": 80}, {"port": 443}, {"port": 80}]);
        }
        egress.push(egress[0].clone());
        render(&tenant_with(&json!({"egressTo": egress})), "acme", &cluster())
    };
    assert_eq!(network(false), network(true));
}

#[test]
fn names_tell_every_declaration_from_every_other() {
    let policies = render(
        &tenant_with(&json!({
            "ingressFrom": [{"peer": "office", "ports": [80]}, {"peer": "office", "ports": [443]}],
            "egressTo": [
                {"peer": "office"}, {"peer": "office", "ports": [{"port": 80}]},
                {"peer": "office", "ports": [{"port": 80, "protocol": "UDP"}]},
                {"cidr": "0.0.0.0/0"}, {"cidr": "::/0"}, {"cidr": "198.51.100.0/24"}
            ]
        })),
        "acme",
        &cluster(),
    );
    let names: std::collections::BTreeSet<_> =
        policies.iter().map(|policy| policy.metadata.name.clone().unwrap()).collect();
    // Default-deny, intra, DNS; two families for each of five; three ranges.
    assert_eq!((names.len(), policies.len()), (3 + 10 + 3, 3 + 10 + 3));
    assert!(names.iter().all(|name| name.len() <= 63));
}

/// The controller's own objects are within what the webhook accepts.
#[test]
fn managed_policies_are_within_the_bound() {
    for policy in render(&tenant(), "acme", &cluster()) {
        let object = serde_json::to_value(&policy).unwrap();
        let found = judged_in(&tenant(), &class(), &object);
        assert!(found.is_clean() && found.warnings.is_empty(), "{object}: {found:?}");
    }
}
