//! A suite, with files and an engine.

use super::case::{CaseInput, Loaded, run_case};
use super::filter::Filter;
use super::format::{Case, Suite, Test};
use super::report::{CaseOutcome, CaseReport, SuiteReport, TestOutcome, TestReport};
use crate::policy::gatekeeper::constraint::{Constraint, ConstraintError};
use crate::policy::gatekeeper::document::Document;
use crate::policy::gatekeeper::expansion::Expansions;
use crate::policy::gatekeeper::judge::Engine;
use crate::policy::gatekeeper::template::Template;

/// Where a suite's files come from.
pub trait Files {
    /// The objects of the file at `path`, empty documents left out.
    ///
    /// # Errors
    /// A sentence: there is no such file, or it is not YAML.
    fn read(&self, path: &str) -> Result<Vec<Loaded>, String>;
}

/// The path that a suite at `suite` names: relative to the suite's folder, with
/// `.` and `..` resolved. A leading `/` is no root.
#[must_use]
pub fn resolve(suite: &str, path: &str) -> String {
    let folder = suite.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let root = if suite.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// Runs the tests of the suite at `path` that the filter lets through.
pub fn run<F: Files, E: Engine>(
    path: &str,
    suite: &Suite,
    filter: &Filter,
    files: &F,
    engine: &mut E,
) -> SuiteReport {
    let runner = Runner { path, filter, files };
    let tests = if suite.skip { &[] } else { suite.tests.as_slice() };
    let report = |test: &Test| TestReport {
        name: test.name.clone(),
        outcome: if test.skip || !filter.wants_test(test) {
            TestOutcome::Skipped
        } else {
            runner.test(test, engine).unwrap_or_else(TestOutcome::Broken)
        },
    };
    let tests = tests.iter().map(report).collect();
    SuiteReport { path: path.to_owned(), skipped: suite.skip, tests }
}

struct Runner<'a, F> {
    path: &'a str,
    filter: &'a Filter,
    files: &'a F,
}

impl<F: Files> Runner<'_, F> {
    fn test<E: Engine>(&self, test: &Test, engine: &mut E) -> Result<TestOutcome, String> {
        let template = self.first(&test.template, "template")?;
        let template = Template::new(&template.document()).map_err(|error| error.to_string())?;
        let program = engine.compile(&template).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            errors.join("\n")
        })?;
        let constraint = self.first(&test.constraint, "constraint")?;
        let constraint = Constraint::new(&template, &constraint.document());
        if test.invalid {
            return match constraint {
                Err(ConstraintError::Schema(error)) => Ok(TestOutcome::Refused(error.to_string())),
                Err(error) => Err(format!(
                    "the schema of the template should refuse the constraint; \
                     it is refused, but otherwise: {error}"
                )),
                Ok(_) => Err("the schema of the template should refuse the constraint".to_owned()),
            };
        }
        let constraint = constraint.map_err(|error| error.to_string())?;
        let expansions = self.expansions(&test.expansion)?;
        let run = |case: &Case| CaseReport {
            name: case.name.clone(),
            object: resolve(self.path, &case.object),
            outcome: if case.skip || !self.filter.wants_case(test, case) {
                CaseOutcome::Skipped
            } else if case.assertions.is_empty() {
                CaseOutcome::Broken("the case has no assertions".to_owned())
            } else {
                CaseInput::read(self.path, case, self.files).map_or_else(
                    CaseOutcome::Broken,
                    |input| {
                        run_case(engine, &program, &constraint, expansions.as_ref(), case, &input)
                    },
                )
            },
        };
        Ok(TestOutcome::Ran(test.cases.iter().map(run).collect()))
    }

    /// The first object of a file. Gator reads no further where it wants one.
    fn first(&self, path: &str, what: &str) -> Result<Read, String> {
        if path.is_empty() {
            return Err(format!("the test names no {what}"));
        }
        let path = resolve(self.path, path);
        let loaded = self.files.read(&path)?.into_iter().next();
        let loaded = loaded.ok_or_else(|| format!("{path}: holds no object"))?;
        Ok(Read { path, loaded })
    }

    fn expansions(&self, path: &str) -> Result<Option<Expansions>, String> {
        if path.is_empty() {
            return Ok(None);
        }
        let path = resolve(self.path, path);
        let loaded = self.files.read(&path)?;
        if loaded.is_empty() {
            return Err(format!("{path}: holds no ExpansionTemplate"));
        }
        let expansions = Expansions::new(loaded.iter().map(|loaded| loaded.document(&path)));
        expansions.map(Some).map_err(|error| error.to_string())
    }
}

/// An object and where it was read.
struct Read {
    path: String,
    loaded: Loaded,
}

impl Read {
    fn document(&self) -> Document<'_> {
        self.loaded.document(&self.path)
    }
}
