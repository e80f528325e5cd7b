//! What came of a suite.

use super::assertion::Assertion;
use crate::policy::gatekeeper::judge::Violation;

/// What came of a suite.
#[derive(Clone, Debug, PartialEq)]
pub struct SuiteReport {
    /// The suite's file.
    pub path: String,
    /// The whole suite was left out.
    pub skipped: bool,
    /// In the order of the suite; empty when it was left out.
    pub tests: Vec<TestReport>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestReport {
    /// Name of the test.
    pub name: String,
    /// What came of it.
    pub outcome: TestOutcome,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestOutcome {
    /// By `skip` or by the filter.
    Skipped,
    /// The constraint was refused, as `invalid: true` wants; why.
    Refused(String),
    /// The template, the constraint or the expansion cannot be used, or the
    /// constraint was not refused although it is `invalid`.
    Broken(String),
    /// Cases ran, in the order of the suite.
    Ran(Vec<CaseReport>),
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseReport {
    /// Name of the case.
    pub name: String,
    /// Path of its object, from where the suite's path is from.
    pub object: String,
    /// What came of it.
    pub outcome: CaseOutcome,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseOutcome {
    /// By `skip` or by the filter.
    Skipped,
    /// It could not run: a file that is missing, no assertions.
    Broken(String),
    /// It ran.
    Ran {
        /// Each assertion and what came of it.
        assertions: Vec<AssertionReport>,
        /// All violations.
        violations: Vec<Violation>,
    },
}

/// What came of an assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionReport {
    /// What was expected.
    pub assertion: Assertion,
    /// How many violations matched.
    pub matching: usize,
    /// Why it cannot be told: no regular expression, a negative number.
    pub problem: Option<String>,
    /// Whether it holds.
    pub passed: bool,
}

impl SuiteReport {
    /// How many passed and how many failed: cases, and tests without cases.
    #[must_use]
    pub fn totals(&self) -> (usize, usize) {
        let outcomes = self.tests.iter().flat_map(TestReport::verdicts);
        outcomes.fold(
            (0, 0),
            |(passed, failed), good| {
                if good { (passed + 1, failed) } else { (passed, failed + 1) }
            },
        )
    }
}

impl TestReport {
    fn verdicts(&self) -> Vec<bool> {
        match &self.outcome {
            TestOutcome::Skipped => Vec::new(),
            TestOutcome::Refused(_) => vec![true],
            TestOutcome::Broken(_) => vec![false],
            TestOutcome::Ran(cases) => {
                cases.iter().filter_map(|case| case.outcome.passed()).collect()
            }
        }
    }
}

impl CaseOutcome {
    /// Whether the case passed; absent when it was left out.
    #[must_use]
    pub fn passed(&self) -> Option<bool> {
        match self {
            Self::Skipped => None,
            Self::Broken(_) => Some(false),
            Self::Ran { assertions, .. } => Some(assertions.iter().all(|a| a.passed)),
        }
    }
}

impl AssertionReport {
    /// Expected and actual, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.problem {
            Some(problem) => problem.clone(),
            None => format!("expected {}, got {}", self.assertion, self.matching),
        }
    }
}
