use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::api::ServiceType;
use crate::isolation::kinds_fixtures::{World, any_caller, any_object, by, change, verdicts};
use crate::isolation::{Caller, Change, Operation};

fn service(spec: Value) -> Value {
    let mut service = json!({"kind": "Service", "metadata": {"name": "web"}});
    service["spec"] = spec;
    service
}

fn judged(types: &[ServiceType], change: &Change) -> Vec<String> {
    let mut world = World::new();
    world.class.service_types = types.to_vec();
    verdicts(|out| judge(&world.context(), change, out))
}

/// Judges a Service that gets these fields beside an ordinary spec, by CREATE
/// and by UPDATE from an ordinary one, which must agree.
fn with(types: &[ServiceType], fields: Value) -> Vec<String> {
    let plain = json!({"type": "ClusterIP", "selector": {"app": "web"}, "ports": [{"port": 80}]});
    let mut spec = plain.clone();
    let Value::Object(fields) = fields else { panic!("fields of a spec") };
    for (name, value) in fields {
        spec[name] = value;
    }
    let (old, new) = (service(plain), service(spec));
    let created = judged(types, &change("services", None, Some(&new)));
    assert_eq!(created, judged(types, &change("services", Some(&old), Some(&new))));
    created
}

#[test]
fn a_service_stands_for_own_pods_inside_the_cluster() {
    assert!(with(&[], json!({})).is_empty());
    assert!(with(&[], json!({"clusterIP": "None", "type": null})).is_empty());
    let nothing = json!({"externalIPs": [], "externalName": "", "loadBalancerIP": null,
        "healthCheckNodePort": 0, "ports": [{"port": 80, "nodePort": 0}]});
    assert!(with(&[], nothing).is_empty());
    assert_eq!(
        with(&[], json!({"externalIPs": ["192.0.2.1"]})),
        ["ExternalIPForbidden spec.externalIPs"]
    );
    for selector in [json!(null), json!({})] {
        assert_eq!(
            with(&[], json!({"selector": selector})),
            ["ManualEndpointsForbidden spec.selector"]
        );
    }
    let bare = json!({"kind": "Service", "metadata": {"name": "web"}});
    assert_eq!(
        judged(&[], &change("services", None, Some(&bare))),
        ["ManualEndpointsForbidden spec.selector"]
    );
}

#[test]
fn types_are_the_classes() {
    use ServiceType::{LoadBalancer, NodePort};
    for (kind, name) in [(NodePort, "NodePort"), (LoadBalancer, "LoadBalancer")] {
        assert_eq!(with(&[], json!({"type": name})), ["ServiceTypeForbidden spec.type"]);
        assert!(
            with(
                &[kind],
                json!({"type": name, "ports": [{"port": 80, "nodePort": 30000}],
            "externalTrafficPolicy": "Local"})
            )
            .is_empty()
        );
    }
    assert_eq!(
        with(&[NodePort], json!({"type": "LoadBalancer"})),
        ["ServiceTypeForbidden spec.type"]
    );
    assert_eq!(with(&[], json!({"type": "Future"})), ["ServiceTypeForbidden spec.type"]);
    assert_eq!(with(&[], json!({"type": 1})), ["ServiceTypeForbidden spec.type"]);
}

#[test]
fn fields_of_other_types_are_refused() {
    use ServiceType::{LoadBalancer, NodePort};
    for field in ["healthCheckNodePort", "loadBalancerIP", "loadBalancerClass"] {
        let fields = json!({field: "1"});
        assert_eq!(
            with(&[NodePort], fields.clone()),
            [format!("ServiceTypeForbidden spec.{field}")]
        );
        assert!(with(&[LoadBalancer], fields).is_empty());
    }
    assert_eq!(
        with(&[], json!({"externalTrafficPolicy": "Local"})),
        ["ServiceTypeForbidden spec.externalTrafficPolicy"]
    );
    assert!(with(&[], json!({"externalTrafficPolicy": "Cluster"})).is_empty(), "the default");
    let ports = json!({"ports": [{"port": 80}, {"port": 81, "nodePort": 30001}]});
    assert_eq!(with(&[], ports.clone()), ["ServiceTypeForbidden spec.ports[1].nodePort"]);
    assert!(with(&[NodePort], ports).is_empty());
}

#[test]
fn aliases_are_the_classes() {
    let alias = json!({"type": "ExternalName", "externalName": "a.example", "selector": null});
    assert_eq!(with(&[], alias.clone()), ["ExternalNameForbidden spec.type"]);
    assert!(with(&[ServiceType::ExternalName], alias).is_empty());
    let inside = json!({"type": "ExternalName", "externalName": "db.globex.svc"});
    assert_eq!(
        with(&[ServiceType::ExternalName], inside),
        ["ExternalNameForbidden spec.externalName"]
    );
    assert_eq!(
        with(&[], json!({"externalName": "a.example"})),
        ["ExternalNameForbidden spec.externalName"]
    );
}

#[test]
fn unknown_fields_are_refused() {
    assert_eq!(with(&[], json!({"tunnel": true})), ["UnknownFieldForbidden spec.tunnel"]);
    assert_eq!(
        with(&[], json!({"ports": [{"port": 80, "hole": 1}]})),
        ["UnknownFieldForbidden spec.ports[0].hole"]
    );
}

#[test]
fn load_balancer_states_are_the_platforms() {
    let old = service(json!({}));
    let mut new = old.clone();
    new["status"] = json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}});
    let write = change("services/status", Some(&old), Some(&new));
    assert_eq!(judged(&[], &write), ["ExternalIPForbidden status.loadBalancer.ingress"]);
    assert!(judged(&[], &by(write, Caller::Platform, "service-controller")).is_empty());
    assert!(judged(&[], &change("services/status", Some(&new), Some(&new))).is_empty());
    assert!(judged(&[], &change("services/status", Some(&new), Some(&old))).is_empty());
}

#[test]
fn addresses_are_the_platforms() {
    let object = json!({"metadata": {"name": "web"}});
    for (resource, field) in
        [("endpoints", "subsets"), ("discovery.k8s.io/endpointslices", "endpoints")]
    {
        for old in [None, Some(&object)] {
            let write = change(resource, old, Some(&object));
            assert_eq!(judged(&[], &write), [format!("ManualEndpointsForbidden {field}")]);
            assert!(
                judged(&[], &by(write, Caller::Platform, "endpointslice-controller")).is_empty()
            );
        }
        assert!(judged(&[], &change(resource, Some(&object), None)).is_empty());
    }
}

#[test]
fn the_service_proxy_is_closed() {
    let options = json!({"kind": "ServiceProxyOptions", "path": "/"});
    let mut connect = change("services/proxy", None, Some(&options));
    connect.operation = Operation::Connect;
    assert_eq!(judged(&[], &connect), ["ConnectForbidden path"]);
    assert_eq!(judged(&[], &by(connect, Caller::Administrator, "root")), ["ConnectForbidden path"]);
    assert!(judged(&[], &by(connect, Caller::Lessor, "lessor")).is_empty());
}

#[test]
fn an_ingress_names_no_granted_secret() {
    let ingress = |secret: &str| json!({"spec": {"tls": [{"hosts": []}, {"secretName": secret}], "ingressClassName": "x"}});
    let judge =
        |object: &Value| judged(&[], &change("networking.k8s.io/ingresses", None, Some(object)));
    assert_eq!(judge(&ingress("db-password")), ["SecretNotGranted spec.tls[1].secretName"]);
    assert!(judge(&ingress("registry")).is_empty(), "distributed to every workload");
    assert!(judge(&ingress("own-tls")).is_empty());
    assert_eq!(judge(&json!({"spec": {"raw": 1}})), ["UnknownFieldForbidden spec.raw"]);
}

#[test]
fn a_forbidden_service_can_still_go() {
    let mut old = service(json!({"type": "LoadBalancer", "selector": {"a": "b"}}));
    old["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    old["metadata"]["finalizers"] = json!(["service.kubernetes.io/load-balancer-cleanup"]);
    let mut new = old.clone();
    new["metadata"]["finalizers"] = json!([]);
    assert!(judged(&[], &change("services", Some(&old), Some(&new))).is_empty());
    new["spec"]["externalIPs"] = json!(["192.0.2.1"]);
    assert_eq!(judged(&[], &change("services", Some(&old), Some(&new))).len(), 2);
    assert!(judged(&[], &change("services", Some(&old), None)).is_empty());
}

const NAMES: &[&str] = &[
    "metadata",
    "spec",
    "status",
    "type",
    "selector",
    "ports",
    "nodePort",
    "externalIPs",
    "tls",
    "secretName",
    "ClusterIP",
    "ExternalName",
    "loadBalancer",
    "externalName",
    "db-password",
];

proptest! {
    #[test]
    fn no_input_panics(
        old in prop::option::of(any_object(NAMES)),
        new in prop::option::of(any_object(NAMES)),
        caller in any_caller(),
        resource in prop::sample::select(
            &["services", "services/status", "endpoints", "networking.k8s.io/ingresses"][..]),
    ) {
        judged(&[], &by(change(resource, old.as_ref(), new.as_ref()), caller, "x"));
    }

    #[test]
    fn whatever_else_it_says_external_ips_are_refused(spec in any_object(NAMES)) {
        let mut new = service(spec);
        prop_assume!(new["spec"].is_object());
        new["spec"]["externalIPs"] = json!(["192.0.2.1"]);
        let found = judged(
            &[ServiceType::LoadBalancer, ServiceType::NodePort, ServiceType::ExternalName],
            &change("services", None, Some(&new)),
        );
        prop_assert!(found.contains(&"ExternalIPForbidden spec.externalIPs".to_owned()));
    }
}
