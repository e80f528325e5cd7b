//! Policies: inventory, parameters and cases.

use serde_json::{Value, json};

use super::only;
use super::policies::{judged, refused, with};
use crate::names::Reason;

#[test]
fn the_inventory_holds_together() {
    let at = |field: &str| format!("/inventory/indexes/0/{field}");
    refused(
        &at("kind"),
        json!("Ingress"),
        json!("Pod"),
        "spec.inventory.indexes[0].kind",
        "there: Ingress",
    );
    refused(
        &at("path"),
        json!("metadata.annotations[a/b]"),
        json!("spec.rules[0].host"),
        "spec.inventory.indexes[0].path",
        "every element",
    );
    refused(
        &at("as"),
        json!("by_host2"),
        json!("by-host"),
        "spec.inventory.indexes[0].as",
        "identifier",
    );
    let index = |name: &str| json!({"kind": "Ingress", "path": "spec.a", "as": name});
    refused(
        "/inventory/indexes",
        json!([index("a"), index("b")]),
        json!([index("a"), index("a")]),
        "spec.inventory.indexes[1].as",
        "twice",
    );
    let kind = |group: &str, version: &str, kind: &str, fields: Value| {
        json!([{"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            {"group": group, "version": version, "kind": kind, "fields": fields}])
    };
    let right = || kind("", "v1beta1", "Service", json!(["*"]));
    for (wrong, field, hint) in [
        (kind("Apps", "v1", "Service", json!([])), "group", "`networking.k8s.io`"),
        (kind("", "1", "Service", json!([])), "version", "`v1`"),
        (kind("", "v1", "services", json!([])), "kind", "`Ingress`"),
        (kind("", "v1", "Service", json!(["spec."])), "fields[0]", "lacks a name"),
        (kind("", "v1", "Service", json!(["spec", "*"])), "fields[1]", "alone"),
        (kind("", "v1", "Secret", json!(["type", "data"])), "fields[1]", "Secrets"),
        (kind("", "v1", "Secret", json!(["*"])), "fields[0]", "Secrets"),
        (kind("", "v1", "Secret", json!(["metadata.annotations"])), "fields[0]", "Secrets"),
    ] {
        refused(
            "/inventory/kinds",
            right(),
            wrong,
            &format!("spec.inventory.kinds[1].{field}"),
            hint,
        );
    }
    let secrets = kind("", "v1", "Secret", json!(["type", "metadata.labels"]));
    assert_eq!(judged(with("/inventory/kinds", secrets)), []);
    let twice = kind("networking.k8s.io", "v1", "Ingress", json!([]));
    let errors = judged(with("/inventory/kinds", twice));
    assert_eq!(errors[0].field, "spec.inventory.kinds[1]");
    let other_group = kind("example.com", "v1", "Ingress", json!([]));
    only(
        &judged(with("/inventory/kinds", other_group)),
        "spec.inventory.indexes[0].kind",
        Reason::Invalid,
        "which group",
    );
}

#[test]
fn parameters_fit_their_schema() {
    refused("/parameters/max", json!(1), json!(0), "spec.parameters.max", "at least 1");
    refused(
        "/parameters/registries",
        json!([]),
        json!(null),
        "spec.parameters.registries",
        "is required",
    );
    refused(
        "/parameters/maxi",
        json!(null),
        json!(1),
        "spec.parameters.maxi",
        "known here: max, registries",
    );
    refused(
        "/parametersSchema/properties/max/default",
        json!(1),
        json!("1"),
        "spec.parametersSchema.properties.max.default",
        "integer",
    );
    refused(
        "/parametersSchema/type",
        json!("object"),
        json!(null),
        "spec.parametersSchema.type",
        "missing",
    );
    // Without a schema anything goes.
    let mut free = with("/parametersSchema", json!(null));
    free["parameters"] = json!({"a": {"b": [1]}});
    assert_eq!(judged(free), []);
    refused(
        "/cases/0/parameters",
        json!({"registries": ["a"]}),
        json!({"registries": "a"}),
        "spec.cases[0].parameters.registries",
        "array",
    );
}

#[test]
fn cases_are_well_formed() {
    refused("/cases/1/name", json!("other"), json!("refused"), "spec.cases[1].name", "twice");
    refused("/cases/0/name", json!("n"), json!(" "), "spec.cases[0].name", "say what");
    refused(
        "/cases/0/object/kind",
        json!("Pod"),
        json!(null),
        "spec.cases[0].object.kind",
        "missing",
    );
    refused(
        "/cases/1/review/kind",
        json!({}),
        json!(null),
        "spec.cases[1].review",
        "under `request`",
    );
    refused(
        "/cases/1/operation",
        json!("CREATE"),
        json!("DELETE"),
        "spec.cases[1].operation",
        "its own",
    );
    refused(
        "/cases/0/inventory",
        json!([{"apiVersion": "v1", "kind": "Pod"}]),
        json!([{"kind": "Pod"}]),
        "spec.cases[0].inventory[0].apiVersion",
        "missing",
    );
    refused(
        "/cases/0/expect/messages",
        json!(["a"]),
        json!([""]),
        "spec.cases[0].expect.messages[0]",
        "which",
    );
    refused(
        "/cases/0/expect/verdict",
        json!("deny"),
        json!("allow"),
        "spec.cases[0].expect.messages",
        "verdict: deny",
    );
    refused(
        "/cases/1/expect/patch",
        json!([]),
        json!([{"op": "append"}]),
        "spec.cases[1].expect.patch[0]",
        "JSON patch",
    );
    refused("/mutation", json!({}), json!(null), "spec.cases[1].expect.patch", "spec.mutation");
    let object = json!({"apiVersion": "v1", "kind": "Pod"});
    let mut both = with("/cases/0/review", json!({"kind": {}}));
    only(&judged(both.clone()), "spec.cases[0].review", Reason::Invalid, "in place of object");
    for field in ["object", "review"] {
        both["cases"][0].as_object_mut().unwrap().remove(field);
    }
    only(&judged(both), "spec.cases[0]", Reason::Invalid, "object or review");
    let mut update = with("/cases/0/oldObject", object);
    only(&judged(update.clone()), "spec.cases[0].oldObject", Reason::Invalid, "UPDATE");
    update["cases"][0]["operation"] = json!("UPDATE");
    assert_eq!(judged(update), []);
}
