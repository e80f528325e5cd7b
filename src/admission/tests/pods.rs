//! Chapter 5: what a Pod may be, and what it is given.

use serde_json::{Value, json};

use super::harness::{Ask, REPLICASETS, Who, ask, set, unset};
use super::world::{custom, with_class, with_tenant, world};
use crate::snapshot::{Change, ManagedKind};

/// A Pod as a tenant writes it: it says nothing about security.
pub(super) fn pod() -> Value {
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "acme", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "a", "image": "registry.example/a:1"}]}})
}

/// The same as it is stored.
pub(super) fn stored() -> Value {
    create(&pod()).stored(&world())
}

fn create(pod: &Value) -> Ask {
    ask("pods").create(pod)
}

#[test]
fn a_plain_pod_is_completed_and_allowed() {
    let world = world();
    for who in [Who::Admin, Who::Account, Who::Administrator, REPLICASETS] {
        create(&pod()).by(who).allowed(&world);
    }
    let stored = stored();
    assert_eq!(stored["metadata"]["labels"]["lessor.io/tenant"], "acme");
    assert_eq!(stored["spec"]["containers"][0]["imagePullPolicy"], "Always");
    assert_eq!(stored["spec"]["automountServiceAccountToken"], false);
}

#[test]
fn a_pod_without_a_spec_is_not_vacuously_secure() {
    let world = world();
    for spec in [Value::Null, json!("text"), json!([])] {
        let mut pod = set(&pod(), "/spec", spec);
        pod["metadata"]["labels"]["lessor.io/tenant"] = json!("acme");
        create(&pod).denied(&world, "PodSecurityViolation", "spec");
    }
    create(&unset(&pod(), "/spec")).denied(&world, "PodSecurityViolation", "spec");
}

#[test]
fn a_managed_label_exempts_no_pod() {
    let world = world();
    let managed = set(
        &set(&pod(), "/metadata/labels/lessor.io~1managed", json!("true")),
        "/spec/hostNetwork",
        json!(true),
    );
    for who in [Who::Administrator, Who::Admin, REPLICASETS] {
        let decision =
            create(&managed).by(who).decision(&world, crate::admission::Phase::Validating);
        assert!(decision.violations.iter().any(|v| v.rule == "pods/security"), "{who:?}");
    }
}

#[test]
fn r66_no_pod_before_isolation() {
    let world = world();
    let fresh = set(&pod(), "/metadata/namespace", json!("fresh"));
    for who in [Who::Admin, REPLICASETS, Who::Administrator, Who::Lessor] {
        create(&fresh).by(who).namespace("fresh").denied(
            &world,
            "IsolationNotReady",
            "metadata.namespace",
        );
    }
    for (kind, name) in [
        (ManagedKind::NetworkPolicy, "lessor-default-deny"),
        (ManagedKind::ResourceQuota, "lessor-quota"),
        (ManagedKind::LimitRange, "lessor-limits"),
    ] {
        let mut world = world.clone();
        let (namespace, name) = ("acme".to_owned(), name.to_owned());
        world.apply(Change::Managed { kind, namespace, name, exists: false });
        create(&pod()).denied(&world, "IsolationNotReady", "metadata.namespace");
        // What is not a Pod does not wait.
        ask("configmaps")
            .create(&json!({"kind": "ConfigMap", "metadata": {"name": "a"}}))
            .allowed(&world);
    }
}

#[test]
fn r16_a_missing_context_is_an_error_inside_and_nothing_outside() {
    let (world, empty) = (world(), super::world::unsynced());
    create(&pod()).denied(&empty, "TenancyContextUnavailable", "metadata.namespace");
    create(&pod()).namespace("unseen").denied(
        &world,
        "TenancyContextUnavailable",
        "metadata.namespace",
    );
    create(&pod()).namespace("kube-system").allowed(&empty);
    create(&set(&pod(), "/spec/hostPID", json!(true))).namespace("open").allowed(&world);
    // A namespace of the same name with another UID is another namespace.
    let mut reborn = world.clone();
    let view = crate::snapshot::NamespaceView {
        uid: "other".to_owned(),
        ..world.namespace("acme").unwrap().as_ref().clone()
    };
    reborn.apply(crate::snapshot::Change::Namespace(view));
    create(&pod()).denied(&reborn, "NamespaceForeign", "metadata.namespace");
}

#[test]
fn r44_a_pod_runs_where_its_tenant_does() {
    let class = json!({"nodePools": [{"name": "gold", "nodeSelector": {"pool": "gold"},
        "tolerations": [{"key": "pool", "value": "gold", "effect": "NoSchedule"}]},
        {"name": "silver", "nodeSelector": {"pool": "silver"}}],
        "runtimeClasses": ["gvisor"], "priorityClasses": ["low"]});
    let world =
        custom(&class, &json!({"isolation": {"nodePool": "gold", "runtimeClassName": "gvisor"}}));
    create(&pod()).allowed(&world);
    create(&set(&pod(), "/spec/priorityClassName", json!("low"))).allowed(&world);
    for (field, value, at) in [
        ("nodeName", json!("n1"), "spec.nodeName"),
        ("nodeSelector", json!({"pool": "silver"}), "spec.nodeSelector.pool"),
        (
            "nodeSelector",
            json!({"kubernetes.io/hostname": "n1"}),
            "spec.nodeSelector[kubernetes.io/hostname]",
        ),
        ("schedulerName", json!("mine"), "spec.schedulerName"),
        ("priorityClassName", json!("system-cluster-critical"), "spec.priorityClassName"),
        ("runtimeClassName", json!("runc"), "spec.runtimeClassName"),
        (
            "resourceClaims",
            json!([{"name": "gpu", "resourceClaimName": "x"}]),
            "spec.resourceClaims",
        ),
        ("tolerations", json!([{"operator": "Exists"}]), "spec.tolerations[0]"),
        ("tolerations", json!([{"key": "pool", "operator": "Exists"}]), "spec.tolerations[0]"),
    ] {
        create(&set(&pod(), &format!("/spec/{field}"), value)).denied(
            &world,
            "SchedulingForbidden",
            at,
        );
    }
    let affinity = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
        {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]}]}}});
    create(&set(&pod(), "/spec/affinity", affinity)).denied(&world, "SchedulingForbidden",
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields");
}

#[test]
fn r82_volumes_are_of_listed_types() {
    // At baseline only the type rule speaks; at restricted Pod Security leads.
    let baseline =
        custom(&json!({"podSecurity": {"minimum": "baseline", "default": "baseline"}}), &json!({}));
    let volume = |source: &str| json!([{"name": "v", source: {"driver": "x", "path": "/"}}]);
    for source in [
        "local",
        "gitRepo",
        "nfs",
        "iscsi",
        "rbd",
        "cephfs",
        "glusterfs",
        "flexVolume",
        "inventedTomorrow",
        "image",
    ] {
        let pod = set(&pod(), "/spec/volumes", volume(source));
        let decision = create(&pod).decision(&baseline, crate::admission::Phase::Mutating);
        let wanted =
            (crate::names::Reason::VolumeTypeForbidden, format!("spec.volumes[0].{source}"));
        assert!(super::harness::reasons(&decision).contains(&wanted), "{source}: {decision:?}");
    }
    let host = set(&stored(), "/spec/volumes", json!([{"name": "v", "hostPath": {"path": "/"}}]));
    for world in [&baseline, &world()] {
        create(&host).denied(world, "PodSecurityViolation", "spec.volumes[0].hostPath");
        let decision = create(&host).decision(world, crate::admission::Phase::Mutating);
        let wanted =
            (crate::names::Reason::VolumeTypeForbidden, "spec.volumes[0].hostPath".to_owned());
        assert!(super::harness::reasons(&decision).contains(&wanted));
    }
    let csi =
        set(&pod(), "/spec/volumes", json!([{"name": "v", "csi": {"driver": "secrets.example"}}]));
    create(&csi).denied(&world(), "VolumeTypeForbidden", "spec.volumes[0].csi.driver");
    create(&csi).allowed(&with_class(&json!({"csiDrivers": ["secrets.example"]})));
    let ephemeral = |class: &str| {
        set(
            &pod(),
            "/spec/volumes",
            json!([{"name": "v", "ephemeral":
        {"volumeClaimTemplate": {"spec": {"storageClassName": class}}}}]),
        )
    };
    create(&ephemeral("standard")).allowed(&world());
    create(&ephemeral("")).denied(
        &world(),
        "StorageClassForbidden",
        "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.storageClassName",
    );
}

#[test]
fn r83_images_do_not_come_from_the_nodes_cache() {
    let world = world();
    for policy in ["Never", "IfNotPresent"] {
        let pod = set(&pod(), "/spec/containers/0/imagePullPolicy", json!(policy));
        create(&pod).allowed(&world);
        assert_eq!(
            create(&pod).stored(&world)["spec"]["containers"][0]["imagePullPolicy"],
            "Always"
        );
        let stored = set(&stored(), "/spec/containers/0/imagePullPolicy", json!(policy));
        let found = create(&stored).decision(&world, crate::admission::Phase::Validating);
        assert_eq!(found.leading().unwrap().reason.as_str(), "ImagePullPolicyForbidden");
    }
}

#[test]
fn r32_r86_what_a_later_webhook_changed_is_judged_again() {
    let world = world();
    let validate = |pod: &Value| create(pod).decision(&world, crate::admission::Phase::Validating);
    assert!(validate(&stored()).allowed());
    for (pointer, reason) in [
        ("/metadata/labels/lessor.io~1tenant", "InjectionMissing"),
        ("/spec/securityContext", "PodSecurityViolation"),
        ("/spec/containers/0/imagePullPolicy", "ImagePullPolicyForbidden"),
    ] {
        let found = validate(&unset(&stored(), pointer));
        assert_eq!(found.leading().unwrap().reason.as_str(), reason);
    }
    let api = create(&set(&pod(), "/metadata/labels/app", json!("api"))).stored(&world);
    assert!(validate(&api).allowed());
    let found = validate(&set(&api, "/spec/containers/0/volumeMounts", json!([])));
    assert_eq!(found.leading().unwrap().reason.as_str(), "InjectionMissing");
}

#[test]
fn r85_a_marker_of_injection_is_ignored() {
    let world = world();
    let marked = set(
        &set(&pod(), "/metadata/labels/app", json!("api")),
        "/metadata/annotations",
        json!({"vault.hashicorp.com/agent-inject-status": "injected"}),
    );
    let stored = create(&marked).stored(&world);
    assert_eq!(stored["spec"]["containers"][0]["volumeMounts"][0]["mountPath"], "/etc/db");
    create(&set(&marked, "/metadata/labels/lessor.io~1injected", json!("true"))).denied(
        &world,
        "ReservedKeyForbidden",
        "metadata.labels[lessor.io/injected]",
    );
}

#[test]
fn r84_an_unlimited_empty_dir_warns() {
    let world = with_tenant(&json!({}));
    let warned = create(&set(&pod(), "/spec/volumes", json!([{"name": "v", "emptyDir": {}}])))
        .allowed(&world);
    assert!(warned.iter().any(|w| w.contains("sizeLimit")), "{warned:?}");
    let quiet = create(&set(
        &pod(),
        "/spec/volumes",
        json!([{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}]),
    ))
    .allowed(&world);
    assert!(!quiet.iter().any(|w| w.contains("sizeLimit")));
}
