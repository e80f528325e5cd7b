//! Suites of gator: templates and constraints with objects and what is to be
//! said about them.
//!
//! A [`Suite`] is read from its object, a [`Filter`] chooses among its tests,
//! and [`run`] runs them with files and an engine that the caller brings.
//! Semantics are gator's (gatekeeper, `pkg/gator/verify`): a fresh state for
//! each case, paths relative to the suite, violations counted whatever their
//! enforcement action.
//!
//! Start reading at [`Suite`], then [`run`].

mod assertion;
mod case;
mod filter;
mod format;
mod pattern;
mod report;
mod run;

pub use assertion::{Assertion, Expected, check};
pub use case::{CaseInput, Loaded, run_case};
pub use filter::{Filter, FilterError};
pub use format::{Case, Suite, Test, is_suite};
pub use pattern::{Pattern, PatternError};
pub use report::{AssertionReport, CaseOutcome, CaseReport, SuiteReport, TestOutcome, TestReport};
pub use run::{Files, resolve, run};
