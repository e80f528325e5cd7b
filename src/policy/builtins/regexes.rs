//! Regular expressions. OPA's are RE2's (Go's `regexp`); the engine's are those
//! of Rust, which read a few things otherwise. A pattern is translated before it
//! is compiled.

use std::borrow::Cow;
use std::sync::OnceLock;

use regorus::Value;
use regorus::unstable::BuiltinFcn;

use super::call::{Failure, Outcome, Undefined, stock_outcome, text};
use super::caps::{self, Refusal};
use super::collections::wants;
use super::pattern::translated;

type Found = OnceLock<Option<BuiltinFcn>>;
type Cap = fn(&[Value]) -> Result<u64, Refusal>;

/// Calls the engine's builtin with the pattern at `index` translated.
fn with_pattern(
    name: &'static str,
    found: &'static Found,
    cap: Cap,
    index: usize,
    args: &[Value],
) -> Outcome {
    let Some(Value::String(pattern)) = args.get(index) else {
        return stock_outcome(name, found, cap, Undefined::Error, args);
    };
    // Before anything is done with it.
    cap(args)?;
    match translated(pattern) {
        Cow::Borrowed(_) => stock_outcome(name, found, cap, Undefined::Error, args),
        Cow::Owned(translated) => {
            let mut args = args.to_vec();
            args[index] = text(translated);
            stock_outcome(name, found, cap, Undefined::Error, &args)
        }
    }
}

macro_rules! patterns {
    ($($(#[$doc:meta])* $function:ident $name:literal $cap:ident $index:literal;)*) => {
        $($(#[$doc])*
        pub(super) fn $function(args: &[Value]) -> Outcome {
            static FOUND: Found = OnceLock::new();
            with_pattern($name, &FOUND, caps::$cap, $index, args)
        })*
    };
}

patterns! {
    /// `regex.find_all_string_submatch_n(pattern, text, n)`.
    find_all "regex.find_all_string_submatch_n" regex 0;
    /// `regex.find_n(pattern, text, n)`.
    find "regex.find_n" regex 0;
    /// `regex.is_valid(pattern)`.
    is_valid_text "regex.is_valid" pattern 0;
    /// `regex.match(pattern, text)`; `re_match` is its older name.
    matches "regex.match" regex 0;
    /// `regex.replace(text, pattern, new)`.
    replace "regex.replace" regex_replace 1;
}

/// `regex.is_valid(pattern)`; what is no string is no pattern.
pub(super) fn is_valid(args: &[Value]) -> Outcome {
    match args {
        [Value::String(_)] => is_valid_text(args),
        _ => Ok(Value::Bool(false)),
    }
}

/// `regex.split(pattern, text)`; an empty match splits between characters.
pub(super) fn split(args: &[Value]) -> Outcome {
    static FOUND: Found = OnceLock::new();
    if let [Value::String(pattern), Value::String(whole)] = args
        && pattern.is_empty()
    {
        return Ok(Value::from(whole.chars().map(|c| text(c.to_string())).collect::<Vec<_>>()));
    }
    with_pattern("regex.split", &FOUND, caps::regex, 0, args)
}

/// `regex.template_match(template, text, open, close)`: between the delimiters
/// stand patterns, everything else stands for itself.
pub(super) fn template_match(args: &[Value]) -> Outcome {
    let [Value::String(template), Value::String(whole), Value::String(open), Value::String(close)] =
        args
    else {
        return Err(wants(args, "four strings"));
    };
    let one = |delimiter: &str| {
        let mut chars = delimiter.chars();
        let first = chars.next().filter(|_| chars.next().is_none());
        first.ok_or_else(|| Failure::Failed("a delimiter must be one character".to_owned()))
    };
    let (open, close) = (one(open)?, one(close)?);
    let mut pattern = String::from("^");
    let mut depth = 0;
    for c in template.chars() {
        if c == open {
            depth += 1;
            pattern.push(if depth == 1 { '(' } else { c });
        } else if c == close {
            if depth == 0 {
                return Err(Failure::Failed("the template's delimiters do not match".to_owned()));
            }
            depth -= 1;
            pattern.push(if depth == 0 { ')' } else { c });
        } else if depth == 0 {
            quote(&mut pattern, c);
        } else {
            pattern.push(c);
        }
    }
    if depth > 0 {
        return Err(Failure::Failed("the template's delimiters do not match".to_owned()));
    }
    pattern.push('$');
    matches(&[text(pattern), Value::String(whole.clone())])
}

fn quote(pattern: &mut String, c: char) {
    if c.is_ascii_punctuation() {
        pattern.push('\\');
    }
    pattern.push(c);
}
