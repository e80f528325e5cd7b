//! Which tests and cases of a suite run: `--run`.

use super::format::{Case, Test};
use super::pattern::{Pattern, PatternError};

/// Chooses tests and cases by name, as `gator verify --run` does: `name` means
/// tests and cases in whose name the expression is found, `test//case` cases
/// that match the second part in tests that match the first.
#[derive(Clone, Debug, Default)]
pub enum Filter {
    /// Everything.
    #[default]
    All,
    /// The test or the case.
    Either(Pattern),
    /// The test and the case.
    Both(Pattern, Pattern),
}

/// Why a text is not a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// More than one `//`.
    #[error("a filter may hold at most one \"//\"")]
    Parts,
    /// A part is not a regular expression.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

impl Filter {
    /// Reads a filter; an empty one lets everything run.
    ///
    /// # Errors
    /// [`FilterError`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let parts: Vec<&str> = text.split("//").collect();
        match parts.as_slice() {
            [""] => Ok(Self::All),
            [either] => Ok(Self::Either(Pattern::new(either)?)),
            [test, case] => Ok(Self::Both(Pattern::new(test)?, Pattern::new(case)?)),
            _ => Err(FilterError::Parts),
        }
    }

    /// Whether anything of the test runs.
    #[must_use]
    pub fn wants_test(&self, test: &Test) -> bool {
        match self {
            Self::All => true,
            Self::Either(pattern) => {
                pattern.is_found_in(&test.name)
                    || test.cases.iter().any(|case| pattern.is_found_in(&case.name))
            }
            Self::Both(pattern, _) => pattern.is_found_in(&test.name),
        }
    }

    /// Whether the case of the test runs.
    #[must_use]
    pub fn wants_case(&self, test: &Test, case: &Case) -> bool {
        match self {
            Self::All => true,
            Self::Either(pattern) => {
                pattern.is_found_in(&case.name) || pattern.is_found_in(&test.name)
            }
            Self::Both(of_test, of_case) => {
                of_case.is_found_in(&case.name) && of_test.is_found_in(&test.name)
            }
        }
    }
}
