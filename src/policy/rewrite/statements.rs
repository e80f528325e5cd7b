//! Statements that say little: `print`, `_ := x`, imports that change nothing.
//!
//! `print` is for tests. Elsewhere OPA erases it when it compiles, and so do
//! we: the statement becomes `true`. `import input` says nothing and makes the
//! engine talk on standard error; `import rego.v1` is what a module's dialect
//! says already, and the engine takes every variable `v1` for it: they go. `_ := x` asks whether x is
//! defined, and the fast engine does not; `_ = x` it does.

use super::edits::Edit;
use super::text::Printing;
use super::tokens::{Brackets, Token, tokens};

pub(super) fn edits(text: &str, tokens: &[Token<'_>], printing: Printing) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1);
        let before = index.checked_sub(1).map(|before| &tokens[before]);
        if token.is_name("import")
            && token.first
            && let Some(last) = said_already(&tokens[index..])
        {
            edits.push(Edit { start: token.start, end: last.end(), text: String::new() });
        }
        if token.is_name("_")
            && let Some(assign) = next.filter(|next| next.is(":="))
        {
            edits.push(Edit { start: assign.start, end: assign.end(), text: " =".to_owned() });
        }
        let called = next.is_some_and(|next| next.is("(") && next.start == token.end());
        if printing == Printing::Erased
            && token.is_name("print")
            && called
            && before.is_some_and(|before| begins_statement(token, before))
            && let Some(end) = closing(&tokens[index + 1..])
        {
            let lines = text[token.start..end].matches('\n').count();
            let text = format!("true{}", "\n".repeat(lines));
            edits.push(Edit { start: token.start, end, text });
        }
    }
    edits
}

/// The last token of an import that says nothing: of `input`, of `rego.v1`.
fn said_already<'a>(tokens: &'a [Token<'a>]) -> Option<&'a Token<'a>> {
    let ends = |index: usize| tokens.get(index).is_none_or(|token| token.first);
    match tokens {
        [_, input, ..] if input.text == "input" && ends(2) => Some(input),
        [_, rego, _, v1, ..] if rego.text == "rego" && v1.text == "v1" && ends(4) => Some(v1),
        _ => None,
    }
}

/// Whether a module asks for Rego v1 by an import.
pub(in crate::policy) fn imports_v1(text: &str) -> bool {
    let found = tokens(text);
    let imports = found.iter().enumerate().filter(|(_, t)| t.first && t.is_name("import"));
    imports
        .into_iter()
        .any(|(index, _)| said_already(&found[index..]).is_some_and(|last| last.text == "v1"))
}

fn begins_statement(token: &Token<'_>, before: &Token<'_>) -> bool {
    token.first || before.is("{") || before.is(";") || before.is("|") || before.is_name("if")
}

/// Where the bracket that the first token opens is closed.
fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut brackets = Brackets::default();
    tokens.iter().find_map(|token| {
        brackets.pass(token);
        (brackets.depth() == 0).then(|| token.end())
    })
}
