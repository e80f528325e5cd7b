//! Chapter 3: NetworkPolicies of a tenant's own.

use serde_json::{Value, json};

use super::harness::{TENANTS, Who, ask};
use super::world::{with_class, world};

fn policy(spec: &Value) -> Value {
    json!({"kind": "NetworkPolicy", "metadata": {"name": "mine"}, "spec": spec})
}

#[test]
fn r17_r64_no_policy_widens() {
    let world = world();
    let name = |operator: &str, values: &Value| {
        json!({"namespaceSelector": {"matchExpressions": [
        {"key": "kubernetes.io/metadata.name", "operator": operator, "values": values}]}})
    };
    for (rule, at) in [
        (json!({}), ".from"),
        (json!({"from": []}), ".from"),
        (json!({"from": null, "ports": [{"port": 80}]}), ".from"),
        (json!({"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}), ".from[0].ipBlock"),
        (json!({"from": [{"ipBlock": {"cidr": "::/0"}}]}), ".from[0].ipBlock"),
        (json!({"from": [{"namespaceSelector": {}}]}), ".from[0]"),
        (json!({"from": [name("In", &json!(["globex"]))]}), ".from[0]"),
        (json!({"from": [name("In", &json!(["acme", "future"]))]}), ".from[0]"),
        (json!({"from": [name("NotIn", &json!(["globex"]))]}), ".from[0]"),
        (
            json!({"from": [{"namespaceSelector": {"matchLabels": {"lessor.io/tenant": "acme"}}}]}),
            ".from[0]",
        ),
        (json!({"from": [{"podSelector": {}}, {"namespaceSelector": {}}]}), ".from[1]"),
    ] {
        for who in TENANTS {
            let wide = policy(&json!({"podSelector": {}, "ingress": [rule]}));
            let field = format!("spec.ingress[0]{at}");
            let door = || ask("networking.k8s.io/networkpolicies").by(who);
            door().create(&wide).denied(&world, "NetworkPolicyWidens", &field);
            door().update(&wide, &wide).denied(&world, "NetworkPolicyWidens", &field);
            // A rule that no policyType wakes is judged all the same.
            let dormant =
                policy(&json!({"podSelector": {}, "policyTypes": ["Egress"], "ingress": [rule]}));
            door().create(&dormant).denied(&world, "NetworkPolicyWidens", &field);
            door().namespace("open").create(&wide).allowed(&world);
            door().delete(&wide).allowed(&world);
        }
    }
    let wide = policy(
        &json!({"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": "169.254.169.254/32"}}]}]}),
    );
    ask("networking.k8s.io/networkpolicies").create(&wide).denied(
        &world,
        "NetworkPolicyWidens",
        "spec.egress[0].to[0].ipBlock",
    );
    for narrow in [
        json!({"podSelector": {}}),
        json!({"podSelector": {}, "ingress": []}),
        json!({"podSelector": {}, "ingress": null, "policyTypes": ["Ingress", "Egress"]}),
        json!({"podSelector": {}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "a"}}}]}]}),
        json!({"podSelector": {}, "ingress": [{"from": [name("In", &json!(["acme", "acme-db"]))]}]}),
    ] {
        ask("networking.k8s.io/networkpolicies").create(&policy(&narrow)).allowed(&world);
        ask("networking.k8s.io/networkpolicies").create(&policy(&narrow)).denied(
            &with_class(&json!({"tenantNetworkPolicies": "Deny"})),
            "NetworkPolicyWidens",
            "spec",
        );
    }
}

#[test]
fn r106_managed_names_are_not_taken_first() {
    let world = world();
    let mut taken = policy(&json!({"podSelector": {}}));
    taken["metadata"]["name"] = json!("lessor-default-deny");
    let door = || ask("networking.k8s.io/networkpolicies").name("lessor-default-deny");
    door().create(&taken).denied(&world, "ReservedNameForbidden", "metadata.name");
    door().by(Who::Lessor).create(&taken).allowed(&world);
    taken["metadata"]["name"] = json!("lessordefault");
    door().create(&taken).allowed(&world);
}
