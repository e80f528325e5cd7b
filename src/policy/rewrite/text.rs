//! The passes that need no syntax tree.

use std::borrow::Cow;

use super::edits::apply;
use super::tokens::tokens;
use super::{bodies, calls, statements};

/// The text as the engine must see it to read what OPA reads.
pub(in crate::policy) fn bridge(text: &str) -> Cow<'_, str> {
    let found = tokens(text);
    let mut edits = calls::edits(&found);
    edits.extend(bodies::edits(text, &found));
    edits.extend(statements::edits(text, &found));
    if edits.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(apply(text, edits)) }
}
