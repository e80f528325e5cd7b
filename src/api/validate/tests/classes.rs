//! Classes.

use serde_json::{Value, json};

use super::{class, cluster, only, parsed};
use crate::api::{ClusterFacts, TenantClassSpec, validate_class};
use crate::names::Reason;

#[test]
fn classes_hold_together() {
    let judged = |pointer: &str, value: Value| {
        let mut spec = class();
        spec[pointer] = value;
        validate_class("standard", &parsed(spec), &cluster())
    };
    assert_eq!(judged("imageVolumes", json!(true)), []);
    assert_eq!(
        validate_class("default", &TenantClassSpec::default(), &ClusterFacts::default()),
        []
    );
    only(
        &validate_class("A", &TenantClassSpec::default(), &cluster()),
        "metadata.name",
        Reason::Invalid,
        "DNS",
    );
    only(
        &judged("roles", json!(["admin", "cluster-admin"])),
        "spec.roles[1]",
        Reason::RoleRefForbidden,
        "nobody",
    );
    only(
        &judged("roles", json!(["system:node"])),
        "spec.roles[0]",
        Reason::RoleRefForbidden,
        "nobody",
    );
    only(
        &judged("podSecurity", json!({"minimum": "restricted", "default": "baseline"})),
        "spec.podSecurity.default",
        Reason::Invalid,
        "`restricted`",
    );
    for version in ["1.33", "v1.", "v1.100", "v1.3x", "v1.08", "v1.00", "Latest"] {
        only(
            &judged("podSecurity", json!({"version": version})),
            "spec.podSecurity.version",
            Reason::Invalid,
            "v1.N",
        );
    }
    for version in ["latest", "v1.0", "v1.34"] {
        assert_eq!(judged("podSecurity", json!({"version": version})), []);
    }
    only(
        &judged("defaultNodePool", json!("x")),
        "spec.defaultNodePool",
        Reason::Invalid,
        "allowed: gold",
    );
    only(
        &judged("defaultRuntimeClass", json!("x")),
        "spec.defaultRuntimeClass",
        Reason::Invalid,
        "allowed: gvisor",
    );
    only(
        &judged("egress", json!({"cidrs": ["10.0.0.0/8", "10.0.0.1/8"]})),
        "spec.egress.cidrs[1]",
        Reason::Invalid,
        "10.0.0.0/8",
    );
    only(&judged("quota", json!({"pods": "x"})), "spec.quota[pods]", Reason::Invalid, "quantity");
    only(
        &judged("limits", json!({"default": {"cpu": "2"}, "max": {"cpu": "1"}})),
        "spec.limits.default[cpu]",
        Reason::Invalid,
        "at most 1",
    );
    only(
        &judged("podLabels", json!({"lessor.io/x": "y"})),
        "spec.podLabels[lessor.io/x]",
        Reason::ReservedKeyForbidden,
        "lessor.io",
    );
    only(
        &judged("podLabels", json!({"kubernetes.io/x": "y"})),
        "spec.podLabels[kubernetes.io/x]",
        Reason::ReservedKeyForbidden,
        "kubernetes.io",
    );
    assert_eq!(judged("podLabels", json!({"app.kubernetes.io/part-of": "y"})), []);
    only(
        &judged("namespaces", json!({"max": 0})),
        "spec.namespaces.max",
        Reason::Invalid,
        "1 to 64",
    );
}

#[test]
fn peers_pools_and_kinds_of_classes_are_safe() {
    let judged = |key: &str, value: Value| {
        let mut spec = class();
        spec[key] = json!([value]);
        spec["defaultNodePool"] = Value::Null;
        validate_class("standard", &parsed(spec), &cluster())
    };
    let peer = |value: Value| judged("peers", value);
    assert_eq!(peer(json!({"name": "p", "cidrs": ["192.168.0.9/32", "0.0.0.0/0"]})), []);
    only(
        &peer(json!({"name": "p", "cidrs": ["10.244.7.0/24"]})),
        "spec.peers[0].cidrs[0]",
        Reason::PeerNotAllowed,
        "namespaces instead",
    );
    only(
        &peer(json!({"name": "p", "cidrs": ["10.0.0.1/8"]})),
        "spec.peers[0].cidrs[0]",
        Reason::Invalid,
        "10.0.0.0/8",
    );
    only(&peer(json!({"name": "p"})), "spec.peers[0]", Reason::Invalid, "exactly one");
    only(
        &peer(json!({"name": "p", "namespaces": ["A"]})),
        "spec.peers[0].namespaces[0]",
        Reason::Invalid,
        "namespace",
    );
    only(
        &peer(json!({"name": "p", "namespaces": ["a"], "ports": [{"port": 0}]})),
        "spec.peers[0].ports[0].port",
        Reason::Invalid,
        "65535",
    );

    let toleration = |value: Value| {
        judged("nodePools", json!({"name": "n", "nodeSelector": {}, "tolerations": [value]}))
    };
    let field = "spec.nodePools[0].tolerations[0]";
    assert_eq!(toleration(json!({"key": "a", "operator": "Exists", "effect": "NoSchedule"})), []);
    only(
        &toleration(json!({"key": "", "operator": "Exists"})),
        &format!("{field}.key"),
        Reason::Invalid,
        "every taint",
    );
    only(
        &toleration(json!({"key": "a", "operator": "In"})),
        &format!("{field}.operator"),
        Reason::Invalid,
        "Exists",
    );
    only(
        &toleration(json!({"key": "a", "effect": "x"})),
        &format!("{field}.effect"),
        Reason::Invalid,
        "NoSchedule",
    );

    let kinds =
        |group: &str, kind: &str| judged("allowedKinds", json!({"group": group, "kinds": [kind]}));
    assert_eq!(kinds("cert-manager.io", "Certificate"), []);
    assert_eq!(kinds("", "PodTemplate"), []);
    for group in [
        "lessor.io",
        "rbac.authorization.k8s.io",
        "admissionregistration.k8s.io",
        "discovery.k8s.io",
    ] {
        only(&kinds(group, "Thing"), "spec.allowedKinds[0].group", Reason::KindNotAllowed, group);
    }
    for kind in ["Namespace", "Endpoints", "ResourceQuota"] {
        only(&kinds("", kind), "spec.allowedKinds[0].kinds[0]", Reason::KindNotAllowed, kind);
    }
    only(&kinds("*", "Thing"), "spec.allowedKinds[0].group", Reason::Invalid, "wildcards");
    only(&kinds("example.com", "*"), "spec.allowedKinds[0].kinds[0]", Reason::Invalid, "wildcards");
}
