//! The passes that need no syntax tree.

use std::borrow::Cow;

use super::edits::apply;
use super::tokens::tokens;
use super::{bodies, calls, statements};

/// Whether `print` stays: only tests have somebody who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Printing {
    Erased,
    Kept,
}

/// The text as the engine must see it to read what OPA reads.
pub(in crate::policy) fn bridge(text: &str, printing: Printing) -> Cow<'_, str> {
    let found = tokens(text);
    let mut edits = calls::edits(&found);
    edits.extend(bodies::edits(text, &found));
    edits.extend(statements::edits(text, &found, printing));
    if edits.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(apply(text, edits)) }
}
