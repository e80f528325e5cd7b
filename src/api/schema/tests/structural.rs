//! Schemas: which are taken, and that none does harm.
#![expect(clippy::needless_pass_by_value, reason = "literals read better without a borrow")]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{judged, of, said, wrong};
use crate::api::schema::ParametersSchema;
use crate::api::schema::sentence::shortened;

/// What is said about a schema of a property `v`.
fn unfit(schema: Value) -> Vec<String> {
    let schema = json!({"type": "object", "properties": {"v": schema}});
    said(&ParametersSchema::structural(&schema, "s").err().unwrap_or_default())
}

/// Each schema is refused, first of all at this path for what this part says.
#[track_caller]
fn all_refused(schemas: &[(Value, &str, &str)]) {
    for (schema, path, part) in schemas {
        let errors = unfit(schema.clone());
        let first = errors.first().unwrap_or_else(|| panic!("{schema} is taken"));
        assert!(
            first.starts_with(&format!("{path}: ")) && first.contains(part),
            "{schema}: {errors:?}"
        );
    }
}

#[test]
fn keywords_are_those_of_structural_schemas() {
    all_refused(&[
        (json!({}), "s.properties.v.type", "is missing"),
        (json!(7), "s.properties.v", "must be a schema"),
        (json!({"type": "text"}), "s.properties.v.type", "one of array, boolean"),
        (json!({"type": ["string"]}), "s.properties.v.type", "is not a type"),
        (json!({"type": "array"}), "s.properties.v.items", "is missing"),
        (
            json!({"type": "array", "items": [{"type": "string"}]}),
            "s.properties.v.items",
            "must be a schema",
        ),
        (
            json!({"type": "object", "additionalProperties": false}),
            "s.properties.v.additionalProperties",
            "remove it",
        ),
        (
            json!({"type": "object", "properties": {}, "additionalProperties": {"type": "string"}}),
            "s.properties.v.additionalProperties",
            "in place of properties",
        ),
        (json!({"type": "string", "const": "a"}), "s.properties.v.const", "not a keyword"),
        (json!({"$ref": "#/x", "type": "string"}), "s.properties.v[$ref]", "not a keyword"),
        (
            json!({"type": "string", "patternProperties": {}}),
            "s.properties.v.patternProperties",
            "not a keyword",
        ),
        (
            json!({"type": "string", "x-kubernetes-validations": []}),
            "s.properties.v.x-kubernetes-validations",
            "Rego",
        ),
        (json!({"type": "string", "minLength": "1"}), "s.properties.v.minLength", "whole number"),
        (json!({"type": "string", "minLength": -1}), "s.properties.v.minLength", "whole number"),
        (json!({"type": "string", "enum": []}), "s.properties.v.enum", "not empty"),
        (json!({"type": "string", "nullable": "yes"}), "s.properties.v.nullable", "true or false"),
        (json!({"type": "integer", "multipleOf": 0}), "s.properties.v.multipleOf", "above 0"),
        (json!({"type": "string", "pattern": "("}), "s.properties.v.pattern", "regular expression"),
        (
            json!({"type": "string", "pattern": "(?=a)b"}),
            "s.properties.v.pattern",
            "regular expression",
        ),
        (
            json!({"type": "string", "pattern": "(a{500}){500}"}),
            "s.properties.v.pattern",
            "regular expression",
        ),
    ]);
    for schema in [
        json!({"type": "object", "required": ["a"], "properties": {
            "a": {"type": "string"}, "b": {"type": "integer", "default": 1}}}),
        json!({"type": "string", "description": "d", "title": "t", "example": 1, "format": "x"}),
        json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]}),
        json!({"type": "array", "items": {"x-kubernetes-preserve-unknown-fields": true}}),
    ] {
        assert_eq!(unfit(schema), [""; 0]);
    }
    let root =
        ParametersSchema::structural(&json!({"type": "array", "items": {"type": "string"}}), "s");
    assert_eq!(said(&root.unwrap_err()), ["s.type: parameters are an object: write `object`"]);
}

#[test]
fn defaults_and_junctors_fit_what_is_declared() {
    all_refused(&[
        (
            json!({"type": "string", "default": 1}),
            "s.properties.v.default",
            "must be of type string",
        ),
        (
            json!({"type": "object", "default": {"b": 1}, "properties": {"a": {"type": "string"}}}),
            "s.properties.v.default.b",
            "known here: a",
        ),
        // Judged in its place: below a list and a map, beside required fields.
        (
            json!({"type": "array", "items": {"type": "object", "required": ["n", "o"], "properties": {
                "n": {"type": "string"},
                "o": {"type": "object", "additionalProperties": {"type": "object", "default": {"a.b": 7},
                    "properties": {"a.b": {"type": "integer", "maximum": 6}}}}}}}),
            "s.properties.v.items.properties.o.additionalProperties.default[a.b]",
            "at most 6",
        ),
        (
            json!({"type": "string", "anyOf": [{"type": "string"}]}),
            "s.properties.v.anyOf[0].type",
            "outside",
        ),
        (
            json!({"type": "object", "anyOf": [{"properties": {"a": {"pattern": "x"}}}]}),
            "s.properties.v.anyOf[0].properties.a",
            "not declared",
        ),
        (json!({"type": "string", "not": []}), "s.properties.v.not", "must be a schema"),
        (
            json!({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "bag"}),
            "s.properties.v.x-kubernetes-list-type",
            "atomic",
        ),
        (
            json!({"type": "string", "x-kubernetes-int-or-string": true}),
            "s.properties.v.type",
            "remove it",
        ),
    ]);
}

#[test]
fn a_hostile_schema_is_cut_short() {
    let deep = (0..80).fold(
        json!({"type": "string"}),
        |inner, _| json!({"type": "object", "properties": {"a": inner}}),
    );
    let errors = unfit(deep);
    assert!(errors.len() == 1 && errors[0].contains("too large"), "{errors:?}");
    let wide: serde_json::Map<String, Value> =
        (0..5_000).map(|i| (i.to_string(), json!({"type": "string"}))).collect();
    let errors = unfit(json!({"type": "object", "properties": wide}));
    assert!(errors.len() == 1 && errors[0].contains("too large"), "{errors:?}");
    let untyped: serde_json::Map<String, Value> =
        (0..500).map(|i| (i.to_string(), json!({}))).collect();
    let errors = unfit(json!({"type": "object", "properties": untyped}));
    assert!(errors.len() <= 32 && !errors.is_empty(), "{}", errors.len());
    let patterns = |count: usize| {
        let one = |i: usize| (i.to_string(), json!({"type": "string", "pattern": "^a$"}));
        json!({"type": "object", "properties": (0..count).map(one).collect::<serde_json::Map<_, _>>()})
    };
    assert_eq!(unfit(patterns(32)), [""; 0]);
    let errors = unfit(patterns(33));
    assert!(errors.len() == 1 && errors[0].contains("at most 32 patterns"), "{errors:?}");
    let long = of(json!({"v": {"type": "integer"}}));
    let (_, errors) = judged(&long, json!({"v": "x".repeat(100_000)}));
    assert!(errors[0].len() < 300, "{}", errors[0].len());
    assert_eq!(shortened("äöü", 2), "äö…");
    // In a backtracking engine this would take longer than the universe has.
    let bomb = json!({"v": {"type": "string", "pattern": "^(a+)+$"}});
    wrong(bomb, json!({"v": format!("{}b", "a".repeat(10_000))}), "p.v", "must match");
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("type"),
        Just("properties"),
        Just("items"),
        Just("default"),
        Just("nullable"),
        Just("enum"),
        Just("additionalProperties"),
        Just("anyOf"),
        Just("not"),
        Just("required"),
        Just("a"),
        Just("b"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..9).prop_map(Value::from),
        prop_oneof![Just("object"), Just("string"), Just("array"), Just("integer"), Just("a")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..5).prop_map(|entries| {
                Value::Object(
                    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_schema_and_any_parameters_are_answered(schema in any_json(), value in any_json()) {
        for read in [ParametersSchema::structural(&schema, "s"), ParametersSchema::lenient(&schema, "s")] {
            let Ok(read) = read else { continue };
            let mut once = value.clone();
            read.fill(&mut once);
            let mut twice = once.clone();
            read.fill(&mut twice);
            prop_assert_eq!(&once, &twice, "defaults are filled once and for all");
            let _ = read.errors(&once, "p");
        }
    }
}
