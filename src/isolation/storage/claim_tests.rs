use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::api::ApiGroupKinds;
use crate::isolation::kinds_fixtures::{World, any_caller, any_object, by, change, verdicts};

fn world() -> World {
    let mut world = World::new();
    world.class.storage_classes = vec!["fast".to_owned()];
    world.class.allowed_kinds =
        vec![ApiGroupKinds { group: "data.example".to_owned(), kinds: vec!["Import".to_owned()] }];
    world
}

fn claim(spec: Value) -> Value {
    let mut claim = json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}});
    claim["spec"] = spec;
    claim
}

fn judged(change: &Change) -> Vec<String> {
    let world = world();
    verdicts(|out| judge(&world.context(), change, out))
}

/// Judges a claim of class `fast` with these fields beside.
fn with(fields: Value) -> Vec<String> {
    let mut spec = json!({"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]});
    let Value::Object(fields) = fields else { panic!("fields of a spec") };
    for (name, value) in fields {
        spec[name] = value;
    }
    let new = claim(spec);
    let created = change("persistentvolumeclaims", None, Some(&new));
    let found = judged(&created);
    assert_eq!(found, judged(&by(created, Caller::Platform, "statefulset-controller")));
    found
}

const CLASS: [&str; 1] = ["StorageClassForbidden spec.storageClassName"];

#[test]
fn the_class_is_one_of_the_classes_own() {
    assert!(with(json!({})).is_empty());
    for class in [json!(""), json!("slow"), json!(null), json!(1)] {
        assert_eq!(with(json!({"storageClassName": class})), CLASS);
    }
    let mut unnamed = world();
    unnamed.class.storage_classes.push(String::new());
    let empty = claim(json!({"storageClassName": ""}));
    let create = change("persistentvolumeclaims", None, Some(&empty));
    assert_eq!(verdicts(|out| judge(&unnamed.context(), &create, out)), CLASS, "not to be listed");
    let mut annotated = claim(json!({"storageClassName": "fast"}));
    annotated["metadata"]["annotations"] = json!({CLASS_ANNOTATION: "slow"});
    assert_eq!(
        judged(&change("persistentvolumeclaims", None, Some(&annotated))),
        ["StorageClassForbidden metadata.annotations[volume.beta.kubernetes.io/storage-class]"]
    );
    annotated["metadata"]["annotations"][CLASS_ANNOTATION] = json!("fast");
    assert!(judged(&change("persistentvolumeclaims", None, Some(&annotated))).is_empty());
}

#[test]
fn existing_volumes_are_not_chosen() {
    assert_eq!(with(json!({"volumeName": "pv"})), ["VolumeBindingForbidden spec.volumeName"]);
    for selector in [json!({}), json!({"matchLabels": {"a": "b"}})] {
        assert_eq!(with(json!({"selector": selector})), ["VolumeBindingForbidden spec.selector"]);
    }
    assert!(with(json!({"volumeName": null, "selector": null})).is_empty());
}

#[test]
fn the_binder_names_the_volume() {
    let old = claim(json!({"storageClassName": "fast"}));
    let new = claim(json!({"storageClassName": "fast", "volumeName": "pv"}));
    let bind = change("persistentvolumeclaims", Some(&old), Some(&new));
    assert_eq!(judged(&bind), ["VolumeBindingForbidden spec.volumeName"]);
    assert!(judged(&by(bind, Caller::Platform, "persistent-volume-binder")).is_empty());
    assert!(judged(&change("persistentvolumeclaims", Some(&new), Some(&new))).is_empty(), "bound");
}

#[test]
fn an_older_claim_lives_on_but_is_not_bound() {
    let old = claim(json!({"storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}));
    let mut new = old.clone();
    new["spec"]["resources"]["requests"]["storage"] = json!("2Gi");
    new["metadata"]["labels"] = json!({"app": "db"});
    assert!(judged(&change("persistentvolumeclaims", Some(&old), Some(&new))).is_empty());
    new["spec"]["volumeName"] = json!("pv");
    let bind = change("persistentvolumeclaims", Some(&old), Some(&new));
    assert_eq!(judged(&by(bind, Caller::Platform, "persistent-volume-binder")), CLASS);
    let mut new = old.clone();
    new["metadata"]["annotations"] = json!({CLASS_ANNOTATION: "slow"});
    assert_eq!(judged(&change("persistentvolumeclaims", Some(&old), Some(&new))).len(), 2);
}

#[test]
fn sources_are_the_tenants_own() {
    let own = json!({"kind": "PersistentVolumeClaim", "name": "a"});
    assert!(with(json!({"dataSource": own})).is_empty());
    let snapshot =
        json!({"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "a"});
    assert!(with(json!({"dataSource": snapshot, "dataSourceRef": snapshot})).is_empty());
    let mut neighbour = snapshot.clone();
    neighbour["namespace"] = json!("acme-db");
    assert!(with(json!({"dataSourceRef": neighbour})).is_empty());
    neighbour["namespace"] = json!("globex");
    assert_eq!(
        with(json!({"dataSourceRef": neighbour})),
        ["CrossNamespaceDataSource spec.dataSourceRef.namespace"]
    );
    let populator = |kind: &str| json!({"apiGroup": "data.example", "kind": kind, "name": "a"});
    assert!(with(json!({"dataSourceRef": populator("Import")})).is_empty());
    assert_eq!(
        with(json!({"dataSourceRef": populator("Export")})),
        ["CrossNamespaceDataSource spec.dataSourceRef.kind"]
    );
    assert_eq!(
        with(json!({"dataSource": {"kind": "PersistentVolumeClaim", "namespace": "acme"}})),
        ["UnknownFieldForbidden spec.dataSource.namespace"]
    );
}

#[test]
fn unknown_fields_are_refused() {
    assert_eq!(with(json!({"attach": "pv"})), ["UnknownFieldForbidden spec.attach"]);
}

#[test]
fn templates_may_leave_the_class_out_where_there_is_storage() {
    let judged = |world: &World, spec: Value| {
        verdicts(|out| judge_claim_spec(&world.context(), &spec, "spec.volumes[0].spec", out))
    };
    assert!(judged(&world(), json!({})).is_empty());
    assert!(judged(&world(), json!({"storageClassName": "fast"})).is_empty());
    let refused = ["StorageClassForbidden spec.volumes[0].spec.storageClassName"];
    assert_eq!(judged(&World::new(), json!({})), refused);
    assert_eq!(judged(&world(), json!({"storageClassName": ""})), refused);
    assert_eq!(
        judged(&world(), json!({"volumeName": "pv", "selector": {}})),
        [
            "VolumeBindingForbidden spec.volumes[0].spec.selector",
            "VolumeBindingForbidden spec.volumes[0].spec.volumeName"
        ]
    );
}

#[test]
fn snapshots_choose_no_content() {
    let snapshot = |source: Value| json!({"kind": "VolumeSnapshot", "spec": {"source": source}});
    let judge = |object: &Value| {
        judged(&change("snapshot.storage.k8s.io/volumesnapshots", None, Some(object)))
    };
    assert!(judge(&snapshot(json!({"persistentVolumeClaimName": "data"}))).is_empty());
    assert_eq!(
        judge(&snapshot(json!({"volumeSnapshotContentName": "c"}))),
        ["VolumeBindingForbidden spec.source.volumeSnapshotContentName"]
    );
}

const NAMES: &[&str] = &[
    "metadata",
    "spec",
    "storageClassName",
    "fast",
    "volumeName",
    "selector",
    "dataSource",
    "dataSourceRef",
    "namespace",
    "kind",
    "apiGroup",
    "claimRef",
    "labels",
    "lessor.io/tenant",
    "annotations",
    CLASS_ANNOTATION,
    "uid",
    "name",
];

proptest! {
    #[test]
    fn no_input_panics(
        old in prop::option::of(any_object(NAMES)),
        new in prop::option::of(any_object(NAMES)),
        caller in any_caller(),
        tenant in prop::option::of(Just("acme")),
    ) {
        let change = by(change("persistentvolumeclaims", old.as_ref(), new.as_ref()), caller, "x");
        judged(&change);
        verdicts(|out| super::super::judge_volume(&change, tenant, out));
    }

    #[test]
    fn no_create_chooses_its_volume(spec in any_object(NAMES), name in "[a-z]{1,8}") {
        prop_assume!(spec.is_object());
        let mut new = claim(spec);
        new["spec"]["volumeName"] = json!(name);
        let found = judged(&change("persistentvolumeclaims", None, Some(&new)));
        prop_assert!(found.contains(&"VolumeBindingForbidden spec.volumeName".to_owned()));
    }
}
