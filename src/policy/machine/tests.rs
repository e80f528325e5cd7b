use serde_json::json;

use super::*;
use crate::policy::convert::{from_rego, to_rego};
use crate::policy::source::{Dialect, Module, Source};

fn source(text: &str) -> Source {
    let module = Module { file: "p.rego".to_owned(), text: text.to_owned(), dialect: Dialect::V1 };
    Source { modules: vec![module], strict: true }
}

fn both(text: &str, input: serde_json::Value) -> [Result<serde_json::Value, EvalError>; 2] {
    let policy = Compiled::new(&source(text)).unwrap();
    let mut machine = Machine::new();
    [EngineKind::Rvm, EngineKind::Interpreter].map(|engine| {
        let data = to_rego(&json!({"inventory": {}}));
        let budget = Budget { wall: Duration::from_secs(5), ..Budget::default() };
        let input = to_rego(&input);
        let result = machine.run(&policy, Entry::Violation, engine, input, &data, &budget);
        result.map(|value| from_rego(&value))
    })
}

#[test]
fn a_violation_and_its_absence() {
    let text = "package p\nimport rego.v1\nviolation contains {\"msg\": msg} if {\n  \
                some c in input.containers\n  c.bad\n  msg := sprintf(\"%v is bad\", [c.name])\n}";
    let bad = json!({"containers": [{"name": "a", "bad": true}, {"name": "b"}]});
    for result in both(text, bad) {
        assert_eq!(result.unwrap(), json!([{"msg": "a is bad"}]));
    }
    for result in both(text, json!({"containers": []})) {
        assert_eq!(result.unwrap(), json!([]));
    }
}

#[test]
fn a_builtin_that_fails_is_never_an_empty_set() {
    let text = "package p\nviolation contains msg if {\n  msg := regex.match(\"(\", input.x)\n}";
    for result in both(text, json!({"x": "y"})) {
        let error = result.unwrap_err();
        let EvalError::Failed { message, .. } = error else { panic!("{error:?}") };
        assert!(message.contains("invalid regex"), "{message}");
    }
}
