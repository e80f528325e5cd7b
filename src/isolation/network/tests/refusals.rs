//! Each refusal beside the nearest policy that is accepted.

use serde_json::{Value, json};

use super::{class, cluster, judged, judged_in, tenant};
use crate::api::TenantNetworkPolicies;
use crate::isolation::network::judge;
use crate::isolation::{Caller, Change, Context, Findings, Operation};
use crate::names::Reason;

#[track_caller]
fn accepted(spec: &Value) -> Findings {
    let found = judged(spec);
    assert!(found.is_clean(), "{spec}: {:?}", found.violations);
    found
}

/// The only violation is this one, and its message holds `hint`.
#[track_caller]
fn refused(spec: &Value, field: &str, hint: &str) {
    only(&judged(spec), field, Reason::NetworkPolicyWidens, hint);
}

#[track_caller]
fn only(found: &Findings, field: &str, reason: Reason, hint: &str) {
    let [violation] = found.violations.as_slice() else { panic!("not one: {found:?}") };
    assert_eq!(
        (&*violation.rule, violation.field.as_str(), violation.reason),
        ("network/policy", field, reason),
        "{violation:?}"
    );
    assert!(violation.message.contains(hint), "{:?} lacks {hint:?}", violation.message);
}

fn ingress(peer: &Value) -> Value {
    json!({"podSelector": {}, "ingress": [{"from": [peer]}]})
}

fn egress(peer: &Value, ports: &Value) -> Value {
    json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [peer], "ports": ports}]})
}

fn named(names: &[&str]) -> Value {
    json!({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": names}]})
}

#[test]
fn narrowing_is_free() {
    for spec in [
        json!({}),
        json!({"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress", "Egress"]}),
        json!({"ingress": [], "egress": null}),
        ingress(&json!({"podSelector": {}})),
        ingress(&json!({"podSelector": {"matchLabels": {"app": "web"}}})),
        ingress(&json!({"namespaceSelector": named(&["acme", "acme-dev"])})),
        ingress(
            &json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "acme"}}}),
        ),
    ] {
        let found = accepted(&spec);
        assert!(found.warnings.is_empty(), "{found:?}");
    }
}

#[test]
fn no_peer_means_everyone() {
    for from in [
        json!({}),
        json!({"from": []}),
        json!({"from": null}),
        Value::Null,
        json!({"from": [], "ports": [{"port": 80}]}),
    ] {
        refused(
            &json!({"ingress": [from]}),
            "spec.ingress[0].from",
            "every Pod of every namespace",
        );
    }
    refused(&json!({"egress": [{"to": []}]}), "spec.egress[0].to", "In [acme, acme-dev]");
    accepted(&json!({"ingress": [{"from": [{"podSelector": {}}]}]}));
}

#[test]
fn dormant_rules_are_judged() {
    let spec = json!({"policyTypes": ["Ingress"], "egress": [{}]});
    refused(&spec, "spec.egress[0].to", "no peer is named");
    accepted(&json!({"policyTypes": ["Ingress"], "egress": [{"to": [{"podSelector": {}}]}]}));
}

#[test]
fn namespaces_are_pinned_by_name() {
    let field = "spec.ingress[0].from[0]";
    let selector = |selector: Value| ingress(&json!({"namespaceSelector": selector}));
    refused(&selector(json!({})), field, "created later with no labels");
    refused(
        &selector(json!({"matchLabels": {"team": "a"}})),
        field,
        "created later with labels team=a",
    );
    refused(
        &selector(json!({"matchLabels": {"lessor.io/tenant": "acme"}})),
        field,
        "created later",
    );
    refused(&selector(named(&["acme", "other"])), field, "`other`, which is not the tenant's own");
    for (operator, values) in
        [("NotIn", json!(["kube-system"])), ("Exists", json!([])), ("DoesNotExist", json!([]))]
    {
        let expression =
            json!({"key": "kubernetes.io/metadata.name", "operator": operator, "values": values});
        refused(&selector(json!({"matchExpressions": [expression]})), field, "created later");
    }
    // Several requirements on one key are one restriction.
    accepted(&selector(json!({
        "matchLabels": {"team": "a"},
        "matchExpressions": [
            {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["acme", "other"]},
            {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["other"]}
        ]
    })));
}

#[test]
fn contradictions_are_accepted_with_a_warning() {
    let found = accepted(&ingress(&json!({"namespaceSelector": {
        "matchLabels": {"team": "a"},
        "matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]
    }})));
    assert_eq!(found.warnings.len(), 1);
    assert!(
        found.warnings[0].len() <= 120 && found.warnings[0].contains("spec.ingress[0].from[0]")
    );
}

#[test]
fn a_dash_too_many_is_the_union() {
    let spec = json!({"ingress": [{"from": [
        {"namespaceSelector": named(&["acme"])}, {"podSelector": {"matchLabels": {"app": "web"}}}
    ]}]});
    let found = accepted(&spec);
    assert!(found.warnings[0].contains("alternatives") && found.warnings[0].len() <= 120);
    let wide = json!({"ingress": [{"from": [
        {"podSelector": {"matchLabels": {"app": "web"}}}, {"namespaceSelector": {}}
    ]}]});
    refused(&wide, "spec.ingress[0].from[1]", "created later");
}

#[test]
fn declared_peers_are_accepted_as_far_as_declared() {
    let from = |namespace: &str, app: Value, port: Value| {
        json!({"ingress": [{
            "from": [{"namespaceSelector": named(&[namespace]), "podSelector": app}], "ports": [{"port": port}]
        }]})
    };
    let gateway = json!({"matchLabels": {"app": "gateway"}});
    let narrower = json!({"matchLabels": {"app": "gateway", "zone": "a"}});
    let field = "spec.ingress[0].from[0]";
    accepted(&from("ingress", gateway.clone(), json!(8080)));
    accepted(&from("ingress", narrower, json!(8080)));
    refused(&from("ingress", json!({}), json!(8080)), field, "beyond the Pods or ports declared");
    refused(&from("ingress", gateway.clone(), json!(8081)), field, "peer gateway on TCP 8080");
    refused(&from("ingress", gateway.clone(), json!("http")), field, "TCP 1-65535");
    refused(&from("databases", gateway, json!(8080)), field, "not the tenant's own");

    let to =
        |port: Value| egress(&json!({"namespaceSelector": named(&["databases"])}), &json!([port]));
    accepted(&to(json!({"port": 5432})));
    accepted(&to(json!({"port": 5432, "endPort": 5432, "protocol": "TCP"})));
    refused(&to(json!({"port": 5432, "endPort": 5433})), "spec.egress[0].to[0]", "TCP 5432-5433");
    refused(&to(json!({"port": 5432, "protocol": "UDP"})), "spec.egress[0].to[0]", "UDP 5432");
    refused(&to(json!({})), "spec.egress[0].to[0]", "TCP 1-65535");
}

#[test]
fn dns_is_open_on_its_port() {
    let pods = json!({"namespaceSelector": named(&["kube-system"]), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}});
    let port = |number: u16, protocol: &str| json!([{"port": number, "protocol": protocol}]);
    accepted(&egress(&pods, &port(53, "UDP")));
    accepted(&egress(&pods, &port(53, "TCP")));
    refused(
        &egress(&pods, &port(9153, "TCP")),
        "spec.egress[0].to[0]",
        "cluster DNS on TCP 53, UDP 53",
    );
    refused(&egress(&pods, &json!(null)), "spec.egress[0].to[0]", "all ports");
    let whole = json!({"namespaceSelector": named(&["kube-system"])});
    refused(&egress(&whole, &port(53, "UDP")), "spec.egress[0].to[0]", "beyond the Pods");
    let address = json!({"ipBlock": {"cidr": "169.254.20.10/32"}});
    accepted(&egress(&address, &port(53, "UDP")));
    let metadata = json!({"ipBlock": {"cidr": "169.254.169.254/32"}});
    refused(
        &egress(&metadata, &port(53, "UDP")),
        "spec.egress[0].to[0].ipBlock",
        "(169.254.0.0/16)",
    );
}

#[test]
fn ranges_are_inside_what_is_declared() {
    let field = "spec.egress[0].to[0].ipBlock";
    let https = json!([{"port": 443}]);
    let ntp = json!([{"port": 123, "protocol": "UDP"}]);
    let block = |cidr: &str, except: &[&str]| json!({"ipBlock": {"cidr": cidr, "except": except}});
    accepted(&egress(&block("203.0.113.0/24", &[]), &https));
    accepted(&egress(&block("203.0.113.64/26", &["203.0.113.64/32"]), &https));
    refused(
        &egress(&block("203.0.113.0/24", &[]), &json!([{"port": 80}])),
        field,
        "203.0.113.0 could be reached on TCP 80",
    );
    refused(&egress(&block("203.0.112.0/23", &[]), &https), field, "203.0.112.0");
    refused(
        &egress(&block("0.0.0.0/0", &[]), &ntp),
        field,
        "10.96.0.0, which belongs to the cluster itself (10.96.0.0/12)",
    );
    accepted(&egress(
        &block("0.0.0.0/0", &["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16"]),
        &ntp,
    ));
    refused(&egress(&block("10.244.7.0/24", &[]), &ntp), field, "10.244.7.0");
    refused(&egress(&block("2001:db8::/32", &[]), &https), field, "2001:db8::");
    // The same number as 203.0.113.0, in the other family.
    refused(&egress(&block("::cb00:7100/120", &[]), &https), field, "::cb00:7100");
    accepted(
        &json!({"ingress": [{"from": [block("2001:db8:1::/48", &[])], "ports": [{"port": 443}]}]}),
    );
    refused(&ingress(&block("0.0.0.0/0", &[])), "spec.ingress[0].from[0].ipBlock", "0.0.0.0");
}

#[test]
fn ranges_are_written_canonically() {
    let field = "spec.egress[0].to[0].ipBlock";
    for (cidr, hint) in [
        ("203.0.113.7/24", "write `203.0.113.0/24`"),
        ("203.000.113.0/24", "leading zeros"),
        ("::ffff:203.0.113.0/120", "IPv4-mapped"),
    ] {
        refused(
            &egress(&json!({"ipBlock": {"cidr": cidr}}), &Value::Null),
            &format!("{field}.cidr"),
            hint,
        );
    }
    for except in ["203.0.113.0/24", "198.51.100.0/24", "203.0.112.0/23"] {
        let spec = egress(
            &json!({"ipBlock": {"cidr": "203.0.113.0/24", "except": [except]}}),
            &json!([{"port": 443}]),
        );
        refused(&spec, &format!("{field}.except[0]"), "strictly inside");
    }
}

#[test]
fn what_does_not_fit_the_schema_is_refused() {
    let own = json!({"podSelector": {}});
    for (spec, field) in [
        (json!([]), "spec"),
        (json!({"ingress": {}}), "spec.ingress"),
        (json!({"ingress": ["x"]}), "spec.ingress[0]"),
        (json!({"ingress": [{"from": {}}]}), "spec.ingress[0].from"),
        (ingress(&json!({})), "spec.ingress[0].from[0]"),
        (ingress(&Value::Null), "spec.ingress[0].from[0]"),
        (
            ingress(&json!({"podSelector": {}, "ipBlock": {"cidr": "203.0.113.0/24"}})),
            "spec.ingress[0].from[0]",
        ),
        (ingress(&json!({"ipBlock": {}})), "spec.ingress[0].from[0].ipBlock.cidr"),
        (
            ingress(&json!({"podSelector": {"matchLabels": {"a": 1}}})),
            "spec.ingress[0].from[0].podSelector.matchLabels.a",
        ),
        (
            ingress(
                &json!({"podSelector": {"matchExpressions": [{"key": "a", "operator": "Like"}]}}),
            ),
            "spec.ingress[0].from[0].podSelector.matchExpressions[0].operator",
        ),
        (
            ingress(
                &json!({"podSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}),
            ),
            "spec.ingress[0].from[0].podSelector.matchExpressions[0].values",
        ),
        (
            ingress(&json!({"podSelector": {"matchExpressions": [{"operator": "Exists"}]}})),
            "spec.ingress[0].from[0].podSelector.matchExpressions[0].key",
        ),
        (egress(&own, &json!([{"port": 0}])), "spec.egress[0].ports[0].port"),
        (egress(&own, &json!([{"port": 65536}])), "spec.egress[0].ports[0].port"),
        (egress(&own, &json!([{"port": 5, "endPort": 4}])), "spec.egress[0].ports[0].endPort"),
        (egress(&own, &json!([{"port": "http", "endPort": 4}])), "spec.egress[0].ports[0].endPort"),
        (egress(&own, &json!([{"protocol": "ICMP"}])), "spec.egress[0].ports[0].protocol"),
        (json!({"policyTypes": ["ingress"]}), "spec.policyTypes[0]"),
        (json!({"podSelector": {"matchLabels": []}}), "spec.podSelector.matchLabels"),
    ] {
        refused(&spec, field, "");
    }
}

#[test]
fn unknown_fields_are_refused_wherever_they_stand() {
    for (spec, field) in [
        (json!({"ingres": []}), "spec.ingres"),
        (json!({"ingress": [{"from": [{"podSelector": {}}], "to": []}]}), "spec.ingress[0].to"),
        (
            ingress(&json!({"podSelector": {}, "serviceAccountSelector": {}})),
            "spec.ingress[0].from[0].serviceAccountSelector",
        ),
        (
            egress(&json!({"podSelector": {}}), &json!([{"port": 1, "name": "x"}])),
            "spec.egress[0].ports[0].name",
        ),
        (json!({"podSelector": {"matchFields": {}}}), "spec.podSelector.matchFields"),
    ] {
        only(&judged(&spec), field, Reason::UnknownFieldForbidden, "known here");
    }
}

#[test]
fn a_class_can_allow_none() {
    let mut strict = class();
    strict.tenant_network_policies = TenantNetworkPolicies::Deny;
    let object = json!({"spec": {"podSelector": {}}});
    only(
        &judged_in(&tenant(), &strict, &object),
        "spec",
        Reason::NetworkPolicyWidens,
        "the class allows no",
    );
    assert!(judged_in(&tenant(), &class(), &object).is_clean());
}

#[test]
fn only_writes_of_network_policies_are_judged() {
    let wide = json!({"spec": {"ingress": [{}]}});
    let (tenant, class, cluster) = (tenant(), class(), cluster());
    let context = Context { tenant: &tenant, class: &class, namespace: "acme", cluster: &cluster };
    let found = |operation, group, resource| {
        let (old, new) = match operation {
            Operation::Delete => (Some(&wide), None),
            _ => (None, Some(&wide)),
        };
        let (caller, username) = (Caller::Other, "ann");
        let change = Change {
            operation,
            group,
            resource,
            subresource: "",
            name: "own",
            old,
            new,
            caller,
            username,
        };
        let mut out = Findings::default();
        judge(&context, &change, &mut out);
        out.violations.len()
    };
    let (group, resource) = ("networking.k8s.io", "networkpolicies");
    assert_eq!(found(Operation::Create, group, resource), 1);
    assert_eq!(found(Operation::Update, group, resource), 1);
    assert_eq!(found(Operation::Delete, group, resource), 0);
    assert_eq!(found(Operation::Create, group, "ingresses"), 0);
    assert_eq!(found(Operation::Create, "example.com", resource), 0);
}

#[test]
fn work_and_findings_are_bounded() {
    let wide: Vec<Value> = (0..100).map(|_| json!({})).collect();
    assert_eq!(judged(&json!({"ingress": wide})).violations.len(), 16);
    let narrow = |count: usize| -> Value {
        let peers: Vec<Value> = (0..count).map(|_| json!({"podSelector": {}})).collect();
        json!({"ingress": [{"from": peers}]})
    };
    accepted(&narrow(2_000));
    refused(&narrow(3_000), "spec", "too complex to prove");
}
