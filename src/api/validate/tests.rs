//! Each refusal beside the nearest thing that is allowed.

use serde_json::{Value, json};

use crate::api::{
    Cidr, ClusterFacts, EgressTarget, FieldError, Tenant, TenantClassSpec, ValidTenant, validate,
    validate_class,
};
use crate::names::Reason;

fn cluster() -> ClusterFacts {
    let cidr = |text| vec![Cidr::parse(text).unwrap()];
    ClusterFacts {
        pod_cidrs: cidr("10.244.0.0/16"),
        service_cidrs: cidr("10.96.0.0/12"),
        node_cidrs: cidr("192.168.0.0/24"),
        ..ClusterFacts::default()
    }
}

fn class() -> Value {
    json!({
        "namespaces": {"max": 3},
        "roles": ["admin", "view", "acme-operator"],
        "peers": [
            {"name": "gateway", "namespaces": ["ingress"], "podSelector": {"matchLabels": {"app": "gateway"}}},
            {"name": "postgres", "namespaces": ["databases"], "ports": [{"port": 5432}, {"port": 53, "protocol": "UDP"}]}
        ],
        "egress": {"cidrs": ["203.0.113.0/24", "0.0.0.0/0"]},
        "podSecurity": {"minimum": "baseline", "default": "restricted", "version": "v1.33"},
        "nodePools": [{"name": "gold", "nodeSelector": {"pool": "gold"}, "tolerations": [{"key": "pool", "value": "gold"}]}],
        "defaultNodePool": "gold",
        "runtimeClasses": ["gvisor"],
        "secrets": [{"name": "registry-ca", "keys": ["ca.crt", "extra"]}],
        "quota": {"requests.cpu": "20", "pods": "100"},
        "limits": {"default": {"cpu": "500m"}, "max": {"cpu": "4"}}
    })
}

fn tenant(name: &str, spec: &Value) -> Tenant {
    serde_json::from_value(json!({
        "apiVersion": "lessor.io/v1", "kind": "Tenant",
        "metadata": {"name": name, "uid": "u-1", "generation": 3}, "spec": spec
    }))
    .unwrap()
}

fn read(spec: &Value) -> Result<ValidTenant, Vec<FieldError>> {
    validate(&tenant("acme", spec), &serde_json::from_value(class()).unwrap(), &cluster())
}

#[track_caller]
fn allowed(spec: &Value) -> ValidTenant {
    read(spec).unwrap_or_else(|errors| panic!("{spec}: {errors:?}"))
}

/// The only error is this one, and its message holds `hint`.
#[track_caller]
fn refused(spec: &Value, field: &str, reason: Reason, hint: &str) {
    only(&read(spec).unwrap_err(), field, reason, hint);
}

#[track_caller]
fn only(errors: &[FieldError], field: &str, reason: Reason, hint: &str) {
    let [error] = errors else { panic!("not one error: {errors:?}") };
    assert_eq!((error.field.as_str(), error.reason), (field, reason), "{error:?}");
    assert!(error.message.contains(hint), "{:?} lacks {hint:?}", error.message);
}

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
            Reason::RoleRefForbidden,
            "allowed: admin, view, acme-operator",
        );
    }
    let mut loose = class();
    loose["roles"] = json!(["cluster-admin", "system:masters"]);
    let loose: TenantClassSpec = serde_json::from_value(loose).unwrap();
    let errors =
        validate(&tenant("acme", &member("cluster-admin")), &loose, &cluster()).unwrap_err();
    only(&errors, "spec.members[0].role", Reason::RoleRefForbidden, "allowed: none");
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

    let unknown = ClusterFacts { node_cidrs: Vec::new(), ..cluster() };
    let class = serde_json::from_value(class()).unwrap();
    let errors =
        validate(&tenant("acme", &egress("203.0.113.0/24")), &class, &unknown).unwrap_err();
    only(&errors, field, Reason::PeerNotAllowed, "--node-cidr");
    assert!(errors[0].message.starts_with("ClusterCIDRsUnknown:"));
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

fn secret(name: &str, keys: &Value, paths: &[&str]) -> Value {
    let mounts: Vec<Value> = paths.iter().map(|path| json!({"path": path})).collect();
    json!({"name": name, "from": {"secret": "registry-ca", "keys": keys}, "mounts": mounts})
}

#[test]
fn secrets_are_granted_by_name_and_key() {
    let one = |secret: Value| json!({"secrets": [secret]});
    assert_eq!(allowed(&one(secret("ca", &json!([]), &[]))).secrets[0].keys, ["ca.crt", "extra"]);
    assert_eq!(allowed(&one(secret("ca", &json!(["ca.crt"]), &[]))).secrets[0].keys, ["ca.crt"]);
    let field = "spec.secrets[0]";
    refused(
        &one(secret("ca", &json!(["ca.crt", "tls.key"]), &[])),
        &format!("{field}.from.keys[1]"),
        Reason::SecretSourceForbidden,
        "allowed: ca.crt, extra",
    );
    refused(
        &one(json!({"name": "ca", "from": {"secret": "other"}})),
        &format!("{field}.from.secret"),
        Reason::SecretSourceForbidden,
        "allowed: registry-ca",
    );
    refused(
        &one(secret("lessor-ca", &json!([]), &[])),
        &format!("{field}.name"),
        Reason::ReservedNameForbidden,
        "another",
    );
    refused(
        &one(secret("CA", &json!([]), &[])),
        &format!("{field}.name"),
        Reason::Invalid,
        "Secret",
    );
    let twice = json!({"secrets": [secret("ca", &json!([]), &[]), secret("ca", &json!([]), &[])]});
    refused(&twice, "spec.secrets[1].name", Reason::Invalid, "twice");
}

#[test]
fn mounts_hide_nothing() {
    let mounts = |paths: &[&str]| json!({"secrets": [secret("ca", &json!([]), paths)]});
    allowed(&mounts(&["/etc/ssl/acme", "/var/run/secrets/lessor/ca", "/data", "/database"]));
    for path in ["/", "data", "/a/../b", "/a//b", "/a/", "/./a", "/a:b", "", "/a\nb"] {
        refused(
            &mounts(&[path]),
            "spec.secrets[0].mounts[0].path",
            Reason::Invalid,
            "absolute and normal",
        );
    }
    for path in [
        "/proc",
        "/proc/self",
        "/sys/fs",
        "/dev/shm",
        "/etc",
        "/var/run",
        "/var/run/secrets",
        "/var/run/secrets/kubernetes.io/serviceaccount",
    ] {
        refused(&mounts(&[path]), "spec.secrets[0].mounts[0].path", Reason::Invalid, "would hide");
    }
    for path in ["/data", "/data/a", "/data/a/b"] {
        refused(
            &mounts(&["/data/a", path]),
            "spec.secrets[0].mounts[1].path",
            Reason::MountShadowed,
            "spec.secrets[0].mounts[0].path",
        );
    }
    let across = json!({"secrets": [secret("a", &json!([]), &["/data"]), secret("b", &json!([]), &["/data"])]});
    refused(&across, "spec.secrets[1].mounts[0].path", Reason::MountShadowed, "/data");
    let mode = |mode: u32| json!({"secrets": [{"name": "a", "from": {"secret": "registry-ca"}, "mounts": [{"path": "/a", "defaultMode": mode}]}]});
    allowed(&mode(0o777));
    refused(&mode(0o1000), "spec.secrets[0].mounts[0].defaultMode", Reason::Invalid, "0777");
    let selected = |selector: Value| json!({"secrets": [{"name": "a", "from": {"secret": "registry-ca"}, "mounts": [{"path": "/a", "selector": selector}]}]});
    allowed(&selected(
        json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a"]}]}),
    ));
    refused(
        &selected(json!({"matchExpressions": [{"key": "app", "operator": "In"}]})),
        "spec.secrets[0].mounts[0].selector.matchExpressions[0].values",
        Reason::Invalid,
        "at least one",
    );
    refused(
        &selected(
            json!({"matchExpressions": [{"key": "app", "operator": "Exists", "values": ["a"]}]}),
        ),
        "spec.secrets[0].mounts[0].selector.matchExpressions[0].values",
        Reason::Invalid,
        "no values",
    );
    refused(
        &selected(json!({"matchLabels": {"a b": "c"}})),
        "spec.secrets[0].mounts[0].selector.matchLabels[a b]",
        Reason::Invalid,
        "label key",
    );
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

#[test]
fn classes_hold_together() {
    let judged = |pointer: &str, value: Value| {
        let mut spec = class();
        spec[pointer] = value;
        validate_class("standard", &serde_json::from_value(spec).unwrap(), &cluster())
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
    for version in ["1.33", "v1.", "v1.100", "v1.3x", "Latest"] {
        only(
            &judged("podSecurity", json!({"version": version})),
            "spec.podSecurity.version",
            Reason::Invalid,
            "v1.N",
        );
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
        validate_class("standard", &serde_json::from_value(spec).unwrap(), &cluster())
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
