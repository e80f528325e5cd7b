//! Parameters: what is filled in and what is wrong.

use serde_json::json;

use super::{fits, judged, of, said, wrong};
use crate::api::schema::ParametersSchema;

#[test]
fn defaults_are_filled_as_the_api_server_fills_them() {
    let schema = of(json!({
        "max": {"type": "integer", "default": 3},
        "off": {"type": "boolean", "default": false},
        "note": {"type": "string", "nullable": true, "default": "n"},
        "limits": {"type": "object", "properties": {"cpu": {"type": "string", "default": "1"}}},
        "whole": {"type": "object", "default": {}, "properties": {"a": {"type": "integer", "default": 1}}},
        "list": {"type": "array", "items": {"type": "object", "properties": {"b": {"type": "integer", "default": 2}}}},
        "map": {"type": "object", "additionalProperties": {"type": "integer", "default": 9}},
        "plain": {"type": "string"}
    }));
    for (given, expected) in [
        (json!({}), json!({"max": 3, "off": false, "note": "n", "whole": {"a": 1}})),
        // An object that is absent without a default stays so; one that is there is filled.
        (
            json!({"limits": {}, "list": [{}, {"b": 5}]}),
            json!({"max": 3, "off": false, "note": "n", "whole": {"a": 1},
                "limits": {"cpu": "1"}, "list": [{"b": 2}, {"b": 5}]}),
        ),
        // A null counts as absent, unless it may be null.
        (
            json!({"max": null, "note": null, "plain": null, "map": {"x": null}}),
            json!({"max": 3, "off": false, "note": null, "whole": {"a": 1}, "map": {"x": 9}}),
        ),
        (
            json!({"max": 0, "off": true, "note": "", "whole": {"a": 0}}),
            json!({"max": 0, "off": true, "note": "", "whole": {"a": 0}}),
        ),
    ] {
        let (filled, errors) = judged(&schema, given);
        assert_eq!((filled, errors), (expected, vec![]));
    }
}

#[test]
fn types_are_told_apart() {
    for (kind, yes, no) in [
        ("string", json!("1"), json!(1)),
        ("integer", json!(1), json!(1.5)),
        ("integer", json!(1.0), json!("1")),
        ("number", json!(1.5), json!("1.5")),
        ("boolean", json!(true), json!("true")),
        ("object", json!({}), json!([])),
    ] {
        let schema = json!({"v": {"type": kind}});
        fits(schema.clone(), json!({"v": yes}));
        wrong(schema, json!({"v": no}), "p.v", &format!("must be of type {kind}, and is"));
    }
    let list = json!({"v": {"type": "array", "items": {"type": "string"}}});
    fits(list.clone(), json!({"v": ["a"]}));
    wrong(list.clone(), json!({"v": {}}), "p.v", "array");
    wrong(list, json!({"v": ["a", 1]}), "p.v[1]", "must be of type string, and is the number 1");
    let port = json!({"v": {"x-kubernetes-int-or-string": true}});
    fits(port.clone(), json!({"v": 80}));
    fits(port.clone(), json!({"v": "http"}));
    wrong(port, json!({"v": 1.5}), "p.v", "integer or string");
    let nullable = json!({"v": {"type": "string", "nullable": true, "enum": ["a"]}});
    fits(nullable.clone(), json!({"v": null}));
    wrong(nullable, json!({"v": "b"}), "p.v", "must be one of \"a\", and is \"b\"");
}

#[test]
fn bounds_hold_at_their_edges() {
    for (schema, yes, no, part) in [
        (json!({"type": "integer", "minimum": 1}), json!(1), json!(0), "at least 1"),
        (json!({"type": "integer", "maximum": 3}), json!(3), json!(4), "at most 3"),
        (
            json!({"type": "number", "minimum": 1, "exclusiveMinimum": true}),
            json!(1.5),
            json!(1),
            "more than 1",
        ),
        (
            json!({"type": "number", "maximum": 3, "exclusiveMaximum": true}),
            json!(2.9),
            json!(3),
            "less than 3",
        ),
        (
            json!({"type": "integer", "minimum": 1, "exclusiveMinimum": false}),
            json!(1),
            json!(0),
            "at least 1",
        ),
        (json!({"type": "integer", "multipleOf": 5}), json!(10), json!(11), "multiple of 5"),
        (
            json!({"type": "string", "minLength": 2}),
            json!("äö"),
            json!("ä"),
            "at least 2 characters",
        ),
        (
            json!({"type": "string", "maxLength": 2}),
            json!("äö"),
            json!("äöü"),
            "at most 2 characters",
        ),
        (json!({"type": "string", "pattern": "^a+$"}), json!("aa"), json!("ab"), "must match ^a+$"),
        (
            json!({"type": "string", "format": "date-time"}),
            json!("2027-01-01T00:00:00Z"),
            json!("soon"),
            "date-time",
        ),
        (
            json!({"type": "array", "maxItems": 1, "items": {"type": "integer"}}),
            json!([1]),
            json!([1, 2]),
            "at most 1 elements",
        ),
        (
            json!({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "integer"}}),
            json!([1, 2]),
            json!([1, 1]),
            "twice",
        ),
        (
            json!({"type": "object", "minProperties": 1, "additionalProperties": {"type": "integer"}}),
            json!({"a": 1}),
            json!({}),
            "at least 1 keys",
        ),
    ] {
        fits(json!({"v": schema}), json!({"v": yes}));
        wrong(json!({"v": schema}), json!({"v": no}), "p.v", part);
    }
    // A format that nobody knows is a note to the reader.
    fits(json!({"v": {"type": "integer", "format": "int32"}}), json!({"v": 1}));
}

#[test]
fn fields_are_required_and_known() {
    let schema = json!({"rule": {"type": "object", "required": ["host"], "properties": {
        "host": {"type": "string"}, "a.b/c": {"type": "integer"}}}});
    fits(schema.clone(), json!({"rule": {"host": "x", "a.b/c": 1}}));
    wrong(schema.clone(), json!({"rule": {}}), "p.rule.host", "is required");
    wrong(schema.clone(), json!({"rule": {"host": "x", "a.b/c": "1"}}), "p.rule[a.b/c]", "integer");
    wrong(
        schema.clone(),
        json!({"rule": {"host": "x", "hosts": 1}}),
        "p.rule.hosts",
        "known here: a.b/c, host",
    );
    wrong(schema, json!({"rules": 1}), "p.rules", "known here: rule");
    wrong(json!({"v": {"type": "object"}}), json!({"v": {"a": 1}}), "p.v.a", "known here: none");
    for open in [
        json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "additionalProperties": true}),
        json!({"x-kubernetes-preserve-unknown-fields": true}),
    ] {
        fits(json!({"v": open}), json!({"v": {"a": 1}}));
    }
    let map = json!({"v": {"type": "object", "additionalProperties": {"type": "integer"}}});
    wrong(map, json!({"v": {"0": "x"}}), "p.v.0", "integer");
    let keyed = json!({"v": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"],
        "items": {"type": "object", "properties": {"n": {"type": "string"}, "x": {"type": "integer"}}}}});
    fits(keyed.clone(), json!({"v": [{"n": "a"}, {"n": "b"}]}));
    wrong(keyed, json!({"v": [{"n": "a"}, {"n": "b"}, {"n": "a", "x": 1}]}), "p.v[2]", "same n");
}

#[test]
fn junctors_are_read() {
    let either = json!({"v": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}});
    fits(either.clone(), json!({"v": {"a": 1}}));
    wrong(either.clone(), json!({"v": {}}), "p.v", "none of the schemas under `oneOf`");
    wrong(either, json!({"v": {"a": 1, "b": 1}}), "p.v", "more than one");
    let not = json!({"v": {"type": "string", "not": {"enum": ["x"]}}});
    fits(not.clone(), json!({"v": "y"}));
    wrong(not, json!({"v": "x"}), "p.v", "under `not`");
    let all = json!({"v": {"type": "integer", "allOf": [{"minimum": 1}, {"maximum": 3}]}});
    fits(all.clone(), json!({"v": 2}));
    wrong(all, json!({"v": 4}), "p.v", "at most 3");
    let any = json!({"v": {"type": "integer", "anyOf": [{"minimum": 10}, {"maximum": 3}]}});
    wrong(any, json!({"v": 4}), "p.v", "`anyOf`");
}

#[test]
fn an_older_template_may_leave_types_out() {
    let schema = json!({"properties": {
        "repos": {"items": {"type": "string"}, "type": "array"},
        "min": {"default": 1, "minimum": 1}
    }, "x-unknown": 1});
    let schema = ParametersSchema::lenient(&schema, "s").unwrap();
    assert_eq!(
        judged(&schema, json!({"extra": {"a": null}})),
        (json!({"extra": {"a": null}, "min": 1}), vec![])
    );
    let (_, errors) = judged(&schema, json!({"repos": [1], "min": 0}));
    assert_eq!(errors.len(), 2, "{errors:?}");
    let broken = ParametersSchema::lenient(&json!({"properties": {"a": {"pattern": "("}}}), "s");
    let errors = said(&broken.unwrap_err());
    assert!(errors[0].starts_with("s.properties.a"), "{errors:?}");
}
