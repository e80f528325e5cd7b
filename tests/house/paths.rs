//! The paths that code mentions, from their roots.

/// A path as its segments, with where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) at: usize,
    pub(crate) segments: Vec<String>,
}

/// Every path of `code` (blanked, see [`super::source`]) with two segments or
/// more, and every crate a `use` names alone. A `use` tree gives one path a leaf.
pub(crate) fn paths(code: &str) -> Vec<Mention> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = tokens[at].text;
        let previous = at.checked_sub(1).map(|index| tokens[index].text);
        let used = matches!(previous, Some("use"));
        let absolute = at >= 2
            && previous == Some("::")
            && !(is_word(tokens[at - 2].text) && tokens[at - 2].text != "use")
            && tokens[at - 2].text != ">";
        let inner = matches!(previous, Some("::" | "." | "$")) && !absolute;
        let path = tokens.get(at + 1).is_some_and(|next| next.text == "::");
        if !is_word(token) || inner || !(path || used) {
            at += 1;
            continue;
        }
        at = tree(&tokens, at, &mut Vec::new(), &mut found);
    }
    found
}

struct Token<'a> {
    at: usize,
    text: &'a str,
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        let length = if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            end.unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push(Token { at, text: &rest[..length] });
        }
        at += length;
    }
    tokens
}

/// Reads one path or use tree that begins at `at`; returns the token after it.
fn tree(
    tokens: &[Token<'_>],
    mut at: usize,
    prefix: &mut Vec<String>,
    found: &mut Vec<Mention>,
) -> usize {
    let (start, depth) = (tokens[at].at, prefix.len());
    loop {
        let text = tokens.get(at).map_or("", |token| token.text);
        if text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                let before = at;
                at = tree(tokens, at, prefix, found);
                // Whatever stands between two branches: a comma, an alias.
                if at == before || tokens.get(at).is_some_and(|token| token.text == ",") {
                    at += 1;
                }
            }
            at += 1;
            break;
        }
        if is_word(text) || text == "*" {
            prefix.push(text.to_owned());
            at += 1;
        }
        let next = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text);
        let goes_on = next(0) == "::" && (is_word(next(1)) || matches!(next(1), "{" | "*"));
        if !goes_on {
            if prefix.len() > depth {
                found.push(Mention { at: start, segments: prefix.clone() });
            }
            break;
        }
        at += 1;
    }
    prefix.truncate(depth);
    at
}
