//! Difference (a): a reference ends a line and the next line begins with a
//! parenthesis. The engine reads a call across the line; OPA wants the
//! parenthesis right behind the function's name (its grammar has
//! `expr-call = var { "." var } "(" …`, and its parser takes a call only where
//! no white space comes between). A `;` ends the first line.

use super::edits::Edit;
use super::tokens::{Brackets, Kind, Token};

pub(super) fn edits(tokens: &[Token<'_>]) -> Vec<Edit> {
    let mut brackets = Brackets::default();
    let mut edits = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.first
            && token.is("(")
            && brackets.innermost() == Some("{")
            && let Some(before) = index.checked_sub(1).map(|before| &tokens[before])
            && ends_reference(before)
        {
            edits.push(Edit::insert(before.end(), ";"));
        }
        brackets.pass(token);
    }
    edits
}

/// Whether the engine would take what ends here for a function's name.
fn ends_reference(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Name => !token.is_keyword(),
        Kind::Sign => token.text == "]",
        _ => false,
    }
}
