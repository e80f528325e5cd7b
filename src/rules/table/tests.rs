//! The table is well formed, and nothing of a stock API server is forgotten.

use std::collections::BTreeSet;

use super::*;

/// Namespaced subresources that API servers 1.33 to 1.36 serve, those of beta
/// and alpha versions among them.
const SUBRESOURCES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "persistentvolumeclaims/status",
            "pods/attach",
            "pods/binding",
            "pods/ephemeralcontainers",
            "pods/eviction",
            "pods/exec",
            "pods/log",
            "pods/portforward",
            "pods/proxy",
            "pods/resize",
            "pods/status",
            "replicationcontrollers/scale",
            "replicationcontrollers/status",
            "resourcequotas/status",
            "serviceaccounts/token",
            "services/proxy",
            "services/status",
        ],
    ),
    (
        "apps",
        &[
            "daemonsets/status",
            "deployments/scale",
            "deployments/status",
            "replicasets/scale",
            "replicasets/status",
            "statefulsets/scale",
            "statefulsets/status",
        ],
    ),
    ("autoscaling", &["horizontalpodautoscalers/status"]),
    ("batch", &["cronjobs/status", "jobs/status"]),
    ("certificates.k8s.io", &["podcertificaterequests/status"]),
    ("networking.k8s.io", &["ingresses/status"]),
    ("policy", &["poddisruptionbudgets/status"]),
    ("resource.k8s.io", &["resourceclaims/status"]),
    ("scheduling.k8s.io", &["podgroups/status"]),
];

#[test]
fn names_are_unique() {
    let keys: Vec<_> = entries().map(Entry::key).collect();
    assert_eq!(keys.len(), keys.iter().collect::<BTreeSet<_>>().len(), "{keys:?}");
    let rows: Vec<_> = entries().flat_map(|e| e.rows).map(|r| r.id).collect();
    assert_eq!(rows.len(), rows.iter().collect::<BTreeSet<_>>().len(), "{rows:?}");
}

#[test]
fn wildcards_never_reach_subresources_or_the_cluster() {
    for row in entries().flat_map(|entry| entry.rows) {
        assert!(
            row.resources.iter().all(|r| *r == "*" || !r.contains('*')),
            "{} has a partial wildcard",
            row.id
        );
        if row.is_rest() {
            assert_eq!((row.resources, row.scope), (&["*"][..], Scope::Namespaced), "{}", row.id);
        } else {
            assert!(!row.groups.contains(&"*"), "{}", row.id);
        }
    }
}

#[test]
fn nodes_leases_and_the_configurations_themselves_are_never_named() {
    for forbidden in ["nodes", "leases", "certificatesigningrequests", "events", "pods/eviction"] {
        assert!(
            !entries().flat_map(|e| e.rows).any(|r| r.resources.contains(&forbidden)),
            "{forbidden}"
        );
    }
}

#[test]
fn every_subresource_of_a_stock_server_has_a_rule_or_a_reason() {
    for (group, resources) in SUBRESOURCES {
        for resource in *resources {
            assert_ne!(covers(group, resource), Coverage::Unknown, "{group}/{resource}");
        }
    }
}

#[test]
fn subresources_of_the_table_are_those_of_a_stock_server() {
    let known: BTreeSet<_> =
        SUBRESOURCES.iter().flat_map(|(g, rs)| rs.iter().map(move |r| (*g, *r))).collect();
    let own = ["namespaces/status", "namespaces/finalize", "tenants/status", "policies/status"];
    for row in entries().flat_map(|entry| entry.rows) {
        for resource in row.resources.iter().filter(|r| r.contains('/') && !own.contains(r)) {
            assert!(known.contains(&(row.groups[0], *resource)), "{resource} is served nowhere");
        }
    }
}

#[test]
fn a_subresource_nobody_knows_is_a_gap() {
    assert_eq!(covers("", "pods/teleport"), Coverage::Unknown);
    assert_eq!(covers("example.com", "widgets/status"), Coverage::Unknown);
}

#[test]
fn a_resource_nobody_names_falls_to_the_rest() {
    let rest = ["mutate/objects", "validate/objects"].map(str::to_owned).to_vec();
    assert_eq!(covers("example.com", "widgets"), Coverage::Intercepted(rest.clone()));
    assert_eq!(covers("apps", "deployments"), Coverage::Intercepted(rest.clone()));
    // The same plural in a foreign group is not exempt.
    assert_eq!(covers("example.com", "leases"), Coverage::Intercepted(rest));
}

#[test]
fn what_an_entry_names_is_not_of_the_rest() {
    let both =
        |id: &str| Coverage::Intercepted(vec![format!("mutate/{id}"), format!("validate/{id}")]);
    assert_eq!(covers("", "pods"), both("pods"));
    assert_eq!(covers("", "secrets"), both("managed"));
    assert_eq!(covers("rbac.authorization.k8s.io", "rolebindings"), both("managed"));
    let validated = |id: &str| Coverage::Intercepted(vec![format!("validate/{id}")]);
    assert_eq!(covers("", "bindings"), validated("pods"));
    assert_eq!(covers("", "pods/exec"), validated("pods"));
    assert_eq!(covers("", "serviceaccounts/token"), validated("managed"));
    assert_eq!(covers("", "namespaces"), validated("namespaces"));
    assert_eq!(covers("lessor.io", "tenants/status"), validated("tenancy"));
    assert_eq!(covers("lessor.io", "policies"), validated("tenancy"));
    assert_eq!(covers("lessor.io", "policies/status"), validated("tenancy"));
    assert_eq!(covers("lessor.io", "exemptions"), validated("exemptions"));
}

#[test]
fn exemptions_carry_their_reason() {
    assert_eq!(
        covers("", "pods/eviction"),
        Coverage::Exempt("a drain must always work; RBAC answers")
    );
    for exempt in NOT_INTERCEPTED {
        assert_eq!(covers(exempt.group, exempt.resource), Coverage::Exempt(exempt.reason));
    }
}

#[test]
fn taking_lessor_away_never_asks_lessor() {
    for id in ["tenancy", "exemptions"] {
        let own = entries().find(|e| e.id == id).unwrap();
        assert!(own.rows.iter().all(|row| !row.operations.contains(&Operation::Delete)));
    }
    let namespaces = entries().find(|e| e.id == "namespaces").unwrap();
    assert!(namespaces.rows.iter().all(|row| row.operations.contains(&Operation::Delete)));
}
