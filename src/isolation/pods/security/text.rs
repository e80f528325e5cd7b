//! The wording that all messages share.

use std::fmt::Write as _;

/// `one` for exactly one thing, else `many`.
pub(super) const fn plural(one: &'static str, many: &'static str, count: usize) -> &'static str {
    if count == 1 { one } else { many }
}

/// `"a", "b"`. Nothing is escaped.
pub(super) fn join_quoted<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let mut out = String::new();
    for item in items {
        let comma = if out.is_empty() { "" } else { ", " };
        out.extend([comma, "\"", item.as_ref(), "\""]);
    }
    out
}

/// The noun in its number, then the quoted names.
pub(super) fn quoted_list(one: &'static str, many: &'static str, names: &[String]) -> String {
    format!("{} {}", plural(one, many, names.len()), join_quoted(names))
}

/// `key="value"`, the form in which annotations are shown: the value is escaped
/// as Go's `%q` does, so that the message equals the API server's.
pub(super) fn annotation(key: &str, value: &str) -> String {
    let mut out = format!("{key}=\"");
    for c in value.chars() {
        // Writing to a String cannot fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            '\u{07}' => out.write_str("\\a"),
            '\u{08}' => out.write_str("\\b"),
            '\u{0b}' => out.write_str("\\v"),
            '\u{0c}' => out.write_str("\\f"),
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            c if is_printable(c) => out.write_char(c),
            c if c.is_ascii() => write!(out, "\\x{:02x}", u32::from(c)),
            c if u32::from(c) < 0x1_0000 => write!(out, "\\u{:04x}", u32::from(c)),
            c => write!(out, "\\U{:08x}", u32::from(c)),
        };
    }
    out.push('"');
    out
}

/// Letters, marks, numbers, punctuation, symbols and the plain space.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    // Only the first character of a text has its combining marks escaped.
    let mut text = String::from(".");
    text.push(c);
    text.escape_debug().nth(1) == Some(c)
}
