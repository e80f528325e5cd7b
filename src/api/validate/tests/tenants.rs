//! Names, members, placement, quota and limits.

use serde_json::json;

use super::{allowed, class, cluster, only, parsed, read, refused, tenant};
use crate::api::{TenantClassSpec, validate};
use crate::names::Reason;

#[test]
fn an_empty_spec_takes_every_default() {
    let valid = allowed(&json!({}));
    assert_eq!((valid.name.as_str(), valid.uid.as_str(), valid.generation), ("acme", "u-1", 3));
    assert_eq!(valid.namespaces, ["acme"]);
    assert_eq!(valid.class_name, "default");
    assert_eq!(valid.pod_security.as_str(), "restricted");
    assert_eq!(valid.pod_security_version, "v1.33");
    assert_eq!(valid.node_pool.unwrap().name, "gold");
    assert_eq!(valid.runtime_class_name, None);
    assert_eq!(valid.quota["requests.cpu"], "20");
    assert_eq!(valid.limits.max["cpu"], "4");
}

#[test]
fn names_are_short_labels_outside_our_own() {
    let named =
        |name: &str| validate(&tenant(name, &json!({})), &TenantClassSpec::default(), &cluster());
    assert!(named(&"a".repeat(40)).is_ok());
    only(&named(&"a".repeat(41)).unwrap_err(), "metadata.name", Reason::Invalid, "40 characters");
    only(&named("a.b").unwrap_err(), "metadata.name", Reason::Invalid, "DNS label");
    assert!(named("my-lessor").is_ok());
    only(
        &named("lessor-x").unwrap_err(),
        "metadata.name",
        Reason::ReservedNameForbidden,
        "another",
    );
    only(
        &named("default").unwrap_err(),
        "metadata.name",
        Reason::SystemNamespaceProtected,
        "kube-",
    );
}

#[test]
fn namespaces_are_unique_few_and_not_the_systems() {
    assert_eq!(allowed(&json!({"namespaces": ["b", "a"]})).namespaces, ["b", "a"]);
    for name in ["kube-system", "default", "lessor-system", "lessor-secrets", "kube-flannel"] {
        let spec = json!({"namespaces": ["a", name]});
        refused(&spec, "spec.namespaces[1]", Reason::SystemNamespaceProtected, name);
    }
    allowed(&json!({"namespaces": ["kube"]}));
    refused(&json!({"namespaces": ["a", "a"]}), "spec.namespaces[1]", Reason::Invalid, "twice");
    refused(&json!({"namespaces": ["A"]}), "spec.namespaces[0]", Reason::Invalid, "DNS label");
    refused(
        &json!({"namespaces": ["a", "b", "c", "d"]}),
        "spec.namespaces",
        Reason::Invalid,
        "at most 3",
    );
}

#[test]
fn members_have_roles_of_the_class() {
    let member =
        |role: &str| json!({"members": [{"role": role, "kind": "Group", "name": "oidc:a"}]});
    assert_eq!(allowed(&member("admin")).members[0].cluster_role, "lessor-tenant-admin");
    assert_eq!(allowed(&member("acme-operator")).members[0].cluster_role, "acme-operator");
    for role in ["edit", "cluster-admin", "system:node", ""] {
        refused(
            &member(role),
            "spec.members[0].role",
            Reason::EscalationForbidden,
            "allowed: admin, view, acme-operator",
        );
    }
    let mut loose = class();
    loose["roles"] = json!(["cluster-admin", "system:masters"]);
    let loose = parsed(loose);
    let errors =
        validate(&tenant("acme", &member("cluster-admin")), &loose, &cluster()).unwrap_err();
    only(&errors, "spec.members[0].role", Reason::EscalationForbidden, "allowed: none");
}

#[test]
fn members_are_persons_groups_and_own_service_accounts() {
    let member = |kind: &str, name: &str, namespace: Option<&str>| {
        let mut member = json!({"role": "view", "kind": kind, "name": name});
        if let Some(namespace) = namespace {
            member["namespace"] = json!(namespace);
        }
        json!({"members": [member.clone(), member]})
    };
    assert_eq!(allowed(&member("ServiceAccount", "ci", Some("acme"))).members.len(), 1);
    allowed(&member("User", "ann@example.com", None));
    let one = |kind: &str, name: &str, namespace: Option<&str>| json!({"members": [member(kind, name, namespace)["members"][0]]});
    for name in [
        "system:authenticated",
        "system:unauthenticated",
        "system:anonymous",
        "system:serviceaccounts",
        "system:serviceaccounts:other",
        "system:masters",
        "system:nodes",
        "system:serviceaccount:other:ci",
    ] {
        for kind in ["User", "Group"] {
            refused(
                &one(kind, name, None),
                "spec.members[0].name",
                Reason::RoleBindingSubjectForbidden,
                name,
            );
        }
    }
    let foreign = one("ServiceAccount", "ci", Some("other"));
    refused(
        &foreign,
        "spec.members[0].namespace",
        Reason::RoleBindingSubjectForbidden,
        "those of acme",
    );
    refused(
        &one("ServiceAccount", "ci", None),
        "spec.members[0].namespace",
        Reason::Invalid,
        "needs",
    );
    refused(
        &one("Group", "g", Some("acme")),
        "spec.members[0].namespace",
        Reason::Invalid,
        "remove",
    );
    refused(&one("User", " ", None), "spec.members[0].name", Reason::Invalid, "printable");
}

#[test]
fn placement_stays_within_the_class() {
    let isolation = |key: &str, value: &str| json!({"isolation": {key: value}});
    assert_eq!(allowed(&isolation("podSecurity", "baseline")).pod_security.as_str(), "baseline");
    assert_eq!(
        allowed(&isolation("runtimeClassName", "gvisor")).runtime_class_name.unwrap(),
        "gvisor"
    );
    refused(
        &isolation("nodePool", "x"),
        "spec.isolation.nodePool",
        Reason::SchedulingForbidden,
        "allowed: gold",
    );
    refused(
        &isolation("runtimeClassName", "x"),
        "spec.isolation.runtimeClassName",
        Reason::SchedulingForbidden,
        "allowed: gvisor",
    );
    let strict = TenantClassSpec::default();
    let errors =
        validate(&tenant("acme", &isolation("podSecurity", "baseline")), &strict, &cluster());
    only(
        &errors.unwrap_err(),
        "spec.isolation.podSecurity",
        Reason::PodSecurityLevelManaged,
        "`restricted`",
    );
}

#[test]
fn quota_is_at_most_that_of_the_class() {
    let quota = |name: &str, amount: &str| json!({"quota": {name: amount}});
    let valid = allowed(&quota("requests.cpu", "20000m")).quota;
    assert_eq!((valid["requests.cpu"].as_str(), valid["pods"].as_str()), ("20", "100"));
    assert_eq!(allowed(&quota("requests.memory", "1024Mi")).quota["requests.memory"], "1Gi");
    refused(
        &quota("requests.cpu", "20001m"),
        "spec.quota[requests.cpu]",
        Reason::QuotaExceeded,
        "at most 20",
    );
    refused(&quota("pods", "-1"), "spec.quota[pods]", Reason::Invalid, "negative");
    refused(&quota("pods", "1x"), "spec.quota[pods]", Reason::Invalid, "not a quantity");
    refused(&quota("a b", "1"), "spec.quota[a b]", Reason::Invalid, "resource name");

    allowed(&json!({"quotaShares": {"acme": 2}}));
    refused(
        &json!({"quotaShares": {"other": 2}}),
        "spec.quotaShares[other]",
        Reason::Invalid,
        "allowed: acme",
    );
    refused(
        &json!({"quotaShares": {"acme": 0}}),
        "spec.quotaShares",
        Reason::Invalid,
        "more than 0",
    );
}

#[test]
fn requests_are_at_most_limits() {
    let limits = |part: &str, cpu: &str| json!({"limits": {part: {"cpu": cpu}}});
    let valid = allowed(&limits("defaultRequest", "500m")).limits;
    assert_eq!(
        (valid.default["cpu"].as_str(), valid.default_request["cpu"].as_str()),
        ("500m", "500m")
    );
    refused(
        &limits("defaultRequest", "501m"),
        "spec.limits.defaultRequest[cpu]",
        Reason::Invalid,
        "at most 500m",
    );
    refused(&limits("default", "5"), "spec.limits.default[cpu]", Reason::Invalid, "at most 4");
    allowed(&limits("max", "3"));
    refused(&limits("max", "5"), "spec.limits.max[cpu]", Reason::QuotaExceeded, "at most 4");
    refused(&limits("default", "much"), "spec.limits.default[cpu]", Reason::Invalid, "quantity");
}

#[test]
fn every_error_is_reported_at_once() {
    let errors = read(&json!({
        "namespaces": ["kube-system"],
        "members": [{"role": "edit", "kind": "Group", "name": "system:masters"}],
        "isolation": {"nodePool": "x", "network": {"ingressFrom": [{"peer": "y", "ports": [0]}]}},
        "quota": {"pods": "101"}
    }))
    .unwrap_err();
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "spec.namespaces[0]",
            "spec.members[0].role",
            "spec.members[0].name",
            "spec.isolation.network.ingressFrom[0].ports[0]",
            "spec.isolation.network.ingressFrom[0].peer",
            "spec.isolation.nodePool",
            "spec.quota[pods]",
        ]
    );
}
