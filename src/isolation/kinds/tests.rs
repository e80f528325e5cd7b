use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::api::ApiGroupKinds;
use crate::isolation::kinds_fixtures::{World, any_caller, any_object, by, change, verdicts};

fn world(suspended: bool) -> World {
    let mut world = World::new();
    world.tenant.suspended = suspended;
    world.class.allowed_kinds = vec![
        ApiGroupKinds {
            group: "cert-manager.io".to_owned(),
            kinds: vec!["Certificate".to_owned()],
        },
        ApiGroupKinds { group: String::new(), kinds: vec!["ResourceQuota".to_owned()] },
    ];
    world
}

fn judged(suspended: bool, change: &Change) -> Vec<String> {
    let world = world(suspended);
    verdicts(|out| judge(&world.context(), change, out))
}

const REFUSED: [&str; 1] = ["KindNotAllowed kind"];

#[test]
fn workload_kinds_are_built_in() {
    let object = json!({"kind": "X"});
    for (group, resources) in allowed::BUILT_IN {
        for resource in resources {
            let create = Change { group, ..change(resource, None, Some(&object)) };
            assert!(judged(false, &create).is_empty(), "{group}/{resource}");
            let other = Change { group: "x.example", ..create };
            assert_eq!(judged(false, &other), REFUSED, "{resource}");
        }
    }
}

#[test]
fn other_kinds_are_the_classes() {
    let object = |kind: &str| json!({"kind": kind, "metadata": {"name": "a"}});
    let (certificate, request) = (object("Certificate"), object("CertificateRequest"));
    let listed = change("cert-manager.io/certificates", None, Some(&certificate));
    assert!(judged(false, &listed).is_empty());
    let unlisted = change("cert-manager.io/certificaterequests", None, Some(&request));
    assert_eq!(judged(false, &unlisted), REFUSED);
    assert_eq!(judged(false, &Change { group: "x.example", ..listed }), REFUSED);
    let nameless = json!({"metadata": {"name": "a"}});
    let unknown = change("cert-manager.io/certificates", None, Some(&nameless));
    assert_eq!(judged(false, &unknown), REFUSED, "a kind is known by its name");
    let scale = object("Scale");
    let of_listed = change("cert-manager.io/certificates/scale", Some(&scale), Some(&scale));
    assert!(judged(false, &of_listed).is_empty());
    assert_eq!(
        judged(false, &Change { resource: "issuers", ..of_listed }),
        Vec::<String>::new(),
        "no change"
    );
    let more = json!({"kind": "Scale", "spec": {"replicas": 2}});
    let of_unlisted = change("cert-manager.io/issuers/scale", Some(&scale), Some(&more));
    assert_eq!(judged(false, &of_unlisted), REFUSED);
    for caller in [Caller::Lessor, Caller::Platform, Caller::Node, Caller::Administrator] {
        assert!(judged(false, &by(unlisted, caller, "x")).is_empty());
    }
}

#[test]
fn what_is_forbidden_may_leave_and_report() {
    let object = json!({"kind": "Module", "metadata": {"name": "a", "finalizers": ["a/b"],
        "deletionTimestamp": "2026-01-01T00:00:00Z"}});
    let with = |path: &str, value: Value| {
        let mut object = object.clone();
        let (parent, name) = path.rsplit_once('/').unwrap();
        object.pointer_mut(parent).unwrap()[name] = value;
        object
    };
    let update =
        |new: &Value| judged(false, &change("x.example/modules", Some(&object), Some(new)));
    assert!(judged(false, &change("x.example/modules", Some(&object), None)).is_empty());
    assert!(update(&with("/metadata/finalizers", json!([]))).is_empty());
    assert!(update(&with("/status", json!({"a": 1}))).is_empty());
    assert_eq!(update(&with("/metadata/finalizers", json!(["c/d"]))), REFUSED);
    assert_eq!(update(&with("/spec", json!({"a": 1}))), REFUSED);
}

#[test]
fn no_class_allows_quota_and_limits() {
    for resource in ["resourcequotas", "limitranges"] {
        let own = json!({"kind": "ResourceQuota", "metadata": {"name": "mine"}});
        assert_eq!(judged(false, &change(resource, None, Some(&own))), REFUSED);
        let managed = json!({"metadata": {"labels": {"lessor.io/managed": "true"}}});
        let update = change(resource, Some(&managed), Some(&own));
        assert!(judged(false, &update).is_empty(), "the guard of managed objects answers");
    }
}

#[test]
fn a_suspended_tenant_is_not_scaled() {
    let scale = |replicas: Value| json!({"kind": "Scale", "spec": {"replicas": replicas}});
    let (zero, three) = (scale(json!(0)), scale(json!(3)));
    let up = change("apps/deployments/scale", Some(&zero), Some(&three));
    let refused = ["TenantSuspended spec.replicas"];
    assert_eq!(judged(true, &up), refused);
    let autoscaler = "system:serviceaccount:kube-system:horizontal-pod-autoscaler";
    assert_eq!(judged(true, &by(up, Caller::Platform, autoscaler)), refused);
    for caller in [Caller::Lessor, Caller::Administrator] {
        assert!(judged(true, &by(up, caller, "x")).is_empty());
    }
    assert!(judged(false, &up).is_empty());
    for down in [&zero, &scale(json!(null)), &json!({"kind": "Scale"})] {
        let down = change("apps/deployments/scale", Some(&three), Some(down));
        assert!(judged(true, &down).is_empty());
    }
}

proptest! {
    #[test]
    fn no_input_panics(
        old in prop::option::of(any_object(&["kind", "metadata", "spec", "replicas"])),
        new in prop::option::of(any_object(&["kind", "metadata", "spec", "replicas"])),
        caller in any_caller(),
        resource in prop::sample::select(&["pods", "apps/deployments/scale", "x.example/modules"][..]),
    ) {
        judged(true, &by(change(resource, old.as_ref(), new.as_ref()), caller, "x"));
    }
}
