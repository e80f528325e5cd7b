//! The report for people, in 100 columns. Start reading at [`text`].

mod details;
mod head;
mod numbers;
mod section;
mod tables;

pub(super) use section::text;

/// Columns of the text.
const WIDTH: usize = 100;
/// Indentation of what is said about a run.
const INDENT: usize = 2;
