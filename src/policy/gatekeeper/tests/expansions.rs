//! ExpansionTemplates.

use serde_json::{Value, json};

use super::{Data, document, first};
use crate::policy::gatekeeper::suite::Files;
use crate::policy::gatekeeper::{Expansions, FormatError};

fn all() -> Expansions {
    let path = "expansion/expansions.yaml";
    let loaded = Data.read(path).unwrap();
    Expansions::new(loaded.iter().map(|loaded| loaded.document(path))).unwrap()
}

fn one(name: &str, spec: Value) -> Value {
    let mut object = json!({"apiVersion": "expansion.gatekeeper.sh/v1beta1",
                            "kind": "ExpansionTemplate", "metadata": {"name": name}});
    object["spec"] = spec;
    object
}

fn expansions(objects: &[Value]) -> Result<Expansions, FormatError> {
    Expansions::new(objects.iter().map(|object| document("e.yaml", object)))
}

fn spec(from: &str, to: &str) -> Value {
    json!({
        "applyTo": [{"groups": [""], "versions": ["v1"], "kinds": [from]}],
        "templateSource": "spec.template",
        "generatedGVK": {"version": "v1", "kind": to},
    })
}

#[test]
fn a_workload_becomes_what_it_makes() {
    let generated = all().expand(&first("expansion/deployment.yaml")).unwrap();
    assert_eq!(generated.len(), 1);
    assert_eq!(generated[0].template, "expand-deployments");
    assert_eq!(generated[0].action, "warn");
    assert_eq!(
        generated[0].object,
        json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "web-pod",
                "namespace": "team-a",
                "labels": {"a": "b"},
                "ownerReferences": [
                    {"apiVersion": "apps/v1", "kind": "Deployment", "name": "Web", "uid": ""},
                ],
            },
            "spec": {"hostNetwork": true},
        })
    );
}

#[test]
fn expansions_go_on_from_what_they_made() {
    let generated = all().expand(&first("expansion/cronjob.yaml")).unwrap();
    let kinds: Vec<_> = generated.iter().map(|g| g.object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Pod", "Job"]);
}

#[test]
fn other_kinds_make_nothing() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}});
    assert_eq!(all().expand(&pod), Ok(Vec::new()));
}

#[test]
fn a_workload_without_template_is_an_error() {
    let error = all().expand(&first("expansion/templateless.yaml")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"web\" cannot be expanded by \"expand-deployments\": it has no spec.template"
    );
}

#[test]
fn templates_without_end_are_refused() {
    let error = expansions(&[one("a", spec("A", "A"))]).unwrap_err();
    assert_eq!(error.field, "spec.generatedGVK");
    let (a, b, c) = (spec("A", "B"), spec("B", "C"), spec("C", "A"));
    assert!(expansions(&[one("a", a.clone()), one("b", b.clone())]).is_ok());
    let error = expansions(&[one("a", a), one("b", b.clone()), one("c", c)]).unwrap_err();
    assert_eq!(error.field, "spec.generatedGVK");
    // The later of one name counts.
    assert!(expansions(&[one("a", b), one("a", spec("C", "A"))]).is_ok());
}

#[test]
fn required_fields_are_required() {
    for (pointer, value, field) in [
        ("/metadata/name", json!(""), "metadata.name"),
        ("/metadata/name", json!("n".repeat(64)), "metadata.name"),
        ("/spec/templateSource", json!(""), "spec.templateSource"),
        ("/spec/generatedGVK", json!({}), "spec.generatedGVK"),
        ("/spec/applyTo", json!([]), "spec.applyTo"),
        ("/spec/applyTo", json!([{"kinds": "A"}]), "spec.applyTo[0].kinds"),
        ("/kind", json!("Expansion"), "kind"),
    ] {
        let mut object = one("a", spec("A", "B"));
        assert!(expansions(std::slice::from_ref(&object)).is_ok());
        *object.pointer_mut(pointer).unwrap() = value;
        assert_eq!(expansions(&[object]).unwrap_err().field, field);
    }
}
