//! Chapter 2: subresources, versions, CONNECT, and kinds nobody named.

use serde_json::{Value, json};

use super::harness::{REPLICASETS, TENANTS, Who, ask, set};
use super::pods::{pod, stored};
use super::world::{with_class, with_tenant, world};
use crate::admission::{User, offline};

const TENANT: &str = "metadata.labels[lessor.io/tenant]";

#[test]
fn r53_a_pods_status_keeps_its_identity() {
    let (world, old) = (world(), stored());
    for door in ["pods", "pods/status"] {
        for who in [Who::Admin, Who::Account, Who::Node("n1"), REPLICASETS] {
            let moved = set(&old, "/metadata/labels/lessor.io~1tenant", json!("globex"));
            ask(door).by(who).update(&old, &moved).denied(&world, "TenantIdentityMismatch", TENANT);
            let claimed = set(&old, "/metadata/labels/lessor.io~1service", json!("db"));
            ask(door).by(who).update(&old, &claimed).denied(
                &world,
                "TenantIdentityMismatch",
                "metadata.labels[lessor.io/service]",
            );
            let plain = set(&old, "/metadata/labels/app", json!("other"));
            ask(door).by(who).update(&old, &plain).allowed(&world);
        }
    }
    let ready = set(&old, "/status", json!({"phase": "Running"}));
    ask("pods/status").by(Who::Node("n1")).update(&old, &ready).allowed(&world);
}

#[test]
fn r54_only_the_scheduler_binds() {
    let world = world();
    let binding = json!({"kind": "Binding", "metadata": {"name": "web"}, "target": {"kind": "Node", "name": "n1"}});
    let stranger = Who::Controller("x");
    for door in ["pods/binding", "bindings"] {
        for who in [Who::Admin, Who::Account, Who::Node("n1"), Who::Administrator, stranger] {
            ask(door).by(who).create(&binding).denied(&world, "SubresourceForbidden", "target");
        }
        // A platform may run its controllers under one identity.
        ask(door).by(REPLICASETS).create(&binding).allowed(&world);
        let zone = set(&binding, "/metadata/labels", json!({"topology.kubernetes.io/zone": "a"}));
        ask(door).by(REPLICASETS).create(&zone).allowed(&world);
        for key in ["lessor.io/tenant", "lessor.io/service"] {
            let claims = set(&binding, "/metadata/labels", json!({key: "acme"}));
            ask(door).by(REPLICASETS).create(&claims).denied(
                &world,
                "TenantIdentityMismatch",
                &format!("metadata.labels[{key}]"),
            );
        }
    }
}

#[test]
fn r55_r56_r59_every_door_to_a_pod_judges_the_whole_pod() {
    let (world, old) = (world(), stored());
    let debug = |fields: &Value| {
        let mut container = json!({"name": "debug", "image": "i"});
        super::world::merge(&mut container, fields);
        set(&old, "/spec/ephemeralContainers", json!([container]))
    };
    let door = || ask("pods/ephemeralcontainers");
    door().update(&old, &debug(&json!({}))).allowed(&world);
    door().update(&old, &debug(&json!({"securityContext": {"privileged": true}}))).denied(
        &world,
        "PodSecurityViolation",
        "spec.ephemeralContainers[0].securityContext.privileged",
    );
    door().update(&old, &debug(&json!({"envFrom": [{"secretRef": {"name": "db"}}]}))).denied(
        &world,
        "SecretNotGranted",
        "spec.ephemeralContainers[0].envFrom[0].secretRef.name",
    );
    door().update(&old, &debug(&json!({"inventedTomorrow": true}))).denied(
        &world,
        "UnknownFieldForbidden",
        "spec.ephemeralContainers[0].inventedTomorrow",
    );
    for subresource in ["pods/resize", "pods/tomorrow", "pods"] {
        let privileged = set(&old, "/spec/containers/0/securityContext/privileged", json!(true));
        ask(subresource).update(&old, &privileged).denied(
            &world,
            "PodSecurityViolation",
            "spec.containers[0].securityContext.privileged",
        );
        let resized = set(&old, "/spec/containers/0/resources", json!({"limits": {"cpu": "1"}}));
        ask(subresource).update(&old, &resized).allowed(&world);
    }
    ask("pods/tomorrow").create(&json!({"kind": "Tomorrow"})).denied(
        &world,
        "SubresourceForbidden",
        "",
    );
    // Metadata alone: a profile by annotation is not slipped in afterwards.
    let unconfined = set(
        &old,
        "/metadata/annotations",
        json!({"container.apparmor.security.beta.kubernetes.io/a": "unconfined"}),
    );
    ask("pods").update(&old, &unconfined).denied(
        &world,
        "PodSecurityViolation",
        "metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]",
    );
    ask("pods/status").update(&old, &unconfined).denied(
        &world,
        "PodSecurityViolation",
        "metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]",
    );
    let annotated = set(&old, "/metadata/annotations", json!({"a": "b"}));
    ask("pods").update(&old, &annotated).allowed(&world);
}

#[test]
fn r41_r57_a_suspended_tenant_stays_down() {
    let suspended = with_tenant(&json!({"suspended": true}));
    let scale = |replicas: i64| json!({"kind": "Scale", "metadata": {"name": "web"}, "spec": {"replicas": replicas}});
    for door in [
        "apps/deployments/scale",
        "apps/replicasets/scale",
        "apps/statefulsets/scale",
        "replicationcontrollers/scale",
    ] {
        for who in
            [Who::Admin, Who::Account, Who::Controller("horizontal-pod-autoscaler"), Who::Node("n")]
        {
            ask(door).by(who).update(&scale(0), &scale(3)).denied(
                &suspended,
                "TenantSuspended",
                "spec.replicas",
            );
        }
        ask(door).update(&scale(3), &scale(0)).allowed(&suspended);
        ask(door).update(&scale(0), &scale(3)).allowed(&world());
    }
    let new = set(&stored(), "/spec/ephemeralContainers", json!([{"name": "debug", "image": "i"}]));
    ask("pods/ephemeralcontainers").update(&stored(), &new).denied(
        &suspended,
        "TenantSuspended",
        "",
    );
    for door in ["pods/exec", "pods/attach", "pods/portforward"] {
        ask(door).connect(&json!({"kind": "PodExecOptions"})).denied(
            &suspended,
            "TenantSuspended",
            "",
        );
    }
    for who in [Who::Admin, REPLICASETS, Who::Administrator] {
        ask("pods").by(who).create(&pod()).denied(
            &suspended,
            "TenantSuspended",
            "metadata.namespace",
        );
    }
    ask("pods/eviction")
        .create(&json!({"kind": "Eviction", "metadata": {"name": "web"}}))
        .allowed(&suspended);
}

#[test]
fn r58_connections_are_the_classs_to_open() {
    let closed = with_class(&json!({"podAccess": []}));
    let options = json!({"kind": "PodExecOptions", "command": ["sh"]});
    for who in [Who::Admin, Who::Account, Who::Administrator, Who::Node("n1"), REPLICASETS] {
        for door in ["pods/exec", "pods/attach", "pods/portforward"] {
            ask(door).by(who).connect(&options).denied(&closed, "ConnectForbidden", "");
            ask(door).by(who).connect(&options).allowed(&world());
            ask(door).by(who).namespace("open").connect(&options).allowed(&closed);
        }
        ask("pods/proxy").by(who).connect(&options).denied(&world(), "ConnectForbidden", "");
        ask("example.com/machines/console").by(who).connect(&options).denied(
            &world(),
            "ConnectForbidden",
            "",
        );
    }
    for who in TENANTS {
        ask("services/proxy").by(who).connect(&json!({"path": "/"})).denied(
            &world(),
            "ConnectForbidden",
            "path",
        );
    }
}

#[test]
fn r60_no_rule_needs_a_name() {
    let world = world();
    let mut generated = set(&pod(), "/spec/hostNetwork", json!(true));
    generated["metadata"] = json!({"generateName": "web-", "namespace": "acme"});
    ask("pods").name("").create(&generated).denied(
        &world,
        "PodSecurityViolation",
        "spec.hostNetwork",
    );
    let mut reserved = json!({"kind": "ConfigMap", "metadata": {"generateName": "lessor-"}});
    ask("configmaps").name("").create(&reserved).denied(
        &world,
        "ReservedNameForbidden",
        "metadata.generateName",
    );
    reserved["metadata"] = json!({"generateName": "web-"});
    ask("configmaps").name("").create(&reserved).allowed(&world);
    let quota = json!({"kind": "ResourceQuota", "metadata": {"name": "lessor-quota",
        "labels": {"lessor.io/managed": "true", "lessor.io/tenant": "acme"}}});
    ask("resourcequotas").name("").delete(&quota).denied(
        &world,
        "ManagedObjectProtected",
        "metadata.labels[lessor.io/managed]",
    );
}

#[test]
fn r45_r61_r70_a_kind_nobody_allowed() {
    let object = |kind: &str| json!({"kind": kind, "metadata": {"name": "x"}, "spec": {"a": 1}});
    let world = world();
    for (resource, kind) in [
        ("helm.toolkit.fluxcd.io/helmreleases", "HelmRelease"),
        ("external-secrets.io/externalsecrets", "ExternalSecret"),
        ("cilium.io/ciliumlocalredirectpolicies", "CiliumLocalRedirectPolicy"),
        ("cilium.io/ciliumnetworkpolicies", "CiliumNetworkPolicy"),
        ("argoproj.io/applications", "Application"),
        ("gateway.networking.k8s.io/referencegrants", "ReferenceGrant"),
        ("gateway.networking.k8s.io/httproutes", "HTTPRoute"),
        ("example.com/tomorrows", "Tomorrow"),
        ("resourcequotas", "ResourceQuota"),
        ("limitranges", "LimitRange"),
    ] {
        for who in TENANTS {
            ask(resource).by(who).create(&object(kind)).denied(&world, "KindNotAllowed", "kind");
            ask(resource).by(who).delete(&object(kind)).allowed(&world);
            ask(resource).by(who).namespace("open").create(&object(kind)).allowed(&world);
        }
        ask(resource).by(Who::Administrator).create(&object(kind)).allowed(&world);
    }
    let opened = with_class(&json!({"allowedKinds": [
        {"group": "example.com", "kinds": ["Tomorrow"]}, {"group": "", "kinds": ["ResourceQuota"]}]}));
    ask("example.com/tomorrows").create(&object("Tomorrow")).allowed(&opened);
    ask("example.com/yesterdays").create(&object("Yesterday")).denied(
        &opened,
        "KindNotAllowed",
        "kind",
    );
    ask("resourcequotas").create(&object("ResourceQuota")).denied(
        &opened,
        "KindNotAllowed",
        "kind",
    );
}

#[test]
fn r15_what_is_being_deleted_is_judged_and_can_go() {
    let world = world();
    let wide = json!({"kind": "NetworkPolicy", "metadata": {"name": "x", "finalizers": ["a/b"],
        "deletionTimestamp": "2026-01-01T00:00:00Z"}, "spec": {"podSelector": {}, "ingress": [{}]}});
    let door = || ask("networking.k8s.io/networkpolicies");
    door().update(&wide, &set(&wide, "/metadata/finalizers", json!([]))).allowed(&world);
    let egress = set(&wide, "/spec/egress", json!([{}]));
    door().update(&wide, &egress).denied(&world, "NetworkPolicyWidens", "spec.ingress[0].from");
    door().delete(&wide).allowed(&world);
    let going = set(&stored(), "/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z"));
    let bad = set(&going, "/spec/hostPID", json!(true));
    ask("pods").update(&going, &bad).denied(&world, "PodSecurityViolation", "spec.hostPID");
    let held = set(&bad, "/metadata/finalizers", json!(["a/b"]));
    ask("pods").update(&held, &set(&held, "/metadata/finalizers", json!([]))).allowed(&world);
}

/// The mark of a mirror Pod.
const FIELD: &str = "metadata.annotations[kubernetes.io/config.mirror]";

#[test]
fn r63_only_its_own_node_mirrors_a_pod() {
    let world = world();
    let mirror = set(
        &set(&pod(), "/metadata/annotations", json!({"kubernetes.io/config.mirror": "h"})),
        "/spec/nodeName",
        json!("n1"),
    );
    for who in [Who::Admin, Who::Account, Who::Administrator, REPLICASETS, Who::Node("n2")] {
        let decision = ask("pods")
            .by(who)
            .create(&mirror)
            .decision(&world, crate::admission::Phase::Validating);
        assert!(
            super::harness::reasons(&decision)
                .contains(&(crate::names::Reason::ReservedKeyForbidden, FIELD.to_owned())),
            "{who:?}"
        );
    }
    let mut own = stored();
    own["metadata"]["annotations"] = json!({"kubernetes.io/config.mirror": "h"});
    own["spec"]["nodeName"] = json!("n1");
    ask("pods").by(Who::Node("n1")).create(&own).allowed(&world);
}

/// Commands say so too, instead of what would have been said.
#[test]
fn what_the_api_server_does_not_ask_about_is_left_alone() {
    let snapshot = world();
    let judged = |version: &str, kind: &str| {
        let object = json!({"apiVersion": version, "kind": kind,
            "metadata": {"name": "lessor-x", "labels": {"lessor.io/managed": "true"}}});
        let mut request = offline::create(object, "acme", &User::default()).unwrap();
        let mut judge = offline::Judge::new(&snapshot, jiff::Timestamp::UNIX_EPOCH);
        [judge.review(&mut request.clone()), judge.review_as_written(&mut request)]
    };
    for (version, kind) in
        [("v1", "Event"), ("events.k8s.io/v1", "Event"), ("coordination.k8s.io/v1", "Lease")]
    {
        for decision in judged(version, kind) {
            assert!(decision.allowed() && decision.patch.is_empty(), "{decision:?}");
            assert_eq!(decision.tenant.as_deref(), Some("acme"));
            assert!(decision.warnings[0].contains("does not ask"), "{decision:?}");
        }
    }
    for decision in judged("v1", "ConfigMap") {
        assert!(!decision.allowed());
    }
}
