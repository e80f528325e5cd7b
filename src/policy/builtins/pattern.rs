//! RE2's syntax as Rust's.
//!
//! RE2 takes a brace that begins no repetition and a bracket inside a class for
//! themselves; `\d`, `\w`, `\s` and `\b` are ASCII there (a rule `^\w+$` must not
//! let letters of all alphabets through); `\Q…\E` quotes.

use std::borrow::Cow;

/// A pattern of RE2 as one of Rust's regular expressions that matches the same.
pub(super) fn translated(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains(['\\', '{', '[']) {
        return Cow::Borrowed(pattern);
    }
    let mut out = Translation { out: String::with_capacity(pattern.len() + 16), same: true };
    let mut rest = pattern;
    let mut class: Option<&str> = None;
    while let Some(c) = rest.chars().next() {
        rest = match (c, class) {
            ('\\', _) => out.escape(rest, class.is_some()),
            ('[', None) => {
                let opened = out.open_class(rest);
                class = Some(opened);
                opened
            }
            ('[', Some(_)) => out.inside(rest),
            (']', Some(_)) => {
                class = None;
                out.keep(rest, 1)
            }
            ('&' | '-' | '~', Some(_)) if rest[1..].starts_with(c) => {
                out.change(rest, 1, &["\\", &rest[..1]].concat())
            }
            ('{', None) if !repeats(rest) => out.change(rest, 1, "\\{"),
            _ => out.keep(rest, c.len_utf8()),
        };
    }
    if out.same { Cow::Borrowed(pattern) } else { Cow::Owned(out.out) }
}

struct Translation {
    out: String,
    same: bool,
}

impl Translation {
    fn keep<'a>(&mut self, rest: &'a str, length: usize) -> &'a str {
        let (kept, rest) = rest.split_at(length.min(rest.len()));
        self.out.push_str(kept);
        rest
    }

    fn change<'a>(&mut self, rest: &'a str, length: usize, to: &str) -> &'a str {
        self.same = false;
        self.out.push_str(to);
        &rest[length..]
    }

    /// A class begins: a `^` and a `]` right behind it stand for themselves.
    fn open_class<'a>(&mut self, rest: &'a str) -> &'a str {
        let mut length = 1;
        if rest[length..].starts_with('^') {
            length += 1;
        }
        let rest = self.keep(rest, length);
        if rest.starts_with(']') { self.change(rest, 1, "\\]") } else { rest }
    }

    /// A bracket inside a class: a named one, or itself.
    fn inside<'a>(&mut self, rest: &'a str) -> &'a str {
        match rest.strip_prefix("[:").and_then(|named| named.find(":]")) {
            Some(end) => self.keep(rest, end + 4),
            None => self.change(rest, 1, "\\["),
        }
    }

    fn escape<'a>(&mut self, rest: &'a str, in_class: bool) -> &'a str {
        let Some(next) = rest[1..].chars().next() else { return self.keep(rest, 1) };
        let ascii = match (next, in_class) {
            ('d', false) => "[0-9]",
            ('d', true) => "0-9",
            ('D', _) => "[^0-9]",
            ('w', false) => "[0-9A-Za-z_]",
            ('w', true) => "0-9A-Za-z_",
            ('W', _) => "[^0-9A-Za-z_]",
            ('s', false) => "[\\t\\n\\x0C\\r ]",
            ('s', true) => "\\t\\n\\x0C\\r ",
            ('S', _) => "[^\\t\\n\\x0C\\r ]",
            ('b', false) => "(?-u:\\b)",
            ('Q', false) => return self.quoted(&rest[2..]),
            _ => return self.keep(rest, 1 + next.len_utf8()),
        };
        self.change(rest, 2, ascii)
    }

    fn quoted<'a>(&mut self, rest: &'a str) -> &'a str {
        self.same = false;
        let (quoted, rest) = rest.split_once("\\E").unwrap_or((rest, ""));
        for c in quoted.chars() {
            if c.is_ascii_punctuation() {
                self.out.push('\\');
            }
            self.out.push(c);
        }
        rest
    }
}

/// Whether a brace begins a repetition: `{n}`, `{n,}`, `{n,m}`.
fn repeats(rest: &str) -> bool {
    let Some((inside, _)) = rest[1..].split_once('}') else { return false };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match inside.split_once(',') {
        Some((least, most)) => number(least) && (most.is_empty() || number(most)),
        None => number(inside),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_stays() {
        for pattern in ["", "^a.*b$", "a{2,3}b{4}c{5,}", "[a-z]+\\.", "(?i)x|y", "[[:alpha:]]"] {
            assert!(matches!(translated(pattern), Cow::Borrowed(_)), "{pattern}");
        }
    }

    #[test]
    fn what_is_not_is_translated() {
        for (pattern, expected) in [
            ("{a}", "\\{a}"),
            ("a{,3}", "a\\{,3}"),
            ("^\\d+$", "^[0-9]+$"),
            ("[\\w.-]", "[0-9A-Za-z_.-]"),
            ("\\bx\\b", "(?-u:\\b)x(?-u:\\b)"),
            ("[[]", "[\\[]"),
            ("[^]]", "[^\\]]"),
            ("[a&&b]", "[a\\&&b]"),
            ("\\Qa.b\\E.", "a\\.b."),
            ("[\\s]", "[\\t\\n\\x0C\\r ]"),
            ("é\\S", "é[^\\t\\n\\x0C\\r ]"),
        ] {
            assert_eq!(translated(pattern), expected);
        }
    }
}
