//! Expected texts were taken from OPA 1.19's `sprintf`.

use regorus::Value;
use serde_json::{Value as Json, json};

use super::super::call::Failure;
use super::sprintf;
use crate::policy::convert::to_rego;
use crate::policy::faults;

fn formatted(format: &str, arguments: &Json) -> String {
    faults::begin(true, 1_000_000);
    match sprintf(&[Value::from(format), to_rego(arguments)]) {
        Ok(Value::String(text)) => text.to_string(),
        Ok(other) => panic!("{other}"),
        Err(Failure::Refused(refusal)) => panic!("{}", refusal.0),
        Err(_) => panic!("failed"),
    }
}

#[track_caller]
fn check(cases: &[(&str, Json, &str)]) {
    for (format, arguments, expected) in cases {
        assert_eq!(formatted(format, arguments), *expected, "{format:?} {arguments}");
    }
}

#[test]
fn plain_values() {
    check(&[
        ("%v is %v", json!(["a", 1]), "a is 1"),
        ("%s", json!(["hello"]), "hello"),
        ("%d of %d", json!([3, -4]), "3 of -4"),
        ("100%% %v", json!([true]), "100% true"),
        ("%v %v", json!([null, false]), "null false"),
        ("%v", json!([1.5]), "1.5"),
        ("%v", json!([0.1]), "0.1"),
        ("%v", json!([1_234_567.5]), "1.2345675e+06"),
    ]);
}

#[test]
fn composites_are_terms() {
    check(&[
        ("%v", json!([["a", 1, null]]), r#"["a", 1, null]"#),
        ("%v", json!([{"b": [1.5], "a": {}}]), r#"{"a": {}, "b": [1.5]}"#),
        ("%s", json!([["x"]]), r#"["x"]"#),
        ("%v", json!([[]]), "[]"),
        ("%v", json!([{"k": "v\n\"q\""}]), r#"{"k": "v\n\"q\""}"#),
    ]);
    let set = |items: Vec<Value>| {
        Value::from(items.into_iter().collect::<std::collections::BTreeSet<_>>())
    };
    let text = |value: Value| super::term(&value);
    assert_eq!(
        text(set(vec![Value::from("b"), Value::from(2u64), Value::from("a")])),
        r#"{2, "a", "b"}"#
    );
    assert_eq!(text(set(vec![])), "set()");
}

#[test]
fn what_does_not_fit_is_written_into_the_text() {
    check(&[
        ("%v and %v", json!([1]), "1 and %!v(MISSING)"),
        ("%v", json!([1, "a", [2]]), "1%!(EXTRA string=a, string=[2])"),
        ("no verbs", json!([7]), "no verbs%!(EXTRA int64=7)"),
        ("%d", json!(["x"]), "%!d(string=x)"),
        ("%s", json!([5]), "%!s(int64=5)"),
        ("%t", json!([true]), "%!t(string=true)"),
        ("%d", json!([1.5]), "%!d(float64=1.5)"),
        ("%z", json!([1]), "%!z(int64=1)"),
        ("50%", json!([]), "50%!(NOVERB)"),
        ("%[3]v", json!([1]), "%!v(BADINDEX)"),
        ("%*d", json!(["x", 1]), "%!(BADWIDTH)1"),
        ("%.*d", json!([-1, 1]), "%!(BADPREC)1"),
    ]);
}

#[test]
fn flags_widths_and_precisions() {
    check(&[
        ("%05d|%5d|%-5d|%+d|% d", json!([42, 42, 42, 42, 42]), "00042|   42|42   |+42| 42"),
        ("%.2f|%8.3f|%f", json!([2.345, 2.5, 1.5]), "2.35|   2.500|1.500000"),
        ("%-10s|%10s|%.2s", json!(["ab", "ab", "abc"]), "ab        |        ab|ab"),
        (
            "%x|%X|%#x|%o|%#o|%O|%b|%#b",
            json!([255, 255, 255, 8, 8, 8, 5, 5]),
            "ff|FF|0xff|10|010|0o10|101|0b101",
        ),
        ("%x|% x|%#x|%X", json!(["hi", "hi", "hi", "hi"]), "6869|68 69|0x6869|6869"),
        (
            "%e|%E|%g|%G|%.3g",
            json!([1234.5, 1234.5, 1234.5, 0.00001234, 1234.5]),
            "1.234500e+03|1.234500E+03|1234.5|1.234E-05|1.23e+03",
        ),
        ("%q|%+q|%#q|%q", json!(["a\"b\n", "é", "raw", 65]), "\"a\\\"b\\n\"|\"\\u00e9\"|`raw`|'A'"),
        ("%c|%U|%#U", json!([8364, 8364, 8364]), "€|U+20AC|U+20AC '€'"),
        ("%T|%T|%T", json!([1, 1.5, "x"]), "int64|float64|string"),
        ("%+v|%#v|%#v", json!([5, "x", 1.5]), "5|\"x\"|1.5"),
        ("%*d|%-*d|%.*f", json!([4, 7, 4, 7, 1, 2.25]), "   7|7   |2.2"),
        ("%[2]v %[1]v", json!(["a", "b"]), "b a"),
        ("%#g|%#.2e|%#.0f", json!([1.5, 1.5, 1.5]), "1.50000|1.50e+00|2."),
        ("%x|%.2x|%b", json!([1.5, 1.999, 1.5]), "0x1.8p+00|0x1.00p+01|6755399441055744p-52"),
        ("%.0d|%5.3d", json!([0, 7]), "|  007"),
    ]);
}

#[test]
fn unicode_is_printed_as_go_prints_it() {
    check(&[
        (
            "%q",
            json!(["é\u{301}\u{200b}\u{a0}\u{1f600}\u{7f}"]),
            "\"é\u{301}\\u200b\\u00a0\u{1f600}\\x7f\"",
        ),
        ("%5s|%-5s|", json!(["é", "é"]), "    é|é    |"),
    ]);
}

#[test]
fn widths_and_texts_are_bounded() {
    for (format, arguments) in
        [("%300000000d", json!([1])), ("%.300000000f", json!([1.5])), ("%*d", json!([500_000, 1]))]
    {
        faults::begin(true, 1_000_000);
        let result = sprintf(&[Value::from(format), to_rego(&arguments)]);
        assert!(matches!(result, Err(Failure::Refused(_))), "{format}");
    }
    faults::begin(true, 1_000_000);
    let many = format!("{}x", "%1000s".repeat(2000));
    let result = sprintf(&[Value::from(many), to_rego(&json!(vec!["a"; 2000]))]);
    assert!(matches!(result, Err(Failure::Refused(_))));
}

#[test]
fn only_a_string_and_an_array() {
    for arguments in [json!([1, []]), json!(["x", "y"])] {
        faults::begin(true, 1_000);
        let arguments: Vec<Value> = arguments.as_array().unwrap().iter().map(to_rego).collect();
        assert!(matches!(sprintf(&arguments), Err(Failure::Failed(_))));
    }
}
