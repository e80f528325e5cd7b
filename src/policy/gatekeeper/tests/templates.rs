//! What a ConstraintTemplate may be.

use serde_json::{Value, json};

use super::{first, template, thing};
use crate::policy::Dialect;
use crate::policy::gatekeeper::{Engine, TemplateError};

fn with(pointer: &str, value: Value) -> Value {
    let mut object = thing(&json!({"type": "object"}));
    *object.pointer_mut(pointer).unwrap() = value;
    object
}

#[test]
fn a_template_is_read_whole() {
    let template = template(&first("rego-v1/template.yaml")).unwrap();
    assert_eq!(template.name, "capabilitiesallowed");
    assert_eq!(template.kind, "CapabilitiesAllowed");
    assert_eq!(template.operations, ["CREATE", "UPDATE"]);
    assert!(template.carries_cel);
    assert!(!template.source.strict);
    let modules = &template.source.modules;
    assert!(modules.iter().all(|module| module.dialect == Dialect::V1));
    assert_eq!(modules[0].file, "template.yaml#spec.targets[0].code[1].source.rego");
    assert_eq!(modules[1].file, "template.yaml#spec.targets[0].code[1].source.libs[0]");
    assert!(modules[1].text.starts_with("package lib.update"));
}

/// The package need not be named after the kind.
#[test]
fn the_entry_is_the_package_of_the_module() {
    let template = template(&first("rego-v1/template.yaml")).unwrap();
    let mut engine = super::engine(None);
    assert_eq!(engine.compile(&template).unwrap().package(), "whatever.it.is");
}

#[test]
fn rego_of_the_target_wins_over_code() {
    let mut object = thing(&json!({"type": "object"}));
    let code = json!([{"engine": "Rego", "source": {"version": "v1", "rego": "package other"}}]);
    object["spec"]["targets"][0]["code"] = code;
    let template = template(&object).unwrap();
    assert!(template.source.modules[0].text.starts_with("package thing"));
    assert_eq!(template.source.modules[0].dialect, Dialect::V0);
}

/// Each with the field and a part of the sentence.
#[test]
fn what_gatekeeper_refuses_is_refused() {
    let target = "/spec/targets/0/target";
    let rego = "/spec/targets/0/rego";
    let rows = [
        (with("/kind", json!("Constraint")), "kind", "must be ConstraintTemplate"),
        (with("/apiVersion", json!("templates.gatekeeper.sh/v2")), "apiVersion", "v1alpha1"),
        (with("/spec/crd/spec/names/kind", json!("")), "spec.crd.spec.names.kind", "name the kind"),
        (with("/spec/crd/spec/names/kind", json!("Th ing")), "metadata.name", "lower case"),
        (with("/metadata/name", json!("things")), "metadata.name", "must be the kind in lower"),
        (with("/metadata/name", json!("Thing")), "metadata.name", "must be the kind in lower"),
        (with("/spec/targets", json!([])), "spec.targets", "exactly one"),
        (with("/spec/targets", json!([{}, {}])), "spec.targets", "exactly one"),
        (with("/spec/targets", json!("x")), "spec.targets", "must be a list"),
        (with(target, json!("validation.other")), "spec.targets[0].target", "is not known"),
        (with(rego, json!("")), "spec.targets[0]", "neither rego nor"),
        (with(rego, json!(1)), "spec.targets[0].rego", "is a number"),
        (
            thing(&json!({"type": "object", "properties": {"a": {"properties": {}}}})),
            "spec.crd.spec.validation.openAPIV3Schema.properties.a",
            "must have a type",
        ),
        (
            thing(&json!({"type": "object", "properties": {"a": {"type": "array"}}})),
            "spec.crd.spec.validation.openAPIV3Schema.properties.a.items",
            "what the elements are",
        ),
        (
            thing(&json!({"type": "array", "items": [{}]})),
            "spec.crd.spec.validation.openAPIV3Schema.items",
            "must be one schema",
        ),
    ];
    for (object, field, part) in rows {
        let error = template(&object).unwrap_err();
        assert!(matches!(error, TemplateError::Invalid(_)), "{error}");
        assert_eq!(error.format().field, field, "{error}");
        assert!(error.format().message.contains(part), "{error}");
        assert!(error.to_string().starts_with(&format!("template.yaml:7: {field}: ")), "{error}");
    }
}

#[test]
fn cel_alone_is_good_but_not_for_lessor() {
    let mut object = thing(&json!({"type": "object"}));
    object["spec"]["targets"][0] = json!({
        "target": "admission.k8s.gatekeeper.sh",
        "code": [{"engine": "K8sNativeValidation", "source": {"validations": []}}],
    });
    let error = template(&object).unwrap_err();
    assert!(matches!(error, TemplateError::Unsupported(_)), "{error}");
    assert_eq!(error.format().field, "spec.targets[0].code");
}

/// Before v1 a schema needs no types and keeps what it does not know.
#[test]
fn schemas_are_legacy_before_v1() {
    let loose = json!({"properties": {"a": {"type": "array"}, "b": {"type": "string"}}});
    let mut object = thing(&loose);
    assert!(template(&object).is_err());
    object["apiVersion"] = json!("templates.gatekeeper.sh/v1beta1");
    let preserve = "x-kubernetes-preserve-unknown-fields";
    assert_eq!(
        template(&object).unwrap().schema,
        Some(json!({
            preserve: true,
            "properties": {
                "a": {"type": "array", "items": {preserve: true}},
                "b": {"type": "string"},
            },
        }))
    );
    // The field says otherwise.
    object["spec"]["crd"]["spec"]["validation"]["legacySchema"] = json!(false);
    assert!(template(&object).is_err());
    object["apiVersion"] = json!("templates.gatekeeper.sh/v1");
    object["spec"]["crd"]["spec"]["validation"]["legacySchema"] = json!(true);
    assert!(template(&object).is_ok());

    object["spec"]["crd"]["spec"]["validation"] = json!({});
    assert_eq!(template(&object).unwrap().schema, None);
    object["apiVersion"] = json!("templates.gatekeeper.sh/v1alpha1");
    assert_eq!(template(&object).unwrap().schema, Some(json!({preserve: true})));
}

#[test]
fn a_template_without_violation_does_not_compile() {
    let object = with("/spec/targets/0/rego", json!("package thing\npatch[x] { x := 1 }"));
    let template = template(&object).unwrap();
    let mut engine = super::engine(None);
    let errors = engine.compile(&template).unwrap_err();
    assert!(errors[0].message.contains("no rule `violation`"), "{}", errors[0]);
    assert_eq!(errors[0].file, "template.yaml#spec.targets[0].rego");
}

/// A rule that is no set would never say anything.
#[test]
fn a_violation_that_is_no_set_is_an_error() {
    let object = with("/spec/targets/0/rego", json!("package thing\nviolation { true }"));
    let template = template(&object).unwrap();
    let mut engine = super::engine(None);
    let program = engine.compile(&template).unwrap();
    let error = engine.violations(&program, &json!({}), &json!({})).unwrap_err();
    assert!(error.contains("must be a set"), "{error}");
}
