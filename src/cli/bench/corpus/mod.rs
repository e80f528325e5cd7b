//! What is sent: reviews, where each goes, what each is expected to get, and in
//! which order they come.
//!
//! [`Source`]s come from files or are generated; `prepare` may take them through
//! the mutating endpoint first; then each becomes a text with places for its uid
//! and for what varies, so that sending one costs a copy. Start reading at
//! [`Corpus::new`].

mod deck;
mod files;
mod generate;
mod prepare;
mod review;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod vary;

pub(super) use files::{Defaults, read};
pub(super) use generate::{Mix, generate};
pub(super) use prepare::{is_mutated, mutated};
pub(super) use review::{Corpus, Fresh, Review};
pub(super) use source::Source;
