//! What a single call may take and make.
//!
//! Instruction and time limits do not reach into a builtin, so the size of what
//! it is given and of what it makes is bounded here.

use regorus::Value;

/// Longest text a builtin may make, in bytes.
pub(super) const TEXT: usize = 1 << 20;
/// Most items a builtin may make at once.
pub(super) const ITEMS: usize = 1 << 16;

/// More than a call may have: what of what.
pub(super) struct Refusal(pub(super) String);

impl Refusal {
    pub(super) fn over(what: &str, is: impl std::fmt::Display, most: usize) -> Self {
        Self(format!("{what} of {is} is over the limit of {most}"))
    }
}

/// What it costs to look at a value's outside, in instructions.
pub(super) fn weight(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64 / 64,
        Value::Array(items) => items.len() as u64 / 2,
        Value::Set(items) => items.len() as u64 / 2,
        Value::Object(fields) => fields.len() as u64 / 2,
        _ => 0,
    }
}

/// Every result is held against these.
pub(super) fn result(value: &Value) -> Result<(), Refusal> {
    let items = match value {
        Value::String(text) if text.len() > TEXT => {
            return Err(Refusal::over("a text", text.len(), TEXT));
        }
        Value::Array(items) => items.len(),
        Value::Set(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => return Ok(()),
    };
    if items > ITEMS { Err(Refusal::over("a collection", items, ITEMS)) } else { Ok(()) }
}

/// Work in proportion to the arguments' outsides.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn plain(_: &[Value]) -> Result<u64, Refusal> {
    Ok(0)
}

/// Work in proportion to everything inside the arguments.
pub(super) fn deep(args: &[Value]) -> Result<u64, Refusal> {
    Ok(args.iter().map(nodes).sum())
}

fn nodes(value: &Value) -> u64 {
    1 + match value {
        Value::String(text) => text.len() as u64 / 64,
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Set(items) => items.iter().map(nodes).sum(),
        Value::Object(fields) => fields.iter().map(|(k, v)| nodes(k) + nodes(v)).sum(),
        _ => 0,
    }
}

/// Longest JSON or YAML text that is parsed, in bytes.
const PARSED: usize = 1 << 18;
/// Longest pattern of a regular expression or glob, in bytes.
const PATTERN: usize = 1 << 10;
/// Pattern times subject, in bytes: what bounds the time of a match.
const MATCHED: usize = 1 << 22;
/// Most digits of a number written as text.
const DIGITS: usize = 512;
/// Most bits a number is shifted by.
const SHIFT: u64 = 1 << 12;
/// Most nodes and edges of a graph.
const GRAPH: u64 = 1 << 16;
/// Most nodes and edges of a graph whose paths are listed: there may be more
/// paths than anything.
const PATHS: u64 = 24;

fn length(args: &[Value], index: usize) -> usize {
    match args.get(index) {
        Some(Value::String(text)) => text.len(),
        _ => 0,
    }
}

fn count(args: &[Value], index: usize) -> usize {
    match args.get(index) {
        Some(Value::Array(items)) => items.len(),
        Some(Value::Set(items)) => items.len(),
        Some(Value::Object(fields)) => fields.len(),
        _ => 1,
    }
}

fn at_most(what: &str, is: usize, most: usize) -> Result<(), Refusal> {
    if is > most { Err(Refusal::over(what, is, most)) } else { Ok(()) }
}

/// `numbers.range(a, b)`, `numbers.range_step(a, b, step)`: the engine reserves
/// all of it before it counts.
pub(super) fn range(args: &[Value]) -> Result<u64, Refusal> {
    let number = |index: usize| args.get(index).and_then(|value| value.as_i64().ok());
    let step = number(2).unwrap_or(1);
    let (Some(from), Some(to)) = (number(0), number(1)) else {
        // Not integers of a size that could be counted: left to the builtin,
        // unless they are numbers, which it would try to count.
        return match (args.first(), args.get(1)) {
            (Some(Value::Number(_)), Some(Value::Number(_))) if far(args) => {
                Err(Refusal(format!("a range over the limit of {ITEMS} items")))
            }
            _ => Ok(0),
        };
    };
    let items = from.abs_diff(to) / step.unsigned_abs().max(1) + 1;
    if step <= 0 {
        // The builtin says what is wrong, and never counts with it.
        return if step < 0 || step == 0 { Err(Refusal(NO_STEP.to_owned())) } else { Ok(0) };
    }
    if items > ITEMS as u64 {
        return Err(Refusal(format!("a range of {items} items is over the limit of {ITEMS}")));
    }
    Ok(items)
}

const NO_STEP: &str = "the step must be a positive number";

fn far(args: &[Value]) -> bool {
    let float = |index: usize| args.get(index).and_then(|value| value.as_f64().ok());
    match (float(0), float(1)) {
        (Some(from), Some(to)) => (from - to).abs() > 1e4,
        _ => true,
    }
}

/// `concat(delimiter, parts)`.
pub(super) fn joined(args: &[Value]) -> Result<u64, Refusal> {
    let text = |value: &Value| if let Value::String(text) = value { text.len() } else { 0 };
    let parts: usize = match args.get(1) {
        Some(Value::Array(items)) => items.iter().map(text).sum(),
        Some(Value::Set(items)) => items.iter().map(text).sum(),
        _ => 0,
    };
    let made = parts.saturating_add(length(args, 0).saturating_mul(count(args, 1)));
    at_most("a text", made, TEXT)?;
    Ok(made as u64 / 64)
}

/// `replace(text, old, new)`.
pub(super) fn replaced(args: &[Value]) -> Result<u64, Refusal> {
    let made = grown(length(args, 0), length(args, 1), length(args, 2));
    at_most("a text", made, TEXT)?;
    Ok(made as u64 / 64)
}

/// The longest a text can become.
fn grown(text: usize, old: usize, new: usize) -> usize {
    let places = text.checked_div(old).unwrap_or(text + 1);
    text.saturating_add(places.saturating_mul(new.saturating_sub(old)))
}

/// `strings.replace_n(patterns, text)`: one after another.
pub(super) fn replaced_all(args: &[Value]) -> Result<u64, Refusal> {
    let mut made = length(args, 1);
    let mut work = 0u64;
    if let Some(Value::Object(patterns)) = args.first() {
        for (old, new) in patterns.iter() {
            let length = |value: &Value| length(std::slice::from_ref(value), 0);
            made = grown(made, length(old), length(new));
            at_most("a text", made, TEXT)?;
            work += made as u64 / 64;
        }
    }
    Ok(work)
}

/// `indexof(text, part)`: the engine compares at every place.
pub(super) fn search(args: &[Value]) -> Result<u64, Refusal> {
    let steps = length(args, 0).saturating_mul(length(args, 1).min(64));
    Ok(steps as u64 / 64)
}

/// `strings.any_prefix_match(texts, parts)`.
pub(super) fn pairs(args: &[Value]) -> Result<u64, Refusal> {
    Ok(count(args, 0).saturating_mul(count(args, 1)) as u64 / 4)
}

/// `sort(items)`.
pub(super) fn sorted(args: &[Value]) -> Result<u64, Refusal> {
    let items = count(args, 0);
    Ok(items as u64 * u64::from(items.max(1).ilog2()) / 4)
}

/// Texts that are parsed as a document.
pub(super) fn parsed(args: &[Value]) -> Result<u64, Refusal> {
    at_most("a text", length(args, 0), PARSED)?;
    Ok(length(args, 0) as u64 / 8)
}

/// Texts that are parsed as a number: an exponent could make it endless.
pub(super) fn number(args: &[Value]) -> Result<u64, Refusal> {
    at_most("a number's text", length(args, 0), DIGITS)?;
    if let Some(Value::String(text)) = args.first() {
        let exponent = text.rsplit(['e', 'E']).next().filter(|rest| rest.len() < text.len());
        let digits = exponent.map(|rest| {
            let sign = rest.trim_start_matches(['+', '-']);
            sign.chars().take_while(char::is_ascii_digit).collect::<String>()
        });
        if digits.is_some_and(|digits| digits.len() > 3) {
            return Err(Refusal("an exponent of more than three digits".to_owned()));
        }
    }
    Ok(1)
}

/// `bits.lsh(number, by)`.
pub(super) fn shift(args: &[Value]) -> Result<u64, Refusal> {
    let by = args.get(1).and_then(|value| value.as_u64().ok()).unwrap_or(0);
    if by > SHIFT {
        return Err(Refusal(format!("a shift by {by} bits is over the limit of {SHIFT}")));
    }
    Ok(by / 64)
}

/// `glob.match(pattern, delimiters, text)`.
pub(super) fn glob(args: &[Value]) -> Result<u64, Refusal> {
    at_most("a pattern", length(args, 0), PATTERN)?;
    product("a pattern times a text", length(args, 0), length(args, 2))
}

/// A regular expression alone.
pub(super) fn pattern(args: &[Value]) -> Result<u64, Refusal> {
    at_most("a pattern", length(args, 0), PATTERN)?;
    Ok(length(args, 0) as u64)
}

/// `regex.match(pattern, text)` and others that begin so.
pub(super) fn regex(args: &[Value]) -> Result<u64, Refusal> {
    at_most("a pattern", length(args, 0), PATTERN)?;
    product("a pattern times a text", length(args, 0), length(args, 1))
}

/// `regex.replace(text, pattern, new)`.
pub(super) fn regex_replace(args: &[Value]) -> Result<u64, Refusal> {
    at_most("a pattern", length(args, 1), PATTERN)?;
    let (text, new) = (length(args, 0), length(args, 2));
    at_most("a text", text.saturating_add((text + 1).saturating_mul(new)), TEXT * 8)?;
    product("a pattern times a text", length(args, 1), text)
}

fn product(what: &str, left: usize, right: usize) -> Result<u64, Refusal> {
    let product = left.saturating_mul(right);
    at_most(what, product, MATCHED)?;
    Ok(product as u64 / 64)
}

/// `net.cidr_expand(range)`.
pub(super) fn cidr(args: &[Value]) -> Result<u64, Refusal> {
    let Some(Value::String(range)) = args.first() else { return Ok(0) };
    let Some((address, bits)) = range.split_once('/') else { return Ok(0) };
    let width: u32 = if address.contains(':') { 128 } else { 32 };
    let host = bits.parse::<u32>().map_or(0, |bits| width.saturating_sub(bits));
    let addresses = 1usize.checked_shl(host).unwrap_or(usize::MAX);
    at_most("a range", addresses, ITEMS)?;
    Ok(addresses as u64)
}

/// `graph.reachable(graph, from)`.
pub(super) fn graph(args: &[Value]) -> Result<u64, Refusal> {
    let size = deep(args)?;
    if size > GRAPH { Err(Refusal::over("a graph", size, ITEMS)) } else { Ok(size * 4) }
}

/// `graph.reachable_paths(graph, from)`.
pub(super) fn graph_paths(args: &[Value]) -> Result<u64, Refusal> {
    let size = deep(args)?;
    if size > PATHS { Err(Refusal::over("a graph", size, ITEMS)) } else { Ok(size * 1024) }
}

/// `walk(value)`: makes a path and an item for every node.
pub(super) fn walked(args: &[Value]) -> Result<u64, Refusal> {
    let size = deep(args)?;
    if size > ITEMS as u64 { Err(Refusal::over("a value", size, ITEMS)) } else { Ok(size * 2) }
}
