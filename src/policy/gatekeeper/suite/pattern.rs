//! Regular expressions as Go reads them.
//!
//! Go and the crate `regex` share RE2's ideas, but not every letter: Go takes a
//! brace that counts nothing for itself (`labels: {"a"}`), as messages of
//! templates are full of; in a class an opening bracket, `&&` and `~~` are
//! nothing special; `\d`, `\s`, `\w` and `\b` speak of ASCII; `\Q…\E` quotes; `\<`
//! and `\>` are the signs themselves (Go, `regexp/syntax`).

use regex::Regex;

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

/// Why a text is not a regular expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pattern:?} is not a regular expression: {message}")]
pub struct PatternError {
    /// The text.
    pub pattern: String,
    /// What is wrong.
    pub message: String,
}

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// [`PatternError`].
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        Regex::new(&translate(pattern)).map(Self).map_err(|error| {
            let message = match error {
                regex::Error::CompiledTooBig(limit) => format!("it needs more than {limit} bytes"),
                other => {
                    let text = other.to_string();
                    let last = text.lines().last().unwrap_or_default();
                    last.trim_start_matches("error: ").to_owned()
                }
            };
            PatternError { pattern: pattern.to_owned(), message }
        })
    }

    /// Whether the expression matches anywhere in `text`.
    #[must_use]
    pub fn is_found_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// The same expression in the syntax of the crate `regex`.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '\\' => escape(rest, &mut out),
            '[' => class(rest, &mut out),
            '{' if !counts(rest) => {
                out.push_str(r"\{");
                1
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// Whether a brace at the start of `text` is a repetition: `{2}`, `{2,}`, `{2,3}`.
fn counts(text: &str) -> bool {
    let Some((inner, _)) = text[1..].split_once('}') else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match inner.split_once(',') {
        None => digits(inner),
        Some((from, to)) => digits(from) && (to.is_empty() || digits(to)),
    }
}

/// Translates the escape at the start of `text` and returns its length.
fn escape(text: &str, out: &mut String) -> usize {
    let Some(escaped) = text[1..].chars().next() else {
        out.push('\\');
        return 1;
    };
    match escaped {
        'Q' => {
            let quoted = text[2..].split_once(r"\E").map_or(&text[2..], |(quoted, _)| quoted);
            out.push_str(&regex::escape(quoted));
            // The end is missing where the quotation is the rest.
            return (2 + quoted.len() + 2).min(text.len());
        }
        'd' | 'D' | 's' | 'S' | 'w' | 'W' => out.push_str(perl_class(escaped)),
        'b' => out.push_str(r"(?-u:\b)"),
        '<' | '>' => out.push(escaped),
        other => {
            out.push('\\');
            out.push(other);
        }
    }
    1 + escaped.len_utf8()
}

const fn perl_class(letter: char) -> &'static str {
    match letter {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => r"[\t\n\x0c\r ]",
        'S' => r"[^\t\n\x0c\r ]",
        'w' => "[0-9A-Za-z_]",
        _ => "[^0-9A-Za-z_]",
    }
}

/// Translates the class at the start of `text` and returns its length.
fn class(text: &str, out: &mut String) -> usize {
    out.push('[');
    let mut at = 1;
    if text[at..].starts_with('^') {
        out.push('^');
        at += 1;
    }
    let start = at;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        match first {
            // Directly after the opening it stands for itself.
            ']' if at > start => {
                out.push(']');
                return at + 1;
            }
            ']' => {
                out.push_str(r"\]");
                at += 1;
            }
            '[' if rest.starts_with("[:") && rest.contains(":]") => {
                let end = rest.find(":]").map_or(rest.len(), |end| end + 2);
                out.push_str(&rest[..end]);
                at += end;
            }
            '[' | '&' | '~' => {
                out.push('\\');
                out.push(first);
                at += 1;
            }
            '\\' => at += escape(rest, out),
            other => {
                out.push(other);
                at += other.len_utf8();
            }
        }
    }
    at
}
