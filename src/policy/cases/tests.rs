//! Which engine a policy gets.

use super::*;

#[test]
fn what_the_fast_engine_misreads_stays_with_the_interpreter() {
    let engine = |rule: &str| {
        let named =
            |name: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}});
        let spec = json!({
            "rego": format!("package p\nviolation contains {{\"msg\": \"x\"}} if f(input.review.object.metadata.name)\n{rule}\n"),
            "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]},
            "cases": [
                {"name": "denies", "object": named("bad"), "expect": {"verdict": "deny"}},
                {"name": "allows", "object": named("good"), "expect": {"verdict": "allow"}},
            ]
        });
        admit("p", &serde_json::from_value(spec).unwrap()).unwrap().engine
    };
    assert_eq!(engine("f(x) if x == \"bad\""), EngineKind::Rvm);
    assert_eq!(
        engine("f(x) if x == \"bad\"\nelse := true if x == \"worse\""),
        EngineKind::Interpreter
    );
    assert_eq!(engine("f(x) if { every y in [x] { y == \"bad\" } }"), EngineKind::Interpreter);
}
