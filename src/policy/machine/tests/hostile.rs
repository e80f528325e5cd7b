//! Policies that mean harm, or do it: each ends within its budget, by name.

use super::*;

fn run(
    policy: &Compiled,
    engine: EngineKind,
    input: &Json,
    budget: &Budget,
) -> Result<Json, EvalError> {
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    let result = machine.run(policy, Entry::Violation, engine, to_rego(input), &data, budget);
    result.map(|v| from_rego(&v))
}

/// Time enough that instructions run out first.
fn patient() -> Budget {
    Budget { instructions: 200_000, wall: Duration::from_secs(60) }
}

/// Instructions enough that time runs out first.
fn hasty() -> Budget {
    Budget { instructions: u64::MAX, wall: Duration::from_millis(20) }
}

#[track_caller]
fn over_budget(body: &str, input: &Json) {
    let policy = policy(body);
    for engine in ENGINES {
        if engine == EngineKind::Rvm && policy.program().is_err() {
            continue;
        }
        let found =
            run(&policy, engine, input, &Budget { wall: ample().wall, ..Budget::default() });
        assert!(matches!(found, Err(EvalError::Budget(_))), "{engine:?} {body}: {found:?}");
    }
}

#[test]
fn loops_without_end() {
    let xs: Vec<u32> = (0..200).collect();
    let input = json!({"xs": xs});
    for body in [
        "violation contains 1 if count([1 | some a in input.xs; some b in input.xs; some c in \
         input.xs; some d in input.xs; a + b + c + d < 0]) > 0",
        "violation contains 1 if {\n\tsome a in input.xs\n\tsome b in input.xs\n\tsome c in \
         input.xs\n\tsome d in input.xs\n\ta * b * c * d < 0\n}",
        "violation contains 1 if every a in input.xs { every b in input.xs { every c in input.xs \
         { every d in input.xs { a + b + c + d >= 0 } } } }",
        "f(x) if {\n\tsome a in input.xs\n\tsome b in input.xs\n\ta + b + x < 0\n}\n\
         violation contains 1 if {\n\tsome a in input.xs\n\tsome b in input.xs\n\tf(a + b)\n}",
    ] {
        let policy = policy(body);
        let found = run(&policy, EngineKind::Rvm, &input, &patient());
        assert!(matches!(found, Err(EvalError::Budget(_))), "{body}: {found:?}");
        for engine in ENGINES {
            let found = run(&policy, engine, &input, &hasty());
            assert!(matches!(found, Err(EvalError::Time(_))), "{engine:?} {body}: {found:?}");
        }
    }
}

#[test]
fn single_calls_are_capped() {
    let text = "a".repeat(20_000);
    let edges: serde_json::Map<String, Json> = (0..40)
        .map(|i| (format!("{i}"), json!([format!("{}", i + 1), format!("{}", i + 2)])))
        .collect();
    let input = json!({"text": text, "graph": edges, "pattern": "(a|b)*".repeat(600)});
    for body in [
        "violation contains count(numbers.range(1, 30000000))",
        "violation contains count(numbers.range(1, 1e300))",
        "violation contains count(numbers.range_step(1, 60000000, 2))",
        "violation contains sprintf(\"%1000000000d\", [1])",
        "violation contains sprintf(\"%.1000000000f\", [1.5])",
        "violation contains replace(input.text, \"a\", input.text)",
        "violation contains regex.replace(input.text, \"a\", input.text)",
        "violation contains strings.replace_n({\"a\": input.text}, input.text)",
        "violation contains net.cidr_expand(\"10.0.0.0/8\")",
        "violation contains net.cidr_expand(\"::/0\")",
        "violation contains bits.lsh(1, 4000000000)",
        "violation contains to_number(\"1e1000000000\")",
        "violation contains units.parse(\"1e1000000000\")",
        "violation contains 1 if regex.match(input.pattern, input.text)",
        "violation contains 1 if regex.match(\"((((a{100}){100}){100}){100})\", input.text)",
        "violation contains 1 if glob.match(input.pattern, [], input.text)",
        "violation contains graph.reachable_paths(input.graph, [\"0\"])",
    ] {
        over_budget(body, &input);
    }
}

#[test]
fn growth_by_doubling() {
    let doubled = |step: &str| {
        let mut body = "x0 := input.x\n".to_owned();
        for i in 0..60 {
            let text = step.replace('X', &format!("x{i}"));
            body += &format!("x{} := {text}\n", i + 1);
        }
        body + "violation contains 1 if count(x60) > 0"
    };
    let input = json!({"x": "ab\"\u{e4}", "xs": ["a"]});
    for step in [
        "concat(\"\", [X, X])",
        "sprintf(\"%s%s\", [X, X])",
        "replace(X, \"a\", \"aa\")",
        "json.marshal([X, X])",
        "urlquery.encode(concat(\"\", [X, X]))",
    ] {
        let body = doubled(step);
        if step.starts_with("replace") {
            over_budget(&body.replace("\"aa\"", "\"aaa\""), &input);
        } else {
            over_budget(&body, &input);
        }
    }
    over_budget(&doubled("array.concat(X, X)").replace("input.x\n", "input.xs\n"), &input);
}

#[test]
fn outputs_without_end() {
    let items: Vec<u32> = (0..300).collect();
    let input = json!({"xs": items, "text": "a".repeat(1000)});
    for body in [
        "violation contains [a, b] if {\n\tsome a in input.xs\n\tsome b in input.xs\n}",
        "violation contains sprintf(\"%d%s\", [a, input.text]) if some a in input.xs",
        "violation := [numbers.range(1, 70000)]",
    ] {
        over_budget(body, &input);
    }
}

#[test]
fn what_would_break_the_engines_does_not() {
    let input = json!({"x": -1, "text": "ä", "big": 1e300, "deep": [[[[[[[[[[1]]]]]]]]]]});
    for body in [
        "violation contains substring(input.text, 1, 5)",
        "violation contains substring(input.text, input.big, 1)",
        "violation contains indexof(input.text, \"\")",
        "violation contains array.slice([1, 2], 5, input.big)",
        "violation contains array.slice([1, 2], input.x, 1)",
        "violation contains bits.rsh(1, input.big)",
        "violation contains numbers.range(input.x, input.x)",
        "violation contains format_int(input.big, 2)",
        "violation contains strings.count(\"abc\", \"\")",
        "violation contains trim(input.text, \"\")",
        "violation contains split(input.text, \"\")",
        "violation contains -9223372036854775808 % input.x",
        "violation contains -9223372036854775808 / input.x",
        "violation contains abs(-9223372036854775808)",
        "violation contains json.unmarshal(concat(\"\", [\"[\", \"[\"]))",
        "violation contains json.filter(input, [\"deep/0/0/0\"])",
        "violation contains round(input.big)",
        "violation contains semver.compare(\"99999999999999999999999.0.0\", \"1.0.0\")",
    ] {
        let policy = policy(body);
        for engine in ENGINES {
            if let Err(error) = answer(&policy, engine, &input) {
                assert!(!error.to_string().contains("broke"), "{engine:?} {body}");
            }
        }
    }
    assert_eq!(both("violation contains strings.count(\"abc\", \"\")", &json!({})), Ok(json!([4])));
}

#[test]
fn regexes_take_linear_time() {
    let input = json!({"text": format!("{}!", "a".repeat(2000))});
    for pattern in ["^(a+)+$", "^(a|a)*$", "^(.*a){10}$"] {
        let body = format!("violation contains 1 if regex.match(`{pattern}`, input.text)");
        assert_eq!(both(&body, &input), Ok(json!([])), "{pattern}");
    }
}

#[test]
fn large_objects_are_no_attack() {
    let containers: Vec<Json> = (0..10_000).map(|i| json!({"name": format!("c{i}")})).collect();
    let body = "violation contains 1 if {\n\tsome c in input.containers\n\tc.name == \"c9999\"\n}";
    assert_eq!(both(body, &json!({"containers": containers})), Ok(json!([1])));
}

#[test]
fn a_machine_works_after_an_error() {
    let bad = policy("violation contains count(numbers.range(1, 30000000))");
    let endless = policy(
        "violation contains 1 if {\n\tsome a in numbers.range(1, 1000)\n\tsome b in \
         numbers.range(1, 1000)\n\ta + b < 0\n}",
    );
    let good = policy("violation contains 1 if input.x");
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    let mut ask = |policy: &Compiled, engine| {
        let input = to_rego(&json!({"x": 1}));
        machine.run(policy, Entry::Violation, engine, input, &data, &patient())
    };
    for engine in ENGINES {
        assert!(ask(&bad, engine).is_err());
        assert_eq!(from_rego(&ask(&good, engine).unwrap()), json!([1]));
    }
    assert!(ask(&endless, EngineKind::Rvm).is_err());
    assert_eq!(from_rego(&ask(&good, EngineKind::Rvm).unwrap()), json!([1]));
}

#[test]
fn the_outside_world_is_no_builtin() {
    for call in [
        "http.send({\"method\": \"get\", \"url\": \"http://169.254.169.254/\"})",
        "opa.runtime()",
        "time.now_ns()",
        "rand.intn(\"x\", 10)",
        "uuid.rfc4122(\"x\")",
        "net.lookup_ip_addr(\"example.com\")",
        "rego.parse_module(\"x\", \"package x\")",
    ] {
        let text = format!("package p\n\nviolation contains {call}");
        let errors = Compiled::new(&source(&[&text], Dialect::V1, true)).unwrap_err();
        assert_eq!(errors[0].reason, crate::names::Reason::BuiltinForbidden, "{call}");
        assert_eq!((errors[0].line, errors[0].column), (3, 20), "{call}");
    }
}

#[test]
fn with_replaces_nothing_in_a_policy() {
    let text = "package p\nviolation contains 1 if count([1]) == 2 with count as 2";
    let errors = Compiled::new(&source(&[text], Dialect::V1, true)).unwrap_err();
    assert_eq!(errors[0].reason, crate::names::Reason::BuiltinForbidden);
    assert!(errors[0].message.contains("with"), "{}", errors[0].message);
}

#[test]
fn recursion_is_refused() {
    for body in [
        "f(x) := f(x - 1)\nviolation contains f(1)",
        "a := b\nb := a\nviolation contains a",
        "violation contains 1 if data.p[input.x]",
    ] {
        let text = format!("package p\n{body}");
        let errors = Compiled::new(&source(&[&text], Dialect::V1, true)).unwrap_err();
        assert!(errors[0].message.contains("recursive"), "{body}: {errors:?}");
    }
}
