//! Suites on both engines.

use super::{Data, documents, first};
use crate::policy::gatekeeper::suite::{
    CaseOutcome, Files, Filter, Suite, SuiteReport, TestOutcome, resolve, run,
};
use crate::policy::gatekeeper::{
    Constraint, Document, Engine, Inventory, Rego, Review, Template, judge,
};
use crate::policy::{Budget, EngineKind};

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
    run(&path, &suite, &filter, &Data, &mut Rego::new(engine, Budget::default()))
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
