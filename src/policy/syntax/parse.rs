//! Parsing a module for its syntax tree.

use std::num::NonZeroU32;

use regorus::unstable::{Module, Parser, Source};

use crate::policy::source::Dialect;

/// Widest line that the engine takes: rewriting makes lines longer than the 1,024
/// columns that a source may have.
pub(in crate::policy) const COLUMNS: NonZeroU32 = NonZeroU32::new(1 << 20).unwrap();

/// The syntax tree of a text.
///
/// # Errors
/// The engine's own words, with a picture of the place.
pub(in crate::policy) fn parse(file: &str, text: &str, dialect: Dialect) -> Result<Module, String> {
    let source = Source::from_contents(file.to_owned(), text.to_owned())
        .map_err(|error| error.to_string())?;
    let mut parser = Parser::new(&source).map_err(|error| error.to_string())?;
    parser.set_max_col(COLUMNS);
    if dialect == Dialect::V1 {
        parser.enable_rego_v1().map_err(|error| error.to_string())?;
    }
    parser.parse().map_err(|error| error.to_string())
}
