//! Suites on both engines.

use serde_json::json;

use super::{Data, constraint_of, document, first, template, thing};
use crate::policy::EngineKind;
use crate::policy::gatekeeper::suite::{
    CaseOutcome, Files, Filter, Suite, SuiteReport, TestOutcome, run,
};
use crate::policy::gatekeeper::{
    Constraint, Engine, Inventory, MessageError, Review, Violation, judge,
};

const SUITES: [&str; 14] = [
    "container-limits",
    "expansion",
    "image-prefixes",
    "old-builtins",
    "probes",
    "rego-v1",
    "replica-spread",
    "required-labels",
    "results",
    "service-account-kept",
    "storage-class",
    "unique-hosts",
    "unique-selectors",
    "user-ranges",
];

fn report(folder: &str, filter: &str, engine: Option<EngineKind>) -> SuiteReport {
    let path = format!("{folder}/suite.yaml");
    let loaded = Data.read(&path).unwrap().swap_remove(0);
    let suite = Suite::new(&loaded.document(&path)).unwrap();
    let filter = Filter::parse(filter).unwrap();
    run(&path, &suite, &filter, &Data, &mut super::engine(engine))
}

/// What failed, for people.
fn failures(report: &SuiteReport) -> Vec<String> {
    let mut failures = Vec::new();
    for test in &report.tests {
        match &test.outcome {
            TestOutcome::Broken(why) => failures.push(format!("{}: {why}", test.name)),
            TestOutcome::Ran(cases) => {
                for case in cases {
                    match &case.outcome {
                        CaseOutcome::Broken(why) => failures.push(format!("{}: {why}", case.name)),
                        CaseOutcome::Ran { assertions, violations } => {
                            for assertion in assertions.iter().filter(|a| !a.passed) {
                                let messages: Vec<_> =
                                    violations.iter().map(|v| v.message.as_str()).collect();
                                let name = &case.name;
                                let sentence = assertion.sentence();
                                failures.push(format!("{name}: {sentence}: {messages:#?}"));
                            }
                        }
                        CaseOutcome::Skipped => {}
                    }
                }
            }
            TestOutcome::Skipped | TestOutcome::Refused(_) => {}
        }
    }
    failures
}

#[test]
fn every_suite_passes_on_both_engines() {
    let mut wrong = Vec::new();
    for folder in SUITES {
        for engine in [None, Some(EngineKind::Interpreter)] {
            let report = report(folder, "", engine);
            let failures = failures(&report);
            wrong.extend(failures.into_iter().map(|text| format!("{folder} {engine:?}: {text}")));
            assert!(report.totals().0 > 0 || !wrong.is_empty(), "{folder} ran nothing");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The violations of a Pod by a constraint without parameters.
fn judged(rego: &str) -> Result<Vec<Violation>, MessageError> {
    let mut object = thing(&json!({"type": "object"}));
    object["spec"]["targets"][0]["rego"] = format!("package thing\n{rego}").into();
    let template = template(&object).unwrap();
    let constraint = constraint_of(&template, &json!({})).unwrap();
    let mut engine = super::engine(None);
    let program = engine.compile(&template).unwrap();
    let review = Review::of(&json!({"apiVersion": "v1", "kind": "Pod"})).unwrap();
    judge(&mut engine, &program, &constraint, &review, &Inventory::default())
}

fn messages(violations: &[Violation]) -> Vec<&str> {
    let mut messages: Vec<_> = violations.iter().map(|v| v.message.as_str()).collect();
    messages.sort_unstable();
    messages
}

#[test]
fn rego_is_chosen_where_there_is_cel_too() {
    let template = template(&first("rego-v1/template.yaml")).unwrap();
    let object = first("rego-v1/constraint.yaml");
    let constraint = Constraint::new(&template, &document("c.yaml", &object)).unwrap();
    let mut engine = super::engine(None);
    let program = engine.compile(&template).unwrap();
    let review = Review::of(&first("rego-v1/bad.yaml")).unwrap();
    let found = judge(&mut engine, &program, &constraint, &review, &Inventory::default()).unwrap();
    let excess = "container a may not add {\"CHOWN\", \"SYS_ADMIN\"}";
    assert_eq!(messages(&found), ["all containers drop nothing", excess]);
}

#[test]
fn an_evaluation_error_is_one_violation() {
    let conflict = "x = 1 { true }\nx = 2 { true }\nviolation[{\"msg\": \"m\"}] { x == 1 }";
    let found = judged(conflict).unwrap();
    assert_eq!(found.len(), 1);
    assert_ne!(found[0].message, "m");
    assert_eq!(found[0].details, json!({}));
}

#[test]
fn a_message_is_a_string() {
    let found = judged("violation[{\"msg\": \"m\", \"details\": {\"a\": {1, 2}}}] { true }");
    let details = json!({"a": [1, 2]});
    assert_eq!(found, Ok(vec![Violation { message: "m".to_owned(), details }]));
    let error = judged("violation[{\"msg\": {\"a\": 1}}] { true }").unwrap_err();
    assert_eq!(error.to_string(), "the msg of a violation must be a string, is an object");
    assert!(judged("violation[x] { x := \"text\" }").unwrap().is_empty());
}
