//! Rust source with everything that is not code blanked out.
//!
//! A reader for rules, not a parser: bytes keep their places, so that a line
//! number in the result is one in the file.

/// Comments and the insides of literals become spaces; line breaks stay.
pub(crate) fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => line_end(bytes, at),
            b'/' if bytes[at..].starts_with(b"/*") => comment_end(bytes, at),
            b'"' => string_end(bytes, at),
            b'r' if !continues_word(bytes, at) => raw_string_end(bytes, at),
            b'\'' => char_end(bytes, at),
            _ => at,
        };
        if end == at {
            at += 1;
            continue;
        }
        blank(&mut out, at, end);
        at = end;
    }
    into_text(out)
}

/// `code` without the items that stand under `#[cfg(test)]`, and the names of
/// the modules among them that are files of their own, with the file if a
/// `#[path]` in `text` gives one.
pub(crate) fn without_tests(code: &str, text: &str) -> (String, Vec<TestModule>) {
    let bytes = code.as_bytes();
    let mut out = bytes.to_vec();
    let mut modules = Vec::new();
    for (start, marker) in code.match_indices("#[cfg(test)]") {
        let end = item_end(bytes, start + marker.len());
        let item = &code[start..end];
        if let Some(name) = item.trim_end_matches(';').rsplit("mod ").next()
            && item.ends_with(';')
            && item.contains("mod ")
        {
            let attribute = text[start..end].split_once("#[path = \"");
            let path = attribute.and_then(|(_, rest)| rest.split('"').next());
            modules
                .push(TestModule { name: name.trim().to_owned(), path: path.map(str::to_owned) });
        }
        blank(&mut out, start, end);
    }
    (into_text(out), modules)
}

/// A module of tests in a file of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TestModule {
    pub(crate) name: String,
    pub(crate) path: Option<String>,
}

pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn blank(out: &mut [u8], start: usize, end: usize) {
    for byte in &mut out[start..end] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// Only whole characters are ever replaced.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("blanking keeps text text")
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
}

fn comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn raw_string_end(bytes: &[u8], start: usize) -> usize {
    let hashes = bytes[start + 1..].iter().take_while(|b| **b == b'#').count();
    let open = start + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return start;
    }
    let close = [&b"\""[..], &b"#".repeat(hashes)].concat();
    let found = bytes[open + 1..].windows(close.len()).position(|window| window == close);
    found.map_or(bytes.len(), |offset| open + 1 + offset + close.len())
}

/// A character literal ends soon after it begins; a lifetime never ends.
fn char_end(bytes: &[u8], start: usize) -> usize {
    if bytes.get(start + 1) == Some(&b'\\') {
        let rest = &bytes[(start + 3).min(bytes.len())..];
        let close = rest.iter().position(|b| *b == b'\'');
        return close.map_or(start, |offset| start + 4 + offset);
    }
    // One character of up to four bytes.
    let close = (2..=5).find(|offset| bytes.get(start + offset) == Some(&b'\''));
    let inside = |offset: &usize| *offset == 2 || !bytes[start + 1].is_ascii();
    close.filter(inside).map_or(start, |offset| start + offset + 1)
}

fn continues_word(bytes: &[u8], at: usize) -> bool {
    // `br"…"` and `cr"…"` are raw strings too.
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    at > 0
        && word(bytes[at - 1])
        && !(matches!(bytes[at - 1], b'b' | b'c') && !(at > 1 && word(bytes[at - 2])))
}

/// Where the item that begins at `start`, after its `cfg`, ends: at its
/// semicolon or at the brace that closes its body, whichever it has.
fn item_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_i32;
    let rest = &bytes[start..];
    let is_use =
        String::from_utf8_lossy(rest).split_whitespace().find(|word| !word.starts_with("pub"))
            == Some("use");
    for (offset, byte) in rest.iter().enumerate() {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth -= 1,
            _ => {}
        }
        let body_closed = *byte == b'}' && !is_use;
        if depth == 0 && (*byte == b';' || body_closed) {
            return start + offset + 1;
        }
    }
    bytes.len()
}
