//! Every class of error, in both engines: nothing that errs may look like an
//! empty set.

use super::*;

#[track_caller]
fn fails(body: &str, input: &Json, expected: &str) {
    let policy = policy(body);
    assert!(policy.program().is_ok(), "{:?}", policy.program());
    for engine in ENGINES {
        let found = answer(&policy, engine, input);
        let Err(EvalError::Failed { message, at }) = &found else {
            panic!("{engine:?} {body}: {found:?}")
        };
        assert!(message.contains(expected), "{engine:?} {body}: {message}");
        let at = at.as_deref().unwrap_or_default();
        assert!(at.starts_with("m0.rego:"), "{engine:?} {body}: {at}");
    }
}

#[test]
fn a_bad_sprintf() {
    fails("violation contains sprintf(\"%v\", input.x)", &json!({"x": 1}), "sprintf");
    fails("violation contains sprintf(input.x, [1])", &json!({"x": 1}), "sprintf");
}

#[test]
fn an_invalid_regex() {
    let input = json!({"pattern": "a(", "x": "a"});
    fails("violation contains 1 if regex.match(input.pattern, input.x)", &input, "regex");
    fails("violation contains 1 if not regex.match(input.pattern, input.x)", &input, "regex");
    fails("violation contains x if some x in regex.split(input.pattern, input.x)", &input, "regex");
}

#[test]
fn division_by_zero() {
    fails("violation contains 1 / input.x", &json!({"x": 0}), "zero");
    fails("violation contains 1 % input.x", &json!({"x": 0}), "zero");
    fails("violation contains 1 if not 1 / input.x == 2", &json!({"x": 0}), "zero");
    fails("violation contains 5 % input.x", &json!({"x": 1.5}), "modulo");
}

#[test]
fn complete_rules_that_conflict() {
    let body = "x := 1 if input.a\nx := 2 if input.b\nviolation contains x";
    fails(body, &json!({"a": true, "b": true}), "");
    assert_eq!(both(body, &json!({"b": true})), Ok(json!([2])));
    assert_eq!(both(body, &json!({})), Ok(json!([])));
    fails("x := y if some y in input.ys\nviolation contains x", &json!({"ys": [1, 2]}), "");
    fails(
        "violation contains 1 if not x\nx := y if some y in input.ys",
        &json!({"ys": [1, 2]}),
        "",
    );
}

#[test]
fn functions_with_several_outputs() {
    let loops = "f(x) := y if some y in x\nviolation contains f(input.ys)";
    fails(loops, &json!({"ys": [1, 2]}), "");
    assert_eq!(both(loops, &json!({"ys": [1, 1]})), Ok(json!([1])));
    let many = "f(x) := 1 if x > 1\nf(x) := 2 if x > 2\nviolation contains f(input.x)";
    fails(many, &json!({"x": 3}), "");
    assert_eq!(both(many, &json!({"x": 2})), Ok(json!([1])));
    let nested = "f(x) := 1 if x > 1\nf(x) := 2 if x > 2\ng(x) := f(x + 1) if x\n\
                  violation contains 1 if not g(input.x)";
    fails(nested, &json!({"x": 3}), "");
}

#[test]
fn numbers_of_texts_that_are_none() {
    fails("violation contains to_number(input.x)", &json!({"x": "12a"}), "to_number");
    fails("violation contains units.parse_bytes(input.x)", &json!({"x": "1Zi"}), "units");
    fails("violation contains 1 if units.parse(input.x) > 1", &json!({"x": ""}), "units");
}

#[test]
fn operands_of_the_wrong_type() {
    for body in [
        "violation contains count(input.x)",
        "violation contains 1 if startswith(input.x, \"a\")",
        "violation contains 1 if not startswith(input.x, \"a\")",
        "violation contains concat(\",\", input.x)",
        "violation contains 1 + input.y",
        "violation contains 1 if input.y - 1 > 2",
        "violation contains upper(input.x)",
        "violation contains object.get(input.x, \"a\", 1)",
        "violation contains 1 if sum(input.x) > 1",
    ] {
        fails(body, &json!({"x": 1, "y": "1"}), "");
    }
}

#[test]
fn keys_with_two_values() {
    let input = json!({"xs": [{"k": "a", "v": 1}, {"k": "a", "v": 2}]});
    fails("violation contains {x.k: x.v | some x in input.xs}", &input, "");
    fails("o[x.k] := x.v if some x in input.xs\nviolation contains o", &input, "");
    let same = json!({"xs": [{"k": "a", "v": 1}, {"k": "a", "v": 1}]});
    let body = "violation contains {x.k: x.v | some x in input.xs}";
    assert_eq!(both(body, &same), Ok(json!([{"a": 1}])));
}

#[test]
fn an_undefined_entry() {
    let policy = policy("violation := {1} if input.x");
    for engine in ENGINES {
        assert_eq!(answer(&policy, engine, &json!({"x": 1})), Ok(json!([1])));
        let found = answer(&policy, engine, &json!({}));
        let Err(EvalError::Failed { message, .. }) = &found else { panic!("{found:?}") };
        assert_eq!(message, "data.p.violation is undefined for this input");
    }
}

#[test]
fn numbers_out_of_range() {
    fails("violation contains input.x * input.x", &json!({"x": 1e308}), "");
    fails("violation contains 1 if input.x + input.x > 1", &json!({"x": 1.7e308}), "");
}

#[test]
fn external_data_is_asked_for() {
    let body = "violation contains external_data({\"provider\": \"x\", \"keys\": input.keys})";
    fails(body, &json!({"keys": ["a"]}), "network");
}

#[test]
fn an_error_beats_what_is_there() {
    fails(
        "violation contains \"there\"\nviolation contains to_number(input.x)",
        &json!({"x": "a"}),
        "to_number",
    );
    fails(
        "violation contains x if {\n\tsome x in input.xs\n\tto_number(x) == 1\n}",
        &json!({"xs": ["1", "a"]}),
        "to_number",
    );
}
