//! `input.review` and `data.inventory`.

use serde_json::{Value, json};

use super::documents;
use crate::policy::gatekeeper::{Inventory, Review, ReviewError};

fn request(request: Value) -> Result<Value, ReviewError> {
    let mut review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"});
    review["request"] = request;
    Review::of(&review).map(|review| review.value)
}

/// What gator 3.23 shows a template that prints its input.
#[test]
fn a_plain_object_makes_a_request_of_zero_values() {
    let pod = documents(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ns}\n\
         spec: {x: 1.0, y: 0644, z: yes, w: 1e3, u: ~}",
    );
    assert_eq!(
        Review::of(&pod[0].object).unwrap().value,
        json!({
            "uid": "",
            "kind": {"group": "", "kind": "Pod", "version": "v1"},
            "resource": {"group": "", "resource": "", "version": ""},
            "name": "p",
            "namespace": "ns",
            "operation": "",
            "userInfo": {},
            "object": {
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "ns"},
                "spec": {"u": null, "w": 1000, "x": 1, "y": 420, "z": "yes"},
            },
            "oldObject": null,
            "options": null,
            "namespaceObject": {},
        })
    );
    let node = json!({"apiVersion": "x.io/v1", "kind": "Thing", "metadata": {}});
    let review = Review::of(&node).unwrap().value;
    assert!(review.get("name").is_none() && review.get("namespace").is_none());
    assert_eq!(review["kind"], json!({"group": "x.io", "version": "v1", "kind": "Thing"}));
}

#[test]
fn a_recorded_review_is_completed_and_no_more() {
    let review = request(json!({
        "uid": "u", "operation": "CREATE", "dryRun": false, "subResource": "",
        "kind": {"kind": "Pod"}, "name": "", "requestKind": null, "requestResource": {},
        "userInfo": {"username": "me", "uid": "", "groups": []},
        "object": {"kind": "Pod"},
    }));
    assert_eq!(
        review.unwrap(),
        json!({
            "uid": "u",
            "kind": {"group": "", "kind": "Pod", "version": ""},
            "resource": {"group": "", "resource": "", "version": ""},
            "operation": "CREATE",
            "requestResource": {"group": "", "resource": "", "version": ""},
            "dryRun": false,
            "userInfo": {"username": "me"},
            "object": {"kind": "Pod"},
            "oldObject": null,
            "options": null,
            "namespaceObject": {},
        })
    );
}

#[test]
fn on_delete_the_object_is_the_old_one() {
    let old = json!({"kind": "Pod", "metadata": {"name": "q"}});
    let review = request(json!({"operation": "DELETE", "object": null, "oldObject": old}));
    let review = review.unwrap();
    assert_eq!(review["object"], old);
    assert_eq!(review["oldObject"], old);
    assert_eq!(
        request(json!({"operation": "DELETE", "object": {"kind": "Pod"}})),
        Err(ReviewError::NoOldObject)
    );
    let update = request(json!({"operation": "UPDATE", "oldObject": {"kind": "Pod"}}));
    assert_eq!(update.unwrap()["object"], Value::Null, "only on DELETE");
}

#[test]
fn what_is_no_review_is_refused() {
    let field = |request: Value| match self::request(request) {
        Err(ReviewError::Field { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let object = json!({"kind": "Pod"});
    assert_eq!(field(json!({"object": object, "operaton": "x"})), "request.operaton");
    assert_eq!(field(json!({"object": object, "kind": {"kin": ""}})), "request.kind.kin");
    assert_eq!(field(json!({"object": object, "userInfo": {"user": ""}})), "request.userInfo.user");
    assert_eq!(field(json!({"object": object, "dryRun": "no"})), "request.dryRun");
    assert_eq!(field(json!({"object": object, "name": 1})), "request.name");
    assert_eq!(field(json!({"object": {"metadata": {}}})), "request.object");
    assert_eq!(field(json!({"object": "x"})), "request.object");
    assert_eq!(request(json!({"operation": "CREATE"})), Err(ReviewError::NoObject));
    assert_eq!(request(Value::Null), Err(ReviewError::NoRequest));
}

#[test]
fn the_inventory_has_gatekeepers_layout() {
    let mut inventory = Inventory::default();
    assert_eq!(inventory.data(), json!({"inventory": {}}));
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns"}});
    let ingress = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                         "metadata": {"name": "i", "namespace": "ns"}});
    let mut changed = ingress.clone();
    changed["spec"] = json!({"n": 1.0});
    for object in [&namespace, &ingress, &changed] {
        inventory.add(object).unwrap();
    }
    let kept = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                      "metadata": {"name": "i", "namespace": "ns"}, "spec": {"n": 1}});
    assert_eq!(
        inventory.data(),
        json!({"inventory": {
            "cluster": {"v1": {"Namespace": {"ns": namespace}}},
            "namespace": {"ns": {"networking.k8s.io/v1": {"Ingress": {"i": kept}}}},
        }})
    );
    assert_eq!(inventory.namespace("ns"), Some(&namespace));
    assert_eq!(inventory.namespace("other"), None);
}

#[test]
fn the_inventory_wants_version_and_kind() {
    let mut inventory = Inventory::default();
    let label = json!({"name": "x", "labels": {"a": 1}});
    for (object, part) in [
        (json!({"kind": "Pod", "metadata": {"name": "x"}}), "no version"),
        (json!({"apiVersion": "v1", "metadata": {"name": "x"}}), "no kind"),
        (json!({"apiVersion": "v1", "kind": "Namespace", "metadata": label}), "labels"),
    ] {
        let error = inventory.add(&object).unwrap_err().to_string();
        assert!(error.starts_with("\"x\" cannot be put") && error.contains(part), "{error}");
    }
    assert_eq!(inventory, Inventory::default());
}
