//! Rego's own tests: rules named `test_…`, with `with`, `print` and coverage.
//! They run in the interpreter and nowhere near a request.

use std::collections::BTreeSet;

use regorus::{Engine, Value};

use super::compile::{Place, tests_of};
use super::error::{EvalError, LoadError};
use super::machine::{Budget, interpret};
use super::source::Module;

/// A test rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitTest {
    /// Its path, `data.<package>.test_…`.
    pub path: String,
    /// Where it begins.
    pub place: Place,
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitResult {
    /// Whether the rule is true; an error is why it could not be said.
    pub passed: Result<bool, EvalError>,
    /// What it printed, each with file and line in front.
    pub prints: Vec<String>,
}

/// Which lines of a file were evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The module's file.
    pub file: String,
    /// Lines that were.
    pub covered: BTreeSet<u32>,
    /// Lines that could have been.
    pub not_covered: BTreeSet<u32>,
}

/// Modules with tests in them, ready to run.
pub struct UnitTests {
    engine: Engine,
    tests: Vec<UnitTest>,
}

impl UnitTests {
    /// Reads policies, libraries and tests together.
    ///
    /// # Errors
    /// Everything that is wrong with them. An entry rule is not asked for.
    pub fn new(modules: &[Module], strict: bool) -> Result<Self, Vec<LoadError>> {
        let (mut engine, tests) = tests_of(modules, strict)?;
        engine.set_enable_coverage(true);
        Ok(Self { engine, tests })
    }

    /// The test rules, in the order of files and lines.
    #[must_use]
    pub fn tests(&self) -> &[UnitTest] {
        &self.tests
    }

    /// Runs one test.
    pub fn run(&mut self, test: &UnitTest, budget: &Budget) -> UnitResult {
        let result = interpret(&mut self.engine, &test.path, Value::Undefined, budget, true);
        let prints = self.engine.take_prints().unwrap_or_default();
        // Undefined is how a test usually fails.
        let passed = result.map(|value| !matches!(value, Value::Undefined | Value::Bool(false)));
        UnitResult { passed, prints }
    }

    /// What the tests that have run evaluated.
    #[must_use]
    pub fn coverage(&self) -> Vec<Coverage> {
        let files = self.engine.get_coverage_report().map(|report| report.files);
        let of = |file: regorus::coverage::File| Coverage {
            not_covered: file.not_covered.difference(&file.covered).copied().collect(),
            file: file.path,
            covered: file.covered,
        };
        files.unwrap_or_default().into_iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::policy::source::Dialect;

    const POLICY: &str = "package p\n\nviolation contains {\"msg\": msg} if {\n  some c in \
                          input.containers\n  not c.ok\n  msg := sprintf(\"%v\", [c.name])\n}\n\n\
                          services contains s if some s in data.inventory.services\n";

    fn module(file: &str, text: &str) -> Module {
        Module { file: file.to_owned(), text: text.to_owned(), dialect: Dialect::V1 }
    }

    fn run(tests: &str) -> Vec<(String, UnitResult)> {
        let modules = [module("p.rego", POLICY), module("p_test.rego", tests)];
        let mut tests = UnitTests::new(&modules, true).unwrap();
        let budget = Budget { wall: Duration::from_secs(5), ..Budget::default() };
        let found = tests.tests().to_vec();
        found.iter().map(|test| (test.path.clone(), tests.run(test, &budget))).collect()
    }

    #[test]
    fn tests_pass_fail_and_err() {
        let results = run("package p_test\nimport data.p\n\
            test_denies if {\n  count(p.violation) == 1 with input as {\"containers\": [{\"name\": \"a\"}]}\n}\n\
            test_wrong if p.violation == {1} with input as {}\n\
            test_errs if to_number(\"x\") == 1\n\
            test_inventory if count(p.services) == 2 with data.inventory as {\"services\": [\"a\", \"b\"]}\n\
            test_nothing_there if count(p.services) == 0\n\
            test_mocked if p.violation == {{\"msg\": \"mock\"}} with input as {\"containers\": [{\"name\": 1}]} \
            with sprintf as \"mock\"\n");
        let passed: Vec<(&str, bool)> = results
            .iter()
            .map(|(path, result)| (path.as_str(), result.passed == Ok(true)))
            .collect();
        assert_eq!(
            passed,
            [
                ("data.p_test.test_denies", true),
                ("data.p_test.test_wrong", false),
                ("data.p_test.test_errs", false),
                ("data.p_test.test_inventory", true),
                ("data.p_test.test_nothing_there", true),
                ("data.p_test.test_mocked", true),
            ]
        );
        assert!(matches!(results[1].1.passed, Ok(false)));
        let Err(EvalError::Failed { message, .. }) = &results[2].1.passed else { panic!() };
        assert!(message.contains("to_number"), "{message}");
    }

    #[test]
    fn prints_are_kept() {
        let results =
            run("package p_test\n\ntest_prints if {\n  print(\"here\", input.x, {1})\n}\n");
        assert_eq!(results[0].1.passed, Ok(true));
        assert_eq!(results[0].1.prints, ["p_test.rego:4: here <undefined> {1}"]);
    }

    #[test]
    fn lines_are_covered() {
        let text = "package p_test\n\ntest_none if count(data.p.violation) == 0 with input as {}\n";
        let modules = [module("p.rego", POLICY), module("p_test.rego", text)];
        let mut tests = UnitTests::new(&modules, true).unwrap();
        let test = tests.tests()[0].clone();
        assert_eq!(test.place, Place { file: "p_test.rego".to_owned(), line: 3 });
        assert_eq!(tests.run(&test, &Budget::default()).passed, Ok(true));
        let coverage = tests.coverage();
        let policy = coverage.iter().find(|file| file.file == "p.rego").unwrap();
        assert!(policy.covered.contains(&4), "{policy:?}");
        assert!(policy.not_covered.contains(&5) && policy.not_covered.contains(&6), "{policy:?}");
    }

    #[test]
    fn what_is_wrong_is_said_at_once() {
        let wrong = [module("p.rego", "package p\n\ntest_a if http.send({})\n")];
        let errors = UnitTests::new(&wrong, true).err().unwrap();
        assert_eq!(errors[0].line, 3);
    }
}
