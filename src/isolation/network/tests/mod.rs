//! Shared fixtures, then one file for each question.

mod properties;
mod refusals;
mod rendering;

use serde_json::{Value, json};

use super::judge;
use crate::api::{Cidr, ClusterFacts, Tenant, TenantClassSpec, ValidTenant, validate};
use crate::isolation::{Caller, Change, Context, Findings, Operation};

pub(super) fn cluster() -> ClusterFacts {
    let cidr = |text| Cidr::parse(text).unwrap();
    let mut facts = ClusterFacts {
        pod_cidrs: vec![cidr("10.244.0.0/16"), cidr("fd00:244::/48")],
        service_cidrs: vec![cidr("10.96.0.0/12")],
        node_cidrs: vec![cidr("192.168.0.0/24")],
        ..ClusterFacts::default()
    };
    facts.dns.addresses = vec![cidr("169.254.20.10/32"), cidr("10.96.0.10/32")];
    facts
}

pub(super) fn class() -> TenantClassSpec {
    serde_json::from_value(json!({
        "peers": [
            {"name": "gateway", "namespaces": ["ingress"], "podSelector": {"matchLabels": {"app": "gateway"}}},
            {"name": "postgres", "namespaces": ["databases"], "ports": [{"port": 5432}]},
            {"name": "office", "cidrs": ["198.51.100.0/24", "2001:db8::/32"]}
        ],
        "egress": {"cidrs": ["0.0.0.0/0", "::/0"]}
    }))
    .unwrap()
}

pub(super) fn tenant_with(network: &Value) -> ValidTenant {
    let tenant: Tenant = serde_json::from_value(json!({
        "apiVersion": "lessor.io/v1", "kind": "Tenant",
        "metadata": {"name": "acme", "uid": "u-1"},
        "spec": {"namespaces": ["acme-dev", "acme"], "isolation": {"network": network}}
    }))
    .unwrap();
    validate(&tenant, &class(), &cluster()).unwrap()
}

pub(super) fn tenant() -> ValidTenant {
    tenant_with(&json!({
        "ingressFrom": [{"peer": "gateway", "ports": [8080]}, {"peer": "office", "ports": [443]}],
        "egressTo": [
            {"peer": "postgres"},
            {"cidr": "203.0.113.0/24", "ports": [{"port": 443}]},
            {"cidr": "0.0.0.0/0", "ports": [{"port": 123, "protocol": "UDP"}]}
        ]
    }))
}

pub(super) fn judged_in(tenant: &ValidTenant, class: &TenantClassSpec, object: &Value) -> Findings {
    let cluster = cluster();
    let context = Context { tenant, class, namespace: "acme", cluster: &cluster };
    let change = Change {
        operation: Operation::Create,
        group: "networking.k8s.io",
        resource: "networkpolicies",
        subresource: "",
        name: "own",
        old: None,
        new: Some(object),
        caller: Caller::Other,
        username: "ann",
    };
    let mut out = Findings::default();
    judge(&context, &change, &mut out);
    out
}

/// What the judge finds in a policy with this spec.
pub(super) fn judged(spec: &Value) -> Findings {
    judged_in(&tenant(), &class(), &json!({"spec": spec}))
}
