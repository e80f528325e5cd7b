//! Difference (b): several bodies behind one head, `f(x) { … } { … }`. To OPA
//! each is a definition of its own with the same head; the engine refuses them
//! for sets and takes them for `else` otherwise. The head is repeated.

use super::edits::Edit;
use super::tokens::{Brackets, Kind, Token};

/// The rule that is being read, at depth 0.
#[derive(Default)]
struct Rule {
    /// Where its head begins.
    head: Option<usize>,
    /// Where its first body begins.
    body: Option<usize>,
    /// An `else` was seen: OPA has no further bodies behind one.
    other: bool,
}

pub(super) fn edits(text: &str, tokens: &[Token<'_>]) -> Vec<Edit> {
    let mut brackets = Brackets::default();
    let mut edits = Vec::new();
    let mut rule = Rule::default();
    // Whether the brace that is open at depth 0 began a body.
    let mut in_body = false;
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &tokens[before]);
        if brackets.depth() == 0 {
            let behind_body = in_body && before.is_some_and(|before| before.is("}"));
            if token.is_name("else") {
                rule.other = true;
            } else if token.is("{") && behind_body && !rule.other {
                if let Rule { head: Some(head), body: Some(body), .. } = rule {
                    edits.push(Edit::insert(
                        token.start,
                        on_one_line(&text[head..body], tokens, head),
                    ));
                }
            } else if starts_rule(token, before, behind_body) {
                rule = Rule { head: Some(token.start), ..Rule::default() };
            }
            if token.is("{") {
                in_body = behind_body || before.is_some_and(opens_body);
                if in_body && rule.body.is_none() {
                    rule.body = Some(token.start);
                }
            }
        }
        brackets.pass(token);
    }
    edits
}

/// Whether a rule's head begins here: on a line of its own or right behind the
/// body of the rule before.
fn starts_rule(token: &Token<'_>, before: Option<&Token<'_>>, behind_body: bool) -> bool {
    if token.kind != Kind::Name || (token.is_keyword() && token.text != "default") {
        return false;
    }
    behind_body || (token.first && !before.is_some_and(continues))
}

/// Whether what ends here goes on behind it.
fn continues(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Sign => !matches!(token.text, "}" | "]" | ")" | ";"),
        Kind::Name => token.is_keyword(),
        _ => false,
    }
}

/// Whether a brace behind this token begins a body: behind `=` and operators it
/// is a value.
fn opens_body(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Sign => matches!(token.text, "}" | "]" | ")"),
        Kind::Name => token.is_name("if") || !token.is_keyword(),
        _ => true,
    }
}

/// A head without its line ends and comments.
fn on_one_line(head: &str, tokens: &[Token<'_>], start: usize) -> String {
    let end = start + head.len();
    let inside = tokens.iter().filter(|token| (start..end).contains(&token.start));
    let mut out = String::new();
    let mut at = start;
    for token in inside {
        if token.start > at {
            out.push(' ');
        }
        out.push_str(&token.text.replace('\n', " "));
        at = token.end();
    }
    out.push(' ');
    out
}
