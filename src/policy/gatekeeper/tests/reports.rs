//! Reading suites, and what comes of odd ones.

use std::collections::BTreeMap;

use serde_json::json;

use super::{document, documents};
use crate::policy::gatekeeper::FormatError;
use crate::policy::gatekeeper::suite::{
    AssertionReport, CaseOutcome, Expected, Files, Filter, Loaded, Suite, SuiteReport, TestOutcome,
    is_suite, resolve, run,
};

struct Texts(BTreeMap<&'static str, String>);

impl Files for Texts {
    fn read(&self, path: &str) -> Result<Vec<Loaded>, String> {
        let text = self.0.get(path).ok_or_else(|| format!("{path}: there is no such file"))?;
        Ok(documents(text))
    }
}

const TEMPLATE: &str = r#"
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: always}
spec:
  crd: {spec: {names: {kind: Always}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package always
      violation[{"msg": "one"}] { true }
      violation[{"msg": "two"}] { true }
"#;
const CONSTRAINT: &str =
    "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: Always\nmetadata: {name: a}\n";
const OBJECT: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n";

fn read(text: &str) -> Result<Suite, FormatError> {
    let loaded = documents(text).swap_remove(0);
    Suite::new(&loaded.document("suite.yaml"))
}

fn ran(tests: &str) -> SuiteReport {
    let suite = read(&format!("kind: Suite\napiVersion: test.gatekeeper.sh/v1alpha1\n{tests}"));
    let files = Texts(BTreeMap::from([
        ("d/t.yaml", TEMPLATE.to_owned()),
        ("d/c.yaml", CONSTRAINT.to_owned()),
        ("d/o.yaml", OBJECT.to_owned()),
        ("d/two.yaml", format!("{OBJECT}---\n{OBJECT}")),
        ("d/none.yaml", "# nothing\n".to_owned()),
        ("d/broken.yaml", TEMPLATE.replace("package always", "package")),
        ("d/slashes.yaml", OBJECT.replace("v1", "a/b/c")),
        ("d/bare.yaml", "kind: Pod\n".to_owned()),
    ]));
    let mut engine = super::engine(None);
    run("d/s.yaml", &suite.unwrap(), &Filter::All, &files, &mut engine)
}

fn why(report: &SuiteReport) -> String {
    match &report.tests[0].outcome {
        TestOutcome::Broken(why) => why.clone(),
        TestOutcome::Ran(cases) => match &cases[0].outcome {
            CaseOutcome::Broken(why) => why.clone(),
            CaseOutcome::Ran { assertions, .. } => assertions
                .iter()
                .find(|a| !a.passed)
                .map_or_else(String::new, AssertionReport::sentence),
            CaseOutcome::Skipped => "skipped".to_owned(),
        },
        other => format!("{other:?}"),
    }
}

#[test]
fn each_failure_says_why() {
    let case = |case: &str| {
        format!("tests:\n- {{name: t, template: t.yaml, constraint: c.yaml, cases: [{case}]}}")
    };
    for (tests, part) in [
        ("tests: [{constraint: c.yaml}]".to_owned(), "the test names no template"),
        ("tests: [{template: t.yaml}]".to_owned(), "the test names no constraint"),
        ("tests: [{template: x.yaml}]".to_owned(), "d/x.yaml: there is no such file"),
        ("tests: [{template: none.yaml}]".to_owned(), "d/none.yaml: holds no object"),
        ("tests: [{template: o.yaml}]".to_owned(), "d/o.yaml:1: kind: must be ConstraintTemplate"),
        ("tests: [{template: broken.yaml, constraint: c.yaml}]".to_owned(), "spec.targets[0].rego"),
        ("tests: [{template: t.yaml, constraint: o.yaml}]".to_owned(), "apiVersion: group"),
        (
            "tests: [{template: t.yaml, constraint: c.yaml, invalid: true}]".to_owned(),
            "the schema of the template should refuse the constraint",
        ),
        (
            "tests: [{template: t.yaml, constraint: o.yaml, invalid: true}]".to_owned(),
            "it is refused, but otherwise",
        ),
        (
            "tests: [{template: t.yaml, constraint: c.yaml, expansion: c.yaml}]".to_owned(),
            "must be ExpansionTemplate",
        ),
        (case("{assertions: [{}]}"), "the case names no object"),
        (case("{object: o.yaml}"), "the case has no assertions"),
        (case("{object: two.yaml, assertions: [{}]}"), "must hold exactly one object, holds 2"),
        (case("{object: none.yaml, assertions: [{}]}"), "must hold exactly one object, holds 0"),
        (case("{object: o.yaml, inventory: [none.yaml], assertions: [{}]}"), "holds no object"),
        (case("{object: o.yaml, inventory: [bare.yaml], assertions: [{}]}"), "no version"),
        (case("{object: slashes.yaml, assertions: [{}]}"), "the object has no kind"),
        (case("{object: o.yaml, assertions: [{message: '('}]}"), "is not a regular expression"),
        (case("{object: o.yaml, assertions: [{violations: -1}]}"), "0 or more, yes or no, is -1"),
        (case("{object: o.yaml, assertions: [{violations: '2'}]}"), "is \"2\""),
        (
            case("{object: o.yaml, assertions: [{violations: no}]}"),
            "expected none violations, got 2",
        ),
        (
            case("{object: o.yaml, assertions: [{}, {violations: 2, message: ^one}]}"),
            "expected exactly 2 violations with a message like \"^one\", got 1",
        ),
    ] {
        let report = ran(&tests);
        assert!(why(&report).contains(part), "{tests}: {}", why(&report));
        assert_eq!(report.totals(), (0, 1), "{tests}");
    }
}

#[test]
fn each_way_to_pass_passes() {
    for assertions in [
        "{}",
        "{violations: yes}",
        "{violations: true}",
        "{violations: 2}",
        "{violations: 2.0}",
        "{violations: null}",
        "{message: ''}",
        "{message: wo$}",
        "{violations: no, message: three}",
        "{violations: false, message: three}",
        "{violations: 0, message: three}",
        "{Violations: 2}",
    ] {
        let report = ran(&format!(
            "tests:\n- template: t.yaml\n  constraint: ./x/../c.yaml\n  cases:\n  \
             - {{object: o.yaml, assertions: [{assertions}]}}"
        ));
        assert_eq!(report.totals(), (1, 0), "{assertions}: {}", why(&report));
    }
}

#[test]
fn what_is_skipped_counts_for_nothing() {
    let report = ran("skip: true\ntests: [{template: x.yaml}]");
    assert!(report.skipped && report.tests.is_empty());
    let report = ran("tests: [{template: x.yaml, skip: true}]");
    assert_eq!((report.totals(), why(&report).as_str()), ((0, 0), "Skipped"));
    let report = ran("tests: [{template: t.yaml, constraint: c.yaml, cases: [{skip: true}]}]");
    assert_eq!((report.totals(), why(&report).as_str()), ((0, 0), "skipped"));
}

#[test]
fn fields_of_wrong_types_are_errors() {
    for (text, field) in [
        ("tests: {}", "tests"),
        ("tests: [1]", "tests[0]"),
        ("tests: [{name: 1}]", "tests[0].name"),
        ("tests: [{invalid: 'yes'}]", "tests[0].invalid"),
        ("tests: [{cases: [{inventory: x}]}]", "tests[0].cases[0].inventory"),
        ("tests: [{cases: [{inventory: [1]}]}]", "tests[0].cases[0].inventory[0]"),
        (
            "tests: [{cases: [{assertions: [{violations: 1.5}]}]}]",
            "tests[0].cases[0].assertions[0].violations",
        ),
        (
            "tests: [{cases: [{assertions: [{message: 1}]}]}]",
            "tests[0].cases[0].assertions[0].message",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert_eq!(error.field, field, "{error}");
        assert_eq!((error.file.as_str(), error.line), ("suite.yaml", 1));
    }
}

#[test]
fn a_suite_is_known_by_group_and_kind() {
    let suite =
        |api_version: &str, kind: &str| is_suite(&json!({"apiVersion": api_version, "kind": kind}));
    assert!(suite("test.gatekeeper.sh/v1alpha1", "Suite"));
    assert!(suite("test.gatekeeper.sh/v2", "Suite"));
    assert!(!suite("test.gatekeeper.sh/v1alpha1", "Test"));
    assert!(!suite("v1", "Suite"));
    let object = json!([]);
    assert!(Suite::new(&document("s.yaml", &object)).is_err());
    assert_eq!(
        read("tests: [{cases: [{assertions: [{}]}]}]").unwrap().tests[0].cases[0].assertions[0]
            .violations,
        Expected::Some
    );
}

#[test]
fn paths_are_relative_to_the_suite() {
    for (suite, path, resolved) in [
        ("a/b/suite.yaml", "template.yaml", "a/b/template.yaml"),
        ("a/b/suite.yaml", "../x/./t.yaml", "a/x/t.yaml"),
        ("suite.yaml", "t.yaml", "t.yaml"),
        ("suite.yaml", "../t.yaml", "../t.yaml"),
        ("../a/suite.yaml", "../../t.yaml", "../../t.yaml"),
        ("/a/suite.yaml", "t.yaml", "/a/t.yaml"),
        ("/a/suite.yaml", "/t.yaml", "/a/t.yaml"),
    ] {
        assert_eq!(resolve(suite, path), resolved, "{path} of {suite}");
    }
}
