//! What a policy is asked for, and what it sees.

use super::*;

const REGISTRIES: &str = r#"
violation contains {"msg": msg} if {
	some c in input.containers
	not startswith(c.image, "registry.example/")
	msg := sprintf("%s comes from elsewhere", [c.name])
}
"#;

fn pod(image: &str) -> Json {
    json!({"containers": [{"name": "web", "image": image}]})
}

fn compiled(texts: &[&str], dialect: Dialect) -> Compiled {
    Compiled::new(&source(texts, dialect, true)).unwrap_or_else(|errors| panic!("{errors:?}"))
}

#[test]
fn a_violation_and_its_absence() {
    let denied = both(REGISTRIES, &pod("docker.io/nginx")).unwrap();
    assert_eq!(denied, json!([{"msg": "web comes from elsewhere"}]));
    assert_eq!(both(REGISTRIES, &pod("registry.example/nginx")).unwrap(), json!([]));
}

#[test]
fn one_machine_runs_many_policies() {
    let first = policy(REGISTRIES);
    let second = policy("violation contains \"always\" if input");
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    for _ in 0..3 {
        for engine in ENGINES {
            for (policy, expected) in [
                (&first, json!([{"msg": "web comes from elsewhere"}])),
                (&second, json!(["always"])),
            ] {
                let input = to_rego(&pod("nginx"));
                let entry = Entry::Violation;
                let found = machine.run(policy, entry, engine, input, &data, &ample()).unwrap();
                assert_eq!(from_rego(&found), expected);
            }
        }
    }
}

#[test]
fn patches_are_an_entry_of_their_own() {
    let policy = policy(
        "patch contains {\"op\": \"add\", \"path\": \"/a\", \"value\": input.x} if input.x\n\
         violation contains \"no x\" if not input.x",
    );
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    for engine in ENGINES {
        let mut ask = |entry, input: Json| {
            let result =
                machine.run(&policy, entry, engine, to_rego(&input), &data, &ample()).unwrap();
            from_rego(&result)
        };
        let operation = json!({"op": "add", "path": "/a", "value": 1});
        assert_eq!(ask(Entry::Patch, json!({"x": 1})), json!([operation]));
        assert_eq!(ask(Entry::Patch, json!({})), json!([]));
        assert_eq!(ask(Entry::Violation, json!({})), json!(["no x"]));
    }
}

#[test]
fn an_entry_that_is_not_there_is_an_error() {
    let policy = policy(REGISTRIES);
    assert!(policy.has(Entry::Violation) && !policy.has(Entry::Patch));
    for engine in ENGINES {
        let data = to_rego(&json!({"inventory": {}}));
        let input = to_rego(&pod("nginx"));
        let found = Machine::new().run(&policy, Entry::Patch, engine, input, &data, &ample());
        let Err(EvalError::Failed { message, .. }) = found else { panic!("{found:?}") };
        assert_eq!(message, "package p has no rule `patch`");
    }
}

#[test]
fn the_inventory_is_each_requests_own() {
    let reading = policy(
        "violation contains host if {\n\tsome host in input.hosts\n\t\
         data.inventory.index.hosts[host]\n}",
    );
    let importing = compiled(
        &["package p\nimport data.inventory as stored\nviolation[host] {\n\thost := \
           input.hosts[_]\n\tstored.index.hosts[host]\n}"],
        Dialect::V0,
    );
    let inventories = [
        (json!({"inventory": {"index": {"hosts": {"a": [1]}}}}), json!(["a"])),
        (json!({"inventory": {"index": {"hosts": {"b": [1]}}}}), json!(["b"])),
        (json!({"inventory": {}}), json!([])),
    ];
    let mut machine = Machine::new();
    for policy in [&reading, &importing] {
        assert!(policy.reads_inventory());
        for engine in ENGINES {
            for (data, expected) in &inventories {
                let input = to_rego(&json!({"hosts": ["a", "b"]}));
                let entry = Entry::Violation;
                let found = machine.run(policy, entry, engine, input, &to_rego(data), &ample());
                assert_eq!(from_rego(&found.unwrap()), *expected, "{engine:?} {data}");
            }
        }
    }
    assert!(!policy(REGISTRIES).reads_inventory());
}

#[test]
fn libraries_may_have_another_dialect() {
    let policy = compiled(
        &[
            "package p\nimport rego.v1\nimport data.lib.names as n\n\
             violation contains msg if {\n\tsome c in input.containers\n\tmsg := n.said(c)\n}",
            "package lib.names\nsaid(c) = msg {\n\tc.image == \"nginx\"\n\tmsg := upper(c.name)\n}",
        ],
        Dialect::V0,
    );
    assert_eq!(policy.package(), "p");
    for engine in ENGINES {
        assert_eq!(answer(&policy, engine, &pod("nginx")).unwrap(), json!(["WEB"]));
        assert_eq!(answer(&policy, engine, &pod("httpd")).unwrap(), json!([]));
    }
}

#[test]
fn the_digest_is_of_all_that_decides() {
    let text = "package p\nimport rego.v1\nviolation contains 1 if input.x";
    let library = "package q\nimport rego.v1\nx := 1";
    let sources = [
        source(&[text], Dialect::V1, true),
        source(&[text], Dialect::V0, true),
        source(&[text], Dialect::V1, false),
        source(&[text, library], Dialect::V1, true),
        source(&[&text.replace('1', "2").replace("v2", "v1")], Dialect::V1, true),
    ];
    let digest = |source: &Source| Compiled::new(source).unwrap().digest();
    let mut found: Vec<[u8; 32]> = sources.iter().map(digest).collect();
    assert_eq!(found[0], digest(&sources[0]));
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), sources.len());
}

#[test]
fn what_the_fast_engine_cannot_have_says_why() {
    for (body, reason) in [
        ("violation contains x if walk(input, [_, x])", "walk"),
        ("default f(_) := 1\nf(x) := 2 if x == 3\nviolation contains f(input.x)", "default"),
        ("o.a := 1 if input.x\no.b := 2\nviolation contains o", "o"),
    ] {
        let policy = policy(body);
        let said = policy.program().unwrap_err();
        assert!(said.contains(reason), "{said}");
        assert!(answer(&policy, EngineKind::Interpreter, &json!({"x": 3})).is_ok(), "{body}");
        let refused = answer(&policy, EngineKind::Rvm, &json!({"x": 3}));
        assert!(matches!(refused, Err(EvalError::Failed { .. })), "{refused:?}");
    }
}
