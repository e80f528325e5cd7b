//! Quoting as Go's `strconv` does it.

use std::fmt::Write as _;

/// Which characters are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// What cannot be printed.
    Some,
    /// And everything beyond ASCII.
    All,
}

pub(super) fn quoted(text: &str, escape: Escape) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        escaped(&mut out, c, '"', escape);
    }
    out.push('"');
    out
}

pub(super) fn quoted_rune(c: char, escape: Escape) -> String {
    let mut out = String::from("'");
    escaped(&mut out, c, '\'', escape);
    out.push('\'');
    out
}

fn escaped(out: &mut String, c: char, quote: char, escape: Escape) {
    match c {
        '\\' => out.push_str("\\\\"),
        c if c == quote => {
            out.push('\\');
            out.push(c);
        }
        c if printable(c) && (escape == Escape::Some || c.is_ascii()) => out.push(c),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        c => {
            let code = u32::from(c);
            // Writing to a string does not fail.
            let _ = match code {
                0..=0x7f => write!(out, "\\x{code:02x}"),
                0x80..=0xffff => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
        }
    }
}

/// Letters, marks, numbers, punctuation, symbols, and the space: what Go's
/// `unicode.IsPrint` lets through.
pub(super) fn printable(c: char) -> bool {
    if matches!(c, '\\' | '"' | '\'') {
        return true;
    }
    // The standard library has the same notion, but also escapes a mark at the
    // beginning of a text.
    let pair: String = ['a', c].iter().collect();
    pair.escape_debug().eq(pair.chars())
}

/// Whether a text can stand in backquotes.
pub(super) fn fits_backquotes(text: &str) -> bool {
    text.chars().all(|c| c != '`' && c != '\u{feff}' && (c == '\t' || printable(c)))
}
