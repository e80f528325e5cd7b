//! Cases of suites, found for the constraints they speak of.

use crate::policy::gatekeeper::suite::{Case, CaseInput, Files, Suite, resolve};

/// A case of a suite with its objects, and the file of the constraint that it
/// speaks of.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Path of the constraint's file.
    pub constraint: String,
    /// Name of the test it belongs to.
    pub test: String,
    /// The case.
    pub case: Case,
    /// Its objects.
    pub input: CaseInput,
}

/// The cases of the suite at `path` whose files can be read. Tests that are
/// left out, that expand, or whose constraint is meant to be refused have none.
pub fn evidence<F: Files>(path: &str, suite: &Suite, files: &F) -> Vec<Evidence> {
    let tests = suite
        .tests
        .iter()
        .filter(|test| !suite.skip && !test.skip && !test.invalid && test.expansion.is_empty());
    let mut found = Vec::new();
    for test in tests {
        for case in test.cases.iter().filter(|case| !case.skip) {
            if let Ok(input) = CaseInput::read(path, case, files) {
                found.push(Evidence {
                    constraint: resolve(path, &test.constraint),
                    test: test.name.clone(),
                    case: case.clone(),
                    input,
                });
            }
        }
    }
    found
}
