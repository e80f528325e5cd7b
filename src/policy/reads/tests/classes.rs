//! One test for every way of looking at a value: a policy whose result depends
//! on exactly one thing, and two inputs that differ in nothing else.

use serde_json::{Value as Json, json};

use super::{Case, Policy, Unbounded};

/// `body` gives `x` a value; the result shows it.
fn says(body: &str) -> Policy {
    Policy::new(&saying(body))
}

fn saying(body: &str) -> String {
    format!("package p\nviolation contains {{\"x\": x}} if {{ {body} }}\n{HELPERS}")
}

const HELPERS: &str = r#"
name(review) := get(review.object, "name")
get(object, field) := object[field]
same(a, b) := 1 if a == b
either(o) := o.a if o.first
either(o) := o.b if o.second
"#;

/// The things differ in effect, and so in hash.
fn counts(policy: &Policy, one: &Json, other: &Json) {
    let (one, first) = policy.holds(&Case::of(one));
    let (other, second) = policy.holds(&Case::of(other));
    assert_ne!(one, other, "the test shows nothing: {}", policy.projection());
    assert_ne!(first[0], second[0], "{}", policy.projection());
    assert_ne!(first[1], second[1], "{}", policy.projection());
}

/// The things differ in no effect, and not in hash.
fn ignores(policy: &Policy, one: &Json, other: &Json) {
    let (one, first) = policy.holds(&Case::of(one));
    let (other, second) = policy.holds(&Case::of(other));
    assert_eq!(one, other);
    assert_eq!(first, second, "{}", policy.projection());
}

/// Guards: presence, truth, and what does not matter for them.
#[test]
fn conditions() {
    let there = says("_ = input.review.object.a; x := 1");
    counts(&there, &json!({"a": null}), &json!({}));
    ignores(&there, &json!({"a": null}), &json!({"a": false}));
    ignores(&there, &json!({"a": {"b": 1}}), &json!({"a": [1, 2]}));
    let holds = says("input.review.object.a; x := 1");
    counts(&holds, &json!({"a": false}), &json!({"a": null}));
    counts(&holds, &json!({"a": false}), &json!({"a": []}));
    ignores(&holds, &json!({"a": [1]}), &json!({"a": [2, 3]}));
    let negated = says("not input.review.object.a; x := 1");
    counts(&negated, &json!({"a": false}), &json!({"a": null}));
    counts(&negated, &json!({"a": true}), &json!({}));
    ignores(&negated, &json!({"a": {"b": 1}}), &json!({"a": {}}));
}

/// Comparison: with a scalar, with something empty, with a container, with each
/// other.
#[test]
fn comparisons() {
    let scalar = says("x := input.review.object.a == 1");
    counts(&scalar, &json!({"a": 1}), &json!({"a": 2}));
    counts(&scalar, &json!({"a": 1}), &json!({"a": [1]}));
    ignores(&scalar, &json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
    for (empty, full, other) in [("{}", json!({"k": 1}), json!({"k": 2})), ("[]", json!([1]), json!([2]))]
    {
        let policy = says(&format!("x := input.review.object.a != {empty}"));
        let nothing: Json = serde_json::from_str(empty).expect("JSON");
        counts(&policy, &json!({"a": nothing}), &json!({"a": full}));
        ignores(&policy, &json!({"a": full}), &json!({"a": other}));
    }
    let container = says(r#"x := input.review.object.a == {"b": [1]}"#);
    counts(&container, &json!({"a": {"b": [1]}}), &json!({"a": {"b": [2]}}));
    let both = says("x := input.review.object.a < input.review.object.b");
    counts(&both, &json!({"a": [1], "b": [2]}), &json!({"a": [3], "b": [2]}));
    counts(&both, &json!({"a": [1], "b": [2]}), &json!({"a": [1], "b": [0]}));
    let unified = says("{\"b\": x} = input.review.object.a");
    counts(&unified, &json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
    let unified = says("[x, 2] = input.review.object.a");
    counts(&unified, &json!({"a": [1, 2]}), &json!({"a": [1, 3]}));
    counts(&unified, &json!({"a": [1, 2]}), &json!({"a": [1, 2, 3]}));
    counts(&unified, &json!({"a": [1, 2]}), &json!({"a": {"0": 1, "1": 2}}));
}

/// Types: what looks alike when printed.
#[test]
fn types() {
    let number = says("x := is_number(input.review.object.a)");
    counts(&number, &json!({"a": 1}), &json!({"a": "1"}));
    ignores(&number, &json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
    let name = says("x := type_name(input.review.object.a)");
    counts(&name, &json!({"a": []}), &json!({"a": {}}));
    counts(&name, &json!({"a": null}), &json!({"a": {}}));
    counts(&name, &json!({"a": null}), &json!({}));
    ignores(&name, &json!({"a": [1]}), &json!({"a": [[2]]}));
    let null = says("x := is_null(input.review.object.a)");
    counts(&null, &json!({"a": null}), &json!({"a": false}));
}

/// Lengths and keys without values.
#[test]
fn shapes() {
    let count = says("x := count(input.review.object.a)");
    counts(&count, &json!({"a": [1]}), &json!({"a": [1, 1]}));
    counts(&count, &json!({"a": "x"}), &json!({"a": "xy"}));
    counts(&count, &json!({"a": {"b": 1}}), &json!({"a": {}}));
    ignores(&count, &json!({"a": [1]}), &json!({"a": [{"b": 2}]}));
    let keys = says("x := object.keys(input.review.object.a)");
    counts(&keys, &json!({"a": {"b": 1}}), &json!({"a": {"c": 1}}));
    ignores(&keys, &json!({"a": {"b": 1}}), &json!({"a": {"b": [2]}}));
    let looped = says("some x, _ in input.review.object.a");
    counts(&looped, &json!({"a": {"b": 1}}), &json!({"a": {"c": 1}}));
    counts(&looped, &json!({"a": [1]}), &json!({"a": [1, 1]}));
    ignores(&looped, &json!({"a": {"b": 1}}), &json!({"a": {"b": [2]}}));
    let rounds = says("x := count([1 | some _ in input.review.object.a])");
    counts(&rounds, &json!({"a": [1]}), &json!({"a": [1, 1]}));
}

/// Indexing: by a literal, a position, an unknown key, a chain; and the key.
#[test]
fn indexing() {
    let position = says("x := input.review.object.a[1]");
    counts(&position, &json!({"a": [1, 2]}), &json!({"a": [1, 3]}));
    counts(&position, &json!({"a": [1, 2]}), &json!({"a": [1]}));
    counts(&position, &json!({"a": [1, 2]}), &json!({"a": {"1": 2}}));
    ignores(&position, &json!({"a": [1, 2]}), &json!({"a": [9, 2]}));
    ignores(&position, &json!({"a": [1, 2]}), &json!({"a": [1, 2, 3]}));
    let unknown = says("x := input.review.object.a[input.review.object.k]");
    counts(&unknown, &json!({"a": {"b": 1}, "k": "b"}), &json!({"a": {"b": 2}, "k": "b"}));
    counts(&unknown, &json!({"a": {"b": 1, "c": 2}, "k": "b"}), &json!({"a": {"b": 1, "c": 2}, "k": "c"}));
    let chain = says(r#"k := lower("B"); x := input.review.object.a[k].c[0]"#);
    counts(&chain, &json!({"a": {"b": {"c": [1]}}}), &json!({"a": {"b": {"c": [2]}}}));
    ignores(&chain, &json!({"a": {"b": {"c": [1], "d": 1}}}), &json!({"a": {"b": {"c": [1], "d": 2}}}));
    let fields = says(r#"some f in ["a", "b"]; x := input.review.object[f].c"#);
    counts(&fields, &json!({"b": {"c": 1}}), &json!({"b": {"c": 2}}));
    ignores(&fields, &json!({"b": {"c": 1}, "d": {"c": 1}}), &json!({"b": {"c": 1}, "d": {"c": 2}}));
    let table = says(r#"x := {"k": 1, "l": 2}[input.review.object.a]"#);
    counts(&table, &json!({"a": "k"}), &json!({"a": "l"}));
    let get = says(r#"x := object.get(input.review.object, ["a", "b"], 5)"#);
    counts(&get, &json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
    counts(&get, &json!({"a": {"b": 5}}), &json!({"a": {"b": null}}));
    ignores(&get, &json!({"a": {"b": 1, "c": 1}}), &json!({"a": {"b": 1, "c": 2}}));
    let all = says("x := object.get(input.review.object.a, [], 5)");
    counts(&all, &json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
    let unknown = says("x := object.get(input.review.object.a, input.review.object.k, 5)");
    counts(&unknown, &json!({"a": {"b": {"c": 1}}, "k": ["b", "c"]}), &json!({"a": {"b": {"c": 2}}, "k": ["b", "c"]}));
    let default = says("x := object.get(input.review.object.a, \"b\", input.review.object.d)");
    counts(&default, &json!({"a": {}, "d": [1]}), &json!({"a": {}, "d": [2]}));
}

/// Membership: the collection, the value, values of objects.
#[test]
fn membership() {
    let literal = says(r#"x := "v" in input.review.object.a"#);
    counts(&literal, &json!({"a": ["v"]}), &json!({"a": ["w"]}));
    counts(&literal, &json!({"a": {"k": "v"}}), &json!({"a": {"v": "k"}}));
    ignores(&literal, &json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 2}]}));
    let listed = says(r#"x := input.review.object.a in {"v", "w"}"#);
    counts(&listed, &json!({"a": "v"}), &json!({"a": "u"}));
    ignores(&listed, &json!({"a": [1]}), &json!({"a": [2]}));
    let containers = says(r#"x := {"b": 1} in input.review.object.a"#);
    counts(&containers, &json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 2}]}));
    let built = says("x := \"v\" in [input.review.object.a, 1]");
    counts(&built, &json!({"a": "v"}), &json!({"a": "w"}));
    let element = says("s := {input.review.object.a, 1}; x := input.review.object.b in s");
    counts(&element, &json!({"a": [1], "b": [1]}), &json!({"a": [2], "b": [1]}));
    counts(&element, &json!({"a": [1], "b": [1]}), &json!({"a": [1], "b": [2]}));
}

/// What is put into a container and taken out again, or returned.
#[test]
fn containers() {
    for body in [
        "x := [input.review.object.a]",
        "x := {input.review.object.a}",
        "x := {\"k\": input.review.object.a}",
        "x := {input.review.object.a: 1}",
        "x := [y | some y in [input.review.object.a]]",
        "x := {y | some y in [input.review.object.a]}",
        "x := {\"k\": y | some y in [input.review.object.a]}",
        "x := {y: 1 | some y in [input.review.object.a]}",
        "x := array.concat([1], [input.review.object.a])",
        "x := {1} | {input.review.object.a}",
        "x := {[1], [2]} & {input.review.object.a}",
        "x := {[1], [2]} - {input.review.object.a}",
        "x := json.marshal([{\"k\": input.review.object.a}])",
        "some x in {input.review.object.a}",
        "some x, _ in {input.review.object.a: 1}",
        "some y in {[input.review.object.a]}; x := y[0]",
        "y := [{\"k\": [input.review.object.a]}]; x := y[0].k[0]",
        "x := {input.review.object.a}[input.review.object.a]",
        "x := {\"k\": input.review.object.a}[lower(\"K\")]",
    ] {
        counts(&says(body), &json!({"a": [1]}), &json!({"a": [2]}));
    }
    let only = says("y := [{\"k\": [input.review.object.a]}]; x := y[0].k[0].b");
    counts(&only, &json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
    ignores(&only, &json!({"a": {"b": 1, "c": 1}}), &json!({"a": {"b": 1, "c": 2}}));
}

/// Sets: elements that differ in what is not looked at are two elements, in an
/// order of their own.
#[test]
fn sets() {
    let one = json!({"a": [{"n": 1, "z": 1}, {"n": 1, "z": 2}]});
    let two = json!({"a": [{"n": 1, "z": 1}, {"n": 1, "z": 1}]});
    let set = "s := {c | some c in input.review.object.a};";
    for body in ["x := count(s)", "x := [c.n | some c in s]", "x := count([1 | some _ in s])"] {
        counts(&says(&format!("{set} {body}")), &one, &two);
    }
    let ascending = json!({"a": [{"n": 1, "a": 1}, {"n": 2, "a": 2}]});
    let descending = json!({"a": [{"n": 1, "a": 2}, {"n": 2, "a": 1}]});
    counts(&says(&format!("{set} x := [c.n | some c in s]")), &ascending, &descending);
    // One set out of another: neither order nor number shows.
    for body in ["x := {c.n | some c in s}", "some c in s; x := c.n"] {
        ignores(&says(&format!("{set} {body}")), &one, &two);
        ignores(&says(&format!("{set} {body}")), &ascending, &descending);
    }
    let every = says(&format!("{set} every c in s {{ c.n == 1 }}; x := 1"));
    counts(&every, &one, &ascending);
    ignores(&every, &one, &two);
    let empty = says(&format!("{set} x := s == set()"));
    counts(&empty, &one, &json!({"a": []}));
    ignores(&empty, &one, &two);
}

/// The last element of a set wins: which is the last, may be decided by fields
/// that nobody names.
#[test]
fn a_rule_that_takes_the_last_of_a_set() {
    let policy = |value: &str| {
        Policy::raw(&format!(
            "package p\nviolation contains {{\"x\": f(1)}}\n\
             f(_) := {value} if some c in cs\ncs contains c if some c in input.review.object.a"
        ))
    };
    let object = "s := {c | some c in input.review.object.a}; x := {\"k\": c.n | some c in s}";
    let ascending = json!({"a": [{"n": 1, "a": 1}, {"n": 2, "a": 2}]});
    let descending = json!({"a": [{"n": 1, "a": 2}, {"n": 2, "a": 1}]});
    counts(&policy("c.n"), &ascending, &descending);
    counts(&Policy::raw(&saying(object)), &ascending, &descending);
    ignores(&policy("true"), &ascending, &descending);
}

/// Functions: what goes in and comes out, several definitions, patterns.
#[test]
fn functions() {
    let helper = says("x := name(input.review)");
    counts(&helper, &json!({"name": "a"}), &json!({"name": "b"}));
    ignores(&helper, &json!({"name": "a", "b": 1}), &json!({"name": "a", "b": 2}));
    let compared = says("x := same(input.review.object.a, input.review.object.b)");
    counts(&compared, &json!({"a": [1], "b": [1]}), &json!({"a": [1], "b": [2]}));
    // Both definitions succeed and must agree, though only `n` is used.
    let either = says("x := either(input.review.object).n");
    let object = |hidden: i32| {
        json!({"first": true, "second": true, "a": {"n": 1, "z": 1}, "b": {"n": 1, "z": hidden}})
    };
    counts(&either, &object(1), &object(2));
}

/// Definitions that cannot both succeed are not compared.
#[test]
fn exclusive_definitions() {
    let text = |first: &str, second: &str| {
        Policy::new(&format!(
            "package p\nviolation contains {{\"x\": f(input.review.object.k, input.review.object).n}}\n\
             {first}\n{second}"
        ))
    };
    let object = |hidden: i32| json!({"k": "a", "a": {"n": 1, "z": hidden}, "b": {"n": 1, "z": 1}});
    let heads = text("f(\"a\", o) := o.a", "f(\"b\", o) := o.b");
    ignores(&heads, &object(1), &object(2));
    let bodies = text("f(k, o) := o.a if k == \"a\"", "f(k, o) := o.b if k in {\"b\", \"c\"}");
    ignores(&bodies, &object(1), &object(2));
    let overlap = text("f(k, o) := o.a if k == \"a\"", "f(k, o) := o.b if k in {\"a\", \"c\"}");
    counts(&overlap, &object(1), &object(2));
    let negated = text("f(k, o) := o.a if k == \"a\"", "f(k, o) := o.b if not k == \"b\"");
    counts(&negated, &object(1), &object(2));
    // Whether a loop has a round is no condition of the whole body.
    let looped = text(
        "f(k, o) := o.a if { every y in [] { k == y } }",
        "f(k, o) := o.b if { every y in [] { k == \"q\" } }",
    );
    counts(&looped, &object(1), &object(2));
}

/// Rules: complete with default and else, partial sets and objects, chains of them.
#[test]
fn rules() {
    let policy = Policy::new(
        "package p\nviolation contains {\"x\": level}\ndefault level := 0\n\
         level := input.review.object.a if input.review.object.b\nelse := 2 if input.review.object.c",
    );
    counts(&policy, &json!({"a": [1], "b": 1}), &json!({"a": [2], "b": 1}));
    counts(&policy, &json!({"a": 1, "b": true}), &json!({"a": 1, "b": false}));
    counts(&policy, &json!({"c": true}), &json!({}));
    let rego = "package p\nviolation contains {\"x\": m.k.n}\n\
                m[key] := value if some key, value in input.review.object.a";
    for policy in [Policy::new(rego), Policy::raw(rego)] {
        counts(&policy, &json!({"a": {"k": {"n": 1}}}), &json!({"a": {"k": {"n": 2}}}));
        counts(&policy, &json!({"a": {"k": {"n": 1}}}), &json!({"a": {"l": {"n": 1}}}));
    }
    let policy = Policy::raw(rego);
    ignores(&policy, &json!({"a": {"k": {"n": 1, "z": 1}}}), &json!({"a": {"k": {"n": 1, "z": 2}}}));
    let every = says("every y in input.review.object.a { y.b }; x := 1");
    counts(&every, &json!({"a": [{"b": true}]}), &json!({"a": [{"b": false}]}));
    counts(&every, &json!({"a": []}), &json!({"a": [1]}));
    counts(&every, &json!({"a": []}), &json!({"a": "none"}));
}

/// A reference with an unknown part that rules answer.
#[test]
fn virtual_documents() {
    let lib = "package lib.checks\nhost := input.review.object.a\npid := input.review.object.b";
    for body in [
        "x := data.lib.checks[lower(\"HOST\")]",
        "x := data.lib.checks[input.review.object.k]",
        "some n in [\"host\", \"pid\"]; x := data.lib.checks[n]",
        "some x in data.lib.checks",
        "x := data.lib[lower(\"CHECKS\")].host",
    ] {
        let main = format!("package p\nviolation contains {{\"x\": x}} if {{ {body} }}");
        let policy = Policy::of(super::try_compile(&[lib, &main], super::ENTRY, false).expect("compiles"));
        counts(&policy, &json!({"a": {"b": 1}, "k": "host"}), &json!({"a": {"b": 2}, "k": "host"}));
        assert!(policy.reads().data);
    }
    let main = "package p\nviolation contains {\"x\": x} if x := data.lib.checks[input.review.object.k]";
    let policy = Policy::of(super::try_compile(&[lib, main], super::ENTRY, false).expect("compiles"));
    counts(&policy, &json!({"a": 1, "b": 2, "k": "host"}), &json!({"a": 1, "b": 2, "k": "pid"}));
    counts(&policy, &json!({"b": [1], "k": "pid"}), &json!({"b": [2], "k": "pid"}));
}

/// Builtins that are not modelled read everything; arithmetic reads numbers.
#[test]
fn builtins() {
    for body in ["x := sprintf(\"%v\", [input.review.object.a])", "x := json.marshal(input.review.object.a)"]
    {
        counts(&says(body), &json!({"a": {"b": [{"c": 1}]}}), &json!({"a": {"b": [{"c": 2}]}}));
    }
    let sum = says("x := input.review.object.a + 1");
    counts(&sum, &json!({"a": 1}), &json!({"a": 2}));
    counts(&sum, &json!({"a": 1}), &json!({"a": "1"}));
    ignores(&sum, &json!({"a": [1]}), &json!({"a": [2]}));
    let concat = says("x := array.concat(input.review.object.a, [])[0].b");
    counts(&concat, &json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 2}]}));
    ignores(&concat, &json!({"a": [{"b": 1, "c": 1}]}), &json!({"a": [{"b": 1, "c": 2}]}));
    let length = says("x := count(array.concat(input.review.object.a, []))");
    counts(&length, &json!({"a": [1]}), &json!({"a": [1, 1]}));
}

/// The engine goes on with a loop of one definition when an error ended it and
/// a condition of the next one fails. What it does then is no Rego, but it does
/// the same on the projection.
#[test]
fn loops_that_an_error_leaves_behind() {
    let policy = Policy::raw(
        "package p\nviolation contains c.n if { some c in input.review.object.cs; c.v + 1 > 1 }\n\
         violation contains \"two\" if { input.review.object.b == 3; input.review.object.z == 1 }",
    );
    let object = |z: i32| {
        json!({"cs": [{"v": "s", "n": 1}, {"v": 2, "n": 2}, {"v": 3, "n": 3}], "b": z, "z": z})
    };
    policy.holds(&Case::of(&object(1)));
    policy.holds(&Case::of(&object(3)));
    // Whether an error is met before or after an element, decides about it.
    let sets = Policy::raw(
        "package p\nviolation contains c.n if { some c in cs; c.v + 1 > 1 }\n\
         cs contains c if some c in input.review.object.cs",
    );
    let object = |first: i32| {
        json!({"cs": [{"a": first, "v": "s", "n": 1}, {"a": 5, "v": 2, "n": 2}]})
    };
    counts(&sets, &object(1), &object(9));
}

#[test]
fn reads_that_are_not_bounded_are_said_to_be() {
    let of = |body: &str| Policy::raw(&saying(body)).reads.map(|reads| reads.data);
    assert_eq!(of("x := time.now_ns()"), Err(Unbounded::Undetermined("time.now_ns".into())));
    assert_eq!(of("x := rand.intn(\"a\", 5)"), Err(Unbounded::Undetermined("rand.intn".into())));
    assert_eq!(of("x := [1 | input.review.object.a]"), Err(Unbounded::Disorder));
    assert_eq!(of("x := [z | some y in input.review.object.a; z := y + 1]"), Err(Unbounded::Disorder));
    assert_eq!(of("x := [1 | some y in [0]; y < 1; input.review.object.a]"), Ok(false));
    let program = super::compile("package p\nviolation contains 1", false);
    let missing = super::ReadSet::of(&program, "data.p.q", None, None);
    assert_eq!(missing, Err(Unbounded::Entry("data.p.q".into())));
}

/// The engine follows a function that calls itself, though nobody may write one.
#[test]
fn recursion() {
    let policy = Policy::raw(
        "package p\nviolation contains {\"x\": deep(input.review.object.tree)}\n\
         deep(node) := 1 + deep(node.next) if node.next\nelse := node.end",
    );
    let tree = |end: &Json| json!({"tree": {"next": {"next": {"next": {"next": {"next": end}}}}}});
    counts(&policy, &tree(&json!({"end": 1})), &tree(&json!({"end": 2})));
    counts(&policy, &tree(&json!({"end": 1})), &tree(&json!({"next": {"end": 1}})));
    let policy = Policy::raw(
        "package p\nviolation contains {\"x\": wrap(input.review.object.a, 0)}\n\
         wrap(x, n) := wrap([x], n + 1) if n < 9\nelse := x",
    );
    counts(&policy, &json!({"a": {"b": 1}}), &json!({"a": {"b": 2}}));
}

/// A program that calls too much is given up, not followed for ever.
#[test]
fn work_is_bounded() {
    let mut rego = String::from("package p\nviolation contains f0(input.review)\nf40(x) := x.a\n");
    for level in 0..40 {
        use std::fmt::Write as _;
        let next = level + 1;
        writeln!(rego, "f{level}(x) := [f{next}(x.a), f{next}(x.b), f{next}([x])]").expect("text");
    }
    assert_eq!(Policy::new(&rego).reads, Err(Unbounded::Work));
}

/// Data, parameters, tenant and namespace are told apart.
#[test]
fn other_documents() {
    let none = says("x := input.review.uid");
    assert!(!none.reads().data);
    let counts = |policy: &Policy| {
        ["parameters", "tenant", "namespace"].map(|key| policy.projection().counts(key))
    };
    assert_eq!(counts(&none), [false; 3]);
    assert_eq!(counts(&says("x := input.parameters.a")), [true, false, false]);
    assert_eq!(counts(&says("x := input.tenant.name")), [false, true, false]);
    assert_eq!(counts(&says("x := input.namespace.labels")), [false, false, true]);
    assert_eq!(counts(&says("x := object.get(input, lower(\"A\"), 1)")), [true; 3]);
    assert!(says("x := data.inventory.index").reads().data);
    assert!(says("x := count(data.inventory)").reads().data);
    assert!(!Policy::new("package p\nviolation contains q\nq := 1").reads().data);
}

/// What is known before there is an input: conditions that never hold, fields
/// that parameters name.
#[test]
fn situations() {
    let policy = Policy::new(
        "package p\nviolation contains input.review.object.metadata.labels[l] if some l in input.parameters.labels\n\
         violation contains input.review.oldObject.a if input.review.operation == \"UPDATE\"\n\
         violation contains input.review.object.b if input.review.kind.kind in {\"Pod\", \"Job\"}\n\
         violation contains f(input.review.kind.kind, input.review.object) if not old\n\
         old if input.review.kind.version == \"v1beta1\"\n\
         f(\"Pod\", o) := o.c\nf(\"Node\", o) := o.d",
    );
    let of = |operation: &str, kind: &str| {
        let mut case = Case::of(&json!({}));
        case.request["operation"] = operation.into();
        case.request["kind"]["kind"] = kind.into();
        policy.special(&case).projection.to_string()
    };
    let both = format!("{}\n\n{}", of("CREATE", "Pod"), of("UPDATE", "Node"));
    insta::assert_snapshot!(both, @r"
    input.parameters (value, or kind of container)
    input.review.kind.kind (value, or kind of container)
    input.review.kind.version (value, or kind of container)
    input.review.object.b
    input.review.object.c
    input.review.object.metadata.labels.app
    input.review.object.metadata.labels.team
    input.review.operation (value, or kind of container)

    input.parameters (value, or kind of container)
    input.review.kind.kind (value, or kind of container)
    input.review.kind.version (value, or kind of container)
    input.review.object.d
    input.review.object.metadata.labels.app
    input.review.object.metadata.labels.team
    input.review.oldObject.a
    input.review.operation (value, or kind of container)
    ");
    // In a situation of its own a policy is asked for less, elsewhere for all.
    let parameters = super::parameters();
    let sets = |operation: &str| {
        let case = Case::of(&json!({}));
        let mut situation = super::Situation::of(&crate::policy::Review::of(&case.request));
        situation.operation = operation.to_owned();
        super::ReadSets::of(&policy.program, super::ENTRY, &parameters, [situation])
    };
    let case = Case::of(&json!({}));
    let review = crate::policy::Review::of(&case.request);
    let (special, general) = (sets("UPDATE"), sets("DELETE"));
    assert_eq!(special.get(&review), Some(&policy.special(&case)));
    assert_eq!(general.get(&review), general.general().ok());
    assert_ne!(special.get(&review), general.get(&review));
}
