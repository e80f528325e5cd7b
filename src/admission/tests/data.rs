//! Chapter 6: volumes, Secrets and tokens.

use serde_json::{Value, json};

use super::harness::{REPLICASETS, TENANTS, Who, ask, set, unset};
use super::pods::pod;
use super::world::{with_class, world};

fn claim() -> Value {
    json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
        "spec": {"storageClassName": "standard", "accessModes": ["ReadWriteOnce"]}})
}

#[test]
fn r26_r89_a_claim_makes_a_new_volume_of_a_listed_class() {
    let world = world();
    let door = || ask("persistentvolumeclaims");
    for who in
        [Who::Admin, Who::Account, Who::Administrator, Who::Controller("statefulset-controller")]
    {
        door().by(who).create(&claim()).allowed(&world);
        for (pointer, value, reason, field) in [
            ("/spec/volumeName", json!("pv-1"), "VolumeBindingForbidden", "spec.volumeName"),
            (
                "/spec/selector",
                json!({"matchLabels": {}}),
                "VolumeBindingForbidden",
                "spec.selector",
            ),
            ("/spec/storageClassName", json!(""), "StorageClassForbidden", "spec.storageClassName"),
            (
                "/spec/storageClassName",
                json!("local"),
                "StorageClassForbidden",
                "spec.storageClassName",
            ),
            (
                "/metadata/annotations",
                json!({"volume.beta.kubernetes.io/storage-class": "local"}),
                "StorageClassForbidden",
                "metadata.annotations[volume.beta.kubernetes.io/storage-class]",
            ),
            (
                "/spec/dataSource",
                json!({"kind": "Populator", "apiGroup": "x.io", "name": "a"}),
                "CrossNamespaceDataSource",
                "spec.dataSource.kind",
            ),
            (
                "/spec/dataSourceRef",
                json!({"kind": "PersistentVolumeClaim", "name": "a", "namespace": "globex"}),
                "CrossNamespaceDataSource",
                "spec.dataSourceRef.namespace",
            ),
            ("/spec/inventedTomorrow", json!(1), "UnknownFieldForbidden", "spec.inventedTomorrow"),
        ] {
            door().by(who).create(&set(&claim(), pointer, value)).denied(&world, reason, field);
        }
        let own = json!({"kind": "PersistentVolumeClaim", "name": "a", "namespace": "acme-db"});
        door().by(who).create(&set(&claim(), "/spec/dataSourceRef", own)).allowed(&world);
    }
    door().create(&unset(&claim(), "/spec/storageClassName")).denied(
        &world,
        "StorageClassForbidden",
        "spec.storageClassName",
    );
    let bound = set(&claim(), "/spec/volumeName", json!("pv-1"));
    door().update(&claim(), &bound).denied(&world, "VolumeBindingForbidden", "spec.volumeName");
    door().by(Who::Controller("persistent-volume-binder")).update(&claim(), &bound).allowed(&world);
    let resized = set(&bound, "/spec/resources", json!({"requests": {"storage": "2Gi"}}));
    door().update(&bound, &resized).allowed(&with_class(&json!({"storageClasses": []})));
}

#[test]
fn r90_a_volume_is_bound_within_its_tenant() {
    let world = world();
    let volume = |label: Option<&str>, namespace: Option<&str>| {
        let mut volume =
            json!({"kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {}});
        if let Some(label) = label {
            volume["metadata"]["labels"] = json!({"lessor.io/tenant": label});
        }
        if let Some(namespace) = namespace {
            volume["spec"]["claimRef"] = json!({"namespace": namespace, "name": "data"});
        }
        volume
    };
    for who in [Who::Controller("persistent-volume-binder"), Who::Admin, Who::Administrator] {
        let bind = |label, namespace| {
            ask("persistentvolumes")
                .namespace("")
                .by(who)
                .update(&volume(label, None), &volume(label, namespace))
        };
        bind(Some("acme"), Some("acme")).allowed(&world);
        bind(None, Some("open")).allowed(&world);
        // A restored backup: the namespace is labelled, but not recorded.
        bind(Some("initech"), Some("old")).allowed(&world);
        bind(Some("globex"), Some("acme")).denied(
            &world,
            "VolumeBindingForbidden",
            "spec.claimRef",
        );
        bind(None, Some("acme")).denied(&world, "VolumeBindingForbidden", "spec.claimRef");
        bind(Some("acme"), Some("open")).denied(&world, "VolumeBindingForbidden", "spec.claimRef");
    }
    let relabelled = ask("persistentvolumes")
        .namespace("")
        .update(&volume(Some("acme"), None), &volume(Some("globex"), None));
    relabelled.clone().denied(
        &world,
        "TenantIdentityMismatch",
        "metadata.labels[lessor.io/tenant]",
    );
    relabelled.by(Who::Administrator).allowed(&world);
}

#[test]
fn r27_secrets_are_for_the_workloads_they_are_granted_to() {
    let world = world();
    let env = json!([{"name": "X", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password", "optional": true}}}]);
    for (pointer, value, field) in [
        ("/spec/containers/0/env", env, "spec.containers[0].env[0].valueFrom.secretKeyRef.name"),
        (
            "/spec/containers/0/envFrom",
            json!([{"secretRef": {"name": "db"}}]),
            "spec.containers[0].envFrom[0].secretRef.name",
        ),
        (
            "/spec/volumes",
            json!([{"name": "v", "secret": {"secretName": "db"}}]),
            "spec.volumes[0].secret.secretName",
        ),
        (
            "/spec/volumes",
            json!([{"name": "v", "projected": {"sources": [{"secret": {"name": "db"}}]}}]),
            "spec.volumes[0].projected.sources[0].secret.name",
        ),
        ("/spec/imagePullSecrets", json!([{"name": "db"}]), "spec.imagePullSecrets[0].name"),
    ] {
        let other = set(&pod(), pointer, value);
        ask("pods").create(&other).denied(&world, "SecretNotGranted", field);
        ask("pods").create(&set(&other, "/metadata/labels/app", json!("api"))).allowed(&world);
    }
    let api = set(&pod(), "/metadata/labels/app", json!("api"));
    for path in ["/etc/db", "/etc", "/etc/db/x", "/etc/./db"] {
        let shadow = set(
            &set(&api, "/spec/volumes", json!([{"name": "v", "emptyDir": {"sizeLimit": "1Mi"}}])),
            "/spec/containers/0/volumeMounts",
            json!([{"name": "v", "mountPath": path}]),
        );
        ask("pods").create(&shadow).denied(
            &world,
            "MountShadowed",
            "spec.containers[0].volumeMounts[0].mountPath",
        );
    }
    let named = set(&api, "/spec/volumes", json!([{"name": "lessor-secret-db", "emptyDir": {}}]));
    ask("pods").create(&named).denied(&world, "MountShadowed", "spec.volumes[0].name");
}

#[test]
fn r93_tokens_are_asked_for_and_short() {
    let world = world();
    for kind in ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"] {
        let secret = json!({"kind": "Secret", "metadata": {"name": "t"}, "type": kind});
        for who in [Who::Admin, Who::Account, Who::Administrator] {
            ask("secrets").by(who).create(&secret).denied(
                &world,
                "ServiceAccountTokenForbidden",
                "type",
            );
        }
        ask("secrets").create(&set(&secret, "/type", json!("Opaque"))).allowed(&world);
    }
    let request = |spec: &Value| json!({"kind": "TokenRequest", "spec": spec});
    let door = |spec: &Value| ask("serviceaccounts/token").create(&request(spec));
    door(&json!({})).allowed(&world);
    door(&json!({"audiences": ["https://kubernetes.default.svc"], "expirationSeconds": 3600}))
        .allowed(&world);
    door(&json!({"audiences": ["vault"]})).denied(
        &world,
        "ServiceAccountTokenForbidden",
        "spec.audiences[0]",
    );
    door(&json!({"expirationSeconds": 86400})).denied(
        &world,
        "ServiceAccountTokenForbidden",
        "spec.expirationSeconds",
    );
    door(&json!({"audiences": ["vault"]})).by(Who::Node("n")).allowed(&world);
    let projected = |token: &Value| {
        set(
            &pod(),
            "/spec/volumes",
            json!([{"name": "t", "projected": {"sources": [{"serviceAccountToken": token}]}}]),
        )
    };
    ask("pods")
        .create(&projected(&json!({"path": "token", "expirationSeconds": 3600})))
        .allowed(&world);
    ask("pods").create(&projected(&json!({"path": "token", "audience": "vault"}))).denied(
        &world,
        "ServiceAccountTokenForbidden",
        "spec.volumes[0].projected.sources[0].serviceAccountToken.audience",
    );
    // The volume that the in-tree plugin adds goes, unless the Pod wants it.
    let automatic = set(
        &set(
            &pod(),
            "/spec/volumes",
            json!([{"name": "kube-api-access-abcde", "projected": {"sources": [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": []}}]}}]),
        ),
        "/spec/containers/0/volumeMounts",
        json!([{"name": "kube-api-access-abcde",
            "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true}]),
    );
    ask("pods").by(REPLICASETS).create(&automatic).allowed(&world);
    let stored = ask("pods").create(&automatic).stored(&world);
    assert_eq!(
        (&stored["spec"]["volumes"], &stored["spec"]["containers"][0]["volumeMounts"]),
        (&json!([]), &json!([]))
    );
    let wanted = set(&automatic, "/spec/automountServiceAccountToken", json!(true));
    assert_eq!(
        ask("pods").create(&wanted).stored(&world)["spec"]["volumes"],
        automatic["spec"]["volumes"]
    );
}

#[test]
fn r94_a_service_account_hands_out_no_granted_secret() {
    let world = world();
    for list in ["secrets", "imagePullSecrets"] {
        let account = |name: &str| json!({"kind": "ServiceAccount", "metadata": {"name": "app"}, list: [{"name": name}]});
        for who in TENANTS {
            ask("serviceaccounts").by(who).create(&account("db")).denied(
                &world,
                "SecretNotGranted",
                &format!("{list}[0].name"),
            );
            ask("serviceaccounts").by(who).create(&account("own")).allowed(&world);
        }
    }
    ask("pods").create(&set(&pod(), "/spec/serviceAccountName", json!("lessor-x"))).denied(
        &world,
        "ServiceAccountForbidden",
        "spec.serviceAccountName",
    );
    let plain = json!({"kind": "ServiceAccount", "metadata": {"name": "app"}});
    assert_eq!(
        ask("serviceaccounts").create(&plain).stored(&world)["automountServiceAccountToken"],
        false
    );
}

#[test]
fn r97_nothing_is_copied_between_namespaces() {
    let world = world();
    for key in
        ["reflector.v1.k8s.emberstack.com/reflects", "replicator.v1.mittwald.de/replicate-from"]
    {
        let copy =
            json!({"kind": "Secret", "metadata": {"name": "x", "annotations": {key: "globex/x"}}});
        for who in TENANTS {
            ask("secrets").by(who).create(&copy).denied(
                &world,
                "AnnotationForbidden",
                &format!("metadata.annotations[{key}]"),
            );
            ask("secrets").by(who).namespace("open").create(&copy).allowed(&world);
        }
    }
}
