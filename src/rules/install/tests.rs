//! The manifests are complete, in order, and the same every time.

use serde_json::{Value, json};

use super::*;
use crate::rules::to_yaml;

fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> Option<&'a Value> {
    objects.iter().find(|o| o["kind"] == kind && o["metadata"]["name"] == name)
}

fn position(objects: &[Value], kind: &str) -> usize {
    objects.iter().position(|o| o["kind"] == kind).unwrap()
}

fn container<'a>(objects: &'a [Value], deployment: &str) -> &'a Value {
    let deployment = find(objects, "Deployment", deployment).unwrap();
    &deployment["spec"]["template"]["spec"]["containers"][0]
}

#[test]
fn workloads_and_their_fence_are_as_recorded() {
    let install = Install {
        certificates: Certificates::CertManager,
        dns: vec!["169.254.20.10/32".to_owned()],
        monitoring_namespace: Some("monitoring".to_owned()),
        ..Install::default()
    };
    let kinds = [
        "Service",
        "ResourceQuota",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "Issuer",
        "Certificate",
        "Deployment",
        "TenantClass",
    ];
    let shown: Vec<_> = manifests(&install)
        .into_iter()
        .filter(|o| kinds.contains(&o["kind"].as_str().unwrap()))
        .collect();
    insta::assert_snapshot!("workloads", to_yaml(&shown));
}

#[test]
fn definitions_are_as_recorded() {
    let definitions = stages(&Install::default()).remove(0);
    insta::assert_snapshot!("definitions", to_yaml(&definitions.objects));
}

#[test]
fn the_same_settings_give_the_same_bytes() {
    let install = Install::default();
    assert_eq!(to_yaml(&manifests(&install)), to_yaml(&manifests(&install.clone())));
}

#[test]
fn nothing_is_null_and_everything_is_named_and_labelled() {
    for object in manifests(&Install::default()) {
        for field in ["apiVersion", "kind"] {
            assert!(object[field].is_string(), "{object}");
        }
        assert!(object["metadata"]["name"].is_string());
        assert_eq!(object["metadata"]["labels"]["app.kubernetes.io/name"], "lessor", "{object}");
        assert!(!object.to_string().contains(":null"), "{object}");
    }
}

#[test]
fn what_others_rely_on_comes_first() {
    let objects = manifests(&Install { configurations: true, ..Install::default() });
    let order = [
        "Namespace",
        "CustomResourceDefinition",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ClusterRole",
        "Service",
        "NetworkPolicy",
        "Deployment",
        "TenantClass",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    ];
    let positions = order.map(|kind| position(&objects, kind));
    assert!(positions.is_sorted(), "{positions:?}");
    assert!(position(&objects, "ServiceAccount") < position(&objects, "Deployment"));
}

#[test]
fn definitions_carry_no_format_that_the_api_server_warns_of() {
    let objects = stages(&Install::default()).remove(0).objects;
    let crd = find(&objects, "CustomResourceDefinition", "tenants.lessor.io").unwrap();
    assert!(!crd.to_string().contains("\"uint"));
    let ports = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/isolation\
                 /properties/network/properties/ingressFrom/items/properties/ports/items";
    assert_eq!(crd.pointer(ports).unwrap()["maximum"].as_f64(), Some(65535.0));
}

#[test]
fn configurations_and_workloads_can_be_left_out() {
    let install = Install { workloads: false, ..Install::default() };
    let objects = manifests(&install);
    for kind in ["Deployment", "Service", "NetworkPolicy", "ValidatingWebhookConfiguration"] {
        assert!(!objects.iter().any(|o| o["kind"] == kind), "{kind}");
    }
    assert!(find(&objects, "TenantClass", "default").is_some());
    let all = manifests(&Install { configurations: true, ..Install::default() });
    assert!(find(&all, "ValidatingWebhookConfiguration", "lessor").is_some());
    assert!(find(&all, "Service", "lessor-webhook").is_some());
}

#[test]
fn arguments_are_the_settings() {
    let install = Install {
        pod_cidrs: vec!["10.244.0.0/16".to_owned(), "fd00::/48".to_owned()],
        service_cidrs: vec!["10.96.0.0/12".to_owned()],
        node_cidrs: vec!["192.168.0.0/16".to_owned()],
        dns: vec!["169.254.20.10/32".to_owned()],
        platform_users: vec!["system:cloud".to_owned()],
        service_port: 9443,
        ..Install::default()
    };
    let objects = manifests(&install);
    let controller = &container(&objects, "lessor-controller")["args"];
    assert_eq!(controller.as_array().unwrap().last().unwrap(), "--webhook-port=9443");
    assert_eq!(
        container(&objects, "lessor-webhook")["args"],
        json!([
            "webhook",
            "--namespace=lessor-system",
            "--secret-source-namespace=lessor-secrets",
            "--certs=self",
            "--pod-cidr=10.244.0.0/16",
            "--pod-cidr=fd00::/48",
            "--service-cidr=10.96.0.0/12",
            "--node-cidr=192.168.0.0/16",
            "--dns=169.254.20.10/32",
            "--platform-caller=system:cloud",
        ])
    );
    let defaults = manifests(&Install::default());
    assert_eq!(container(&defaults, "lessor-controller")["args"].as_array().unwrap().len(), 4);
}

#[test]
fn certificates_are_mounted_unless_the_controller_issues_them() {
    for (certificates, mounted, issued) in [
        (Certificates::SelfManaged, false, false),
        (Certificates::Files, true, false),
        (Certificates::CertManager, true, true),
    ] {
        let objects = manifests(&Install { certificates, ..Install::default() });
        let mounts = &container(&objects, "lessor-webhook")["volumeMounts"];
        assert_eq!(mounts.is_array(), mounted, "{certificates:?}");
        assert_eq!(objects.iter().any(|o| o["kind"] == "Certificate"), issued, "{certificates:?}");
    }
}

#[test]
fn the_default_class_grants_nothing_beyond_itself() {
    let class = default_class().spec;
    assert!(class.peers.is_empty() && class.secrets.is_empty() && class.service_types.is_empty());
    assert!(class.egress.cidrs.is_empty() && class.allowed_kinds.is_empty());
    assert!(class.runtime_classes.is_empty() && class.priority_classes.is_empty());
    assert_eq!(class.pod_security.minimum.as_str(), "restricted");
    // A quota on requests refuses Pods without; the limits supply them.
    for resource in ["cpu", "memory"] {
        assert!(class.quota.contains_key(&format!("requests.{resource}")));
        assert!(class.limits.default_request.contains_key(resource));
    }
}
