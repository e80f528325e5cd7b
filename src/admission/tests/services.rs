//! Chapter 4: Services, Endpoints and Ingress.

use serde_json::{Value, json};

use super::harness::{TENANTS, Who, ask, set, unset};
use super::world::{with_class, world};

fn service() -> Value {
    json!({"kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "ClusterIP",
        "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}})
}

#[test]
fn r22_r72_a_service_stays_inside() {
    let world = world();
    for who in TENANTS {
        ask("services").by(who).create(&service()).allowed(&world);
        for (pointer, value, reason, field) in [
            (
                "/spec/externalIPs",
                json!(["203.0.113.1"]),
                "ExternalIPForbidden",
                "spec.externalIPs",
            ),
            ("/spec/type", json!("NodePort"), "ServiceTypeForbidden", "spec.type"),
            ("/spec/type", json!("LoadBalancer"), "ServiceTypeForbidden", "spec.type"),
            ("/spec/type", json!("Tomorrow"), "ServiceTypeForbidden", "spec.type"),
            ("/spec/type", json!("ExternalName"), "ExternalNameForbidden", "spec.type"),
            (
                "/spec/externalName",
                json!("db.globex.svc"),
                "ExternalNameForbidden",
                "spec.externalName",
            ),
            (
                "/spec/ports/0/nodePort",
                json!(30000),
                "ServiceTypeForbidden",
                "spec.ports[0].nodePort",
            ),
            (
                "/spec/loadBalancerIP",
                json!("203.0.113.1"),
                "ServiceTypeForbidden",
                "spec.loadBalancerIP",
            ),
            (
                "/spec/healthCheckNodePort",
                json!(30001),
                "ServiceTypeForbidden",
                "spec.healthCheckNodePort",
            ),
            (
                "/spec/externalTrafficPolicy",
                json!("Local"),
                "ServiceTypeForbidden",
                "spec.externalTrafficPolicy",
            ),
            ("/spec/selector", json!({}), "ManualEndpointsForbidden", "spec.selector"),
            ("/spec/inventedTomorrow", json!(1), "UnknownFieldForbidden", "spec.inventedTomorrow"),
        ] {
            let bad = set(&service(), pointer, value);
            ask("services").by(who).create(&bad).denied(&world, reason, field);
            ask("services").by(who).update(&service(), &bad).denied(&world, reason, field);
            ask("services").by(who).namespace("open").create(&bad).allowed(&world);
        }
        let none = unset(&service(), "/spec/selector");
        ask("services").by(who).create(&none).denied(
            &world,
            "ManualEndpointsForbidden",
            "spec.selector",
        );
        let routed = set(
            &service(),
            "/status",
            json!({"loadBalancer": {"ingress": [{"ip": "203.0.113.1"}]}}),
        );
        ask("services/status").by(who).update(&service(), &routed).denied(
            &world,
            "ExternalIPForbidden",
            "status.loadBalancer.ingress",
        );
        ask("services/status")
            .by(Who::Controller("service-controller"))
            .update(&service(), &routed)
            .allowed(&world);
    }
    let opened = with_class(&json!({"serviceTypes": ["NodePort"]}));
    ask("services").create(&set(&service(), "/spec/type", json!("NodePort"))).allowed(&opened);
}

#[test]
fn r22_addresses_are_the_platforms() {
    let world = world();
    let endpoints = json!({"kind": "Endpoints", "metadata": {"name": "web"},
        "subsets": [{"addresses": [{"ip": "10.0.0.1"}]}]});
    let slice = json!({"kind": "EndpointSlice", "metadata": {"name": "web-x", "labels":
        {"kubernetes.io/service-name": "gateway"}}, "addressType": "FQDN", "endpoints": [{"addresses": ["127.0.0.1"]}]});
    for (resource, object, field) in [
        ("endpoints", &endpoints, "subsets"),
        ("discovery.k8s.io/endpointslices", &slice, "endpoints"),
    ] {
        for who in [Who::Admin, Who::Account, Who::Administrator, Who::Node("n")] {
            ask(resource).by(who).create(object).denied(&world, "ManualEndpointsForbidden", field);
            ask(resource).by(who).update(object, object).denied(
                &world,
                "ManualEndpointsForbidden",
                field,
            );
            ask(resource).by(who).delete(object).allowed(&world);
        }
        ask(resource)
            .by(Who::Controller("endpointslice-controller"))
            .create(object)
            .allowed(&world);
    }
}

#[test]
fn an_ingress_names_no_secret_of_other_workloads() {
    let world = world();
    let ingress = |secret: &str| {
        json!({"kind": "Ingress", "metadata": {"name": "web"}, "spec": {
        "rules": [{"host": "acme.example.com"}], "tls": [{"hosts": ["acme.example.com"], "secretName": secret}]}})
    };
    ask("networking.k8s.io/ingresses").create(&ingress("own")).allowed(&world);
    ask("networking.k8s.io/ingresses").create(&ingress("db")).denied(
        &world,
        "SecretNotGranted",
        "spec.tls[0].secretName",
    );
}

#[test]
fn r23_r73_r78_an_ingress_takes_no_names_and_configures_no_gateway() {
    let world = world();
    let good = json!({"kind": "Ingress", "metadata": {"name": "web", "annotations":
        {"nginx.ingress.kubernetes.io/proxy-body-size": "8m", "example.com/note": "any; {text}"}},
        "spec": {"rules": [{"host": "acme.example.com", "http": {"paths": [{"path": "/a", "pathType": "Prefix"}]}}]}});
    let door = || ask("networking.k8s.io/ingresses");
    door().create(&good).allowed(&world);
    let annotation =
        |name: &str| format!("/metadata/annotations/nginx.ingress.kubernetes.io~1{name}");
    let named = |name: &str| format!("metadata.annotations[nginx.ingress.kubernetes.io/{name}]");
    let mut cases = vec![
        (
            "/spec/rules/0/host".to_owned(),
            json!(""),
            "HostnameMissing",
            "spec.rules[0].host".to_owned(),
        ),
        (
            "/spec/rules/0/host".to_owned(),
            json!(null),
            "HostnameMissing",
            "spec.rules[0].host".to_owned(),
        ),
        (
            "/spec/rules/0/host".to_owned(),
            json!("*.example.com"),
            "HostnameNotOwned",
            "spec.rules[0].host".to_owned(),
        ),
        (
            "/spec/defaultBackend".to_owned(),
            json!({"service": {"name": "a"}}),
            "HostnameMissing",
            "spec.defaultBackend".to_owned(),
        ),
        (
            "/spec/rules/0/http/paths/0/path".to_owned(),
            json!("/a {\n} x"),
            "AnnotationForbidden",
            "spec.rules[0].http.paths[0].path".to_owned(),
        ),
    ];
    for name in [
        "configuration-snippet",
        "server-snippet",
        "auth-url",
        "auth-tls-match-cn",
        "mirror-target",
        "permanent-redirect",
    ] {
        cases.push((annotation(name), json!("x"), "AnnotationForbidden", named(name)));
    }
    cases.push((
        annotation("proxy-body-size"),
        json!("8m;\n}"),
        "AnnotationForbidden",
        named("proxy-body-size"),
    ));
    for (pointer, value, reason, field) in cases {
        let bad = set(&good, &pointer, value);
        for who in [Who::Admin, Who::Account, Who::Administrator] {
            door().by(who).create(&bad).denied(&world, reason, &field);
            door().by(who).update(&good, &bad).denied(&world, reason, &field);
            door()
                .by(who)
                .update(&bad, &set(&bad, "/metadata/labels", json!({"a": "b"})))
                .allowed(&world);
            door().by(who).namespace("open").create(&bad).allowed(&world);
        }
    }
}
