//! Which definition gave what.

use super::*;

const THREE: &str = "violation contains {\"msg\": \"a\"} if {
	input.x
}
violation contains {\"msg\": \"b\"} if {
	WALK
	input.y
}

violation contains {\"msg\": msg} if {
	input.x
	msg := [\"a\", \"a2\"][_]
}
";

fn explained(policy: &Compiled, engine: EngineKind, input: &Json) -> Vec<(String, Json)> {
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    let entry = Entry::Violation;
    let found = machine.explain(policy, entry, engine, &to_rego(input), &data, &ample());
    found.iter().map(|e| (e.place.to_string(), from_rego(&e.results))).collect()
}

#[test]
fn each_definition_alone() {
    let fast = policy(&THREE.replace("WALK", "true"));
    let slow = policy(&THREE.replace("WALK", "walk(input, [_, true])"));
    let expected = |b: Json| {
        vec![
            ("m0.rego:2".to_owned(), json!([{"msg": "a"}])),
            ("m0.rego:5".to_owned(), b),
            ("m0.rego:10".to_owned(), json!([{"msg": "a"}, {"msg": "a2"}])),
        ]
    };
    for (policy, engine) in [
        (&fast, EngineKind::Rvm),
        (&fast, EngineKind::Interpreter),
        (&slow, EngineKind::Interpreter),
    ] {
        let both = json!({"x": true, "y": true});
        assert_eq!(explained(policy, engine, &both), expected(json!([{"msg": "b"}])), "{engine:?}");
        assert_eq!(explained(policy, engine, &json!({"x": true})), expected(json!([])));
    }
}

#[test]
fn definitions_may_be_in_several_modules() {
    let texts = [
        "package p\n\nviolation contains \"a\" if input.x\n",
        "package p\n\n\nviolation contains \"b\" if input.x\n",
    ];
    let policy = Compiled::new(&source(&texts, Dialect::V1, true)).unwrap();
    for engine in ENGINES {
        assert_eq!(
            explained(&policy, engine, &json!({"x": 1})),
            [("m0.rego:3".to_owned(), json!(["a"])), ("m1.rego:4".to_owned(), json!(["b"]))],
            "{engine:?}"
        );
    }
}

#[test]
fn a_single_definition_explains_all() {
    let policy = policy("violation contains x if some x in input.xs\n");
    for engine in ENGINES {
        let found = explained(&policy, engine, &json!({"xs": [1, 2]}));
        assert_eq!(found, [("m0.rego:2".to_owned(), json!([1, 2]))]);
    }
}

#[test]
fn what_a_definition_gave() {
    let place = crate::policy::compile::Place { file: "p.rego".to_owned(), line: 1 };
    let results = policy("violation contains {\"msg\": \"a\"}");
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    let (entry, engine) = (Entry::Violation, EngineKind::Rvm);
    let found = machine.run(&results, entry, engine, to_rego(&json!({})), &data, &ample()).unwrap();
    let explained = crate::policy::explain::Explained { place, results: found };
    assert!(explained.gave(&to_rego(&json!({"msg": "a"}))));
    assert!(!explained.gave(&to_rego(&json!({"msg": "b"}))));
}
