//! Sources that rely on OPA's default: a builtin's error is undefined.

use super::*;

fn lenient(body: &str) -> Compiled {
    let text = format!("package p\n{body}");
    Compiled::new(&source(&[&text], Dialect::V1, false))
        .unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn ask(
    policy: &Compiled,
    engine: EngineKind,
    input: &Json,
) -> (Result<Json, EvalError>, Swallowed) {
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    let result = machine.run(policy, Entry::Violation, engine, to_rego(input), &data, &ample());
    (result.map(|v| from_rego(&v)), machine.swallowed())
}

#[test]
fn errors_are_undefined_and_counted() {
    for (body, expected) in [
        ("violation contains to_number(input.x)", json!([])),
        ("violation contains 1 if not to_number(input.x)", json!([1])),
        ("violation contains 1 / input.zero", json!([])),
        ("violation contains 1 if not input.x + 1 == 2", json!([1])),
        ("violation contains [y | y := upper(input.zero)]", json!([[]])),
        (
            "violation contains 1 if f(input.x)\nviolation contains 2\nf(x) if count(x) / 0 > 1",
            json!([2]),
        ),
    ] {
        let policy = lenient(body);
        assert!(policy.program().is_ok(), "{:?}", policy.program());
        for engine in ENGINES {
            let (found, swallowed) = ask(&policy, engine, &json!({"x": "a", "zero": 0}));
            assert_eq!(found, Ok(expected.clone()), "{engine:?} {body}");
            assert_eq!(swallowed.count, 1, "{engine:?} {body}: {swallowed:?}");
            assert_eq!(swallowed.messages.len(), 1);
        }
    }
}

#[test]
fn conflicts_and_budgets_stay_errors() {
    let conflict = lenient("x := 1 if input.a\nx := 2 if input.b\nviolation contains x");
    let keys = lenient("violation contains {\"a\": x | some x in input.xs}");
    let input = json!({"a": 1, "b": 1, "xs": [1, 2], "n": 30_000_000});
    for policy in [&conflict, &keys] {
        for engine in ENGINES {
            let (found, _) = ask(policy, engine, &input);
            assert!(matches!(found, Err(EvalError::Failed { .. })), "{engine:?} {found:?}");
        }
    }
    let plain = lenient("violation contains count(numbers.range(1, input.n))");
    let inside = lenient(
        "f(n) := count(numbers.range(1, n)) if n > 1\nf(n) := 2 if n == 2\nf(n) := 3 if n == 3\n\
         violation contains 1 if not f(input.n)",
    );
    for policy in [&plain, &inside] {
        for engine in ENGINES {
            let (found, _) = ask(policy, engine, &input);
            assert!(matches!(found, Err(EvalError::Budget(_))), "{engine:?} {found:?}");
        }
    }
}

#[test]
fn messages_are_kept_within_reason() {
    let policy = lenient("violation contains to_number(x) if some x in input.xs");
    let input = json!({"xs": vec!["a"; 100]});
    for engine in ENGINES {
        let (found, swallowed) = ask(&policy, engine, &input);
        assert_eq!(found, Ok(json!([])));
        assert_eq!((swallowed.count, swallowed.messages.len()), (100, 20), "{engine:?}");
    }
}

#[test]
fn the_next_run_begins_with_none() {
    let policy = lenient("violation contains to_number(input.x)");
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    let mut run = |input: Json| {
        let (entry, engine) = (Entry::Violation, EngineKind::Rvm);
        machine.run(&policy, entry, engine, to_rego(&input), &data, &ample()).unwrap();
    };
    run(json!({"x": "a"}));
    run(json!({"x": "1"}));
    assert_eq!(machine.swallowed(), Swallowed::default());
}
