//! Strings: what OPA has and the engine has not, or has otherwise.

use regorus::Value;

use super::call::{Failure, Outcome, charge, text};
use super::caps;
use super::collections::wants;

/// `strings.count(text, part)`: places where the part stands, not overlapping
/// (Go's `strings.Count`); of an empty part one more than there are characters.
pub(super) fn strings_count(args: &[Value]) -> Outcome {
    let [Value::String(text), Value::String(part)] = args else {
        return Err(wants(args, "two strings"));
    };
    let count = if part.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(part.as_ref()).count()
    };
    Ok(Value::from(count))
}

/// `strings.split_n(text, delimiter, n)`: the first n parts, or the last of a
/// negative n; the rest is left out, as in OPA.
pub(super) fn split_n(args: &[Value]) -> Outcome {
    let [Value::String(whole), Value::String(delimiter), Value::Number(number)] = args else {
        return Err(wants(args, "two strings and a number"));
    };
    let Some(number) = number.as_i64() else {
        return Err(Failure::Failed("expects an integer".to_owned()));
    };
    let parts: Vec<Value> = if delimiter.is_empty() {
        whole.chars().map(|c| text(c.to_string())).collect()
    } else {
        whole.split(delimiter.as_ref()).map(text).collect()
    };
    let most = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX).min(parts.len());
    let kept = if number >= 0 { &parts[..most] } else { &parts[parts.len() - most..] };
    Ok(Value::from(kept.to_vec()))
}

/// `strings.replace_n(patterns, text)`: all at once, at each place the first
/// pattern in the order of keys (Go's `strings.NewReplacer`).
pub(super) fn replace_n(args: &[Value]) -> Outcome {
    let [Value::Object(patterns), Value::String(whole)] = args else {
        return Err(wants(args, "an object and a string"));
    };
    charge(caps::replaced_all(args)?)?;
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (old, new) in patterns.iter_sorted() {
        let (Value::String(old), Value::String(new)) = (old, new) else {
            return Err(Failure::Failed("patterns must be strings".to_owned()));
        };
        pairs.push((old, new));
    }
    let mut out = String::with_capacity(whole.len());
    let mut rest: &str = whole;
    // An empty pattern does not match twice at one place.
    let mut matched = false;
    loop {
        let found =
            pairs.iter().find(|(old, _)| rest.starts_with(old) && !(old.is_empty() && matched));
        if let Some((old, new)) = found {
            out.push_str(new);
            rest = &rest[old.len()..];
            matched = true;
            if !old.is_empty() {
                continue;
            }
        }
        let Some(next) = rest.chars().next() else { break };
        out.push(next);
        rest = &rest[next.len_utf8()..];
        matched = false;
    }
    Ok(text(out))
}

/// `indexof(text, part)`: in characters, -1 where it is not.
pub(super) fn indexof(args: &[Value]) -> Outcome {
    let [Value::String(whole), Value::String(part)] = args else {
        return Err(wants(args, "two strings"));
    };
    not_empty(part)?;
    let found = whole.find(part.as_ref()).map(|at| whole[..at].chars().count());
    Ok(found.map_or_else(|| Value::from(-1i64), Value::from))
}

/// `indexof_n(text, part)`: all places, also overlapping ones.
pub(super) fn indexof_n(args: &[Value]) -> Outcome {
    let [Value::String(whole), Value::String(part)] = args else {
        return Err(wants(args, "two strings"));
    };
    not_empty(part)?;
    charge(caps::search(args)?)?;
    let places = whole.char_indices().enumerate();
    let found = places.filter(|(_, (at, _))| whole[*at..].starts_with(part.as_ref()));
    Ok(Value::from(found.map(|(index, _)| Value::from(index)).collect::<Vec<_>>()))
}

fn not_empty(part: &str) -> Result<(), Failure> {
    if part.is_empty() {
        return Err(Failure::Failed("empty search character".to_owned()));
    }
    Ok(())
}

/// `substring(text, offset, length)`, in characters; a negative length is the
/// rest.
pub(super) fn substring(args: &[Value]) -> Outcome {
    let [Value::String(whole), Value::Number(offset), Value::Number(length)] = args else {
        return Err(wants(args, "a string and two numbers"));
    };
    let (Some(offset), Some(length)) = (offset.as_i64(), length.as_i64()) else {
        return Err(Failure::Failed("offset and length must be integers".to_owned()));
    };
    let Ok(offset) = usize::try_from(offset) else {
        return Err(Failure::Failed("negative offset".to_owned()));
    };
    let rest = whole.char_indices().nth(offset).map_or("", |(at, _)| &whole[at..]);
    let end = match usize::try_from(length) {
        Ok(length) => rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at),
        Err(_) => rest.len(),
    };
    Ok(text(&rest[..end]))
}

/// `glob.quote_meta(text)`.
pub(super) fn quote_meta(args: &[Value]) -> Outcome {
    let [Value::String(plain)] = args else { return Err(wants(args, "a string")) };
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        if matches!(c, '*' | '?' | '\\' | '[' | ']' | '{' | '}') {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(text(out))
}

/// `trace(note)`: nobody reads it here; always true.
pub(super) fn trace(args: &[Value]) -> Outcome {
    match args {
        [Value::String(_)] => Ok(Value::Bool(true)),
        _ => Err(wants(args, "a string")),
    }
}

/// `external_data(request)`, of Gatekeeper: a policy has no network.
pub(super) fn external_data(_: &[Value]) -> Outcome {
    Err(Failure::Failed(
        "providers are not asked: a policy has no network; put what it needs into the parameters"
            .to_owned(),
    ))
}

/// `strings.render_template(template, values)`: Go's `text/template`, of which
/// fields are filled in (`{{.name}}`, `{{ .a.b }}`); anything else is an error.
pub(super) fn render_template(args: &[Value]) -> Outcome {
    let [Value::String(template), values @ Value::Object(_)] = args else {
        return Err(wants(args, "a string and an object"));
    };
    let mut out = String::new();
    let mut rest: &str = template;
    while let Some((before, action)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((action, behind)) = action.split_once("}}") else {
            return Err(Failure::Failed("an action is not closed".to_owned()));
        };
        out.push_str(&field(action.trim(), values)?);
        rest = behind;
    }
    out.push_str(rest);
    Ok(text(out))
}

fn field(action: &str, values: &Value) -> Result<String, Failure> {
    let unknown = |why: &str| Failure::Failed(format!("{{{{{action}}}}}: {why}"));
    let Some(path) = action.strip_prefix('.') else {
        return Err(unknown("only fields can be filled in"));
    };
    let mut value = values;
    for name in path.split('.') {
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return Err(unknown("only fields can be filled in"));
        }
        value = match value {
            Value::Object(fields) => fields.get(&Value::from(name)),
            _ => None,
        }
        .ok_or_else(|| unknown("there is no such value"))?;
    }
    match value {
        Value::String(text) => Ok(text.to_string()),
        Value::Null => Ok("<nil>".to_owned()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(_) => Ok(super::sprintf::term(value)),
        _ => Err(unknown("only strings, numbers and booleans can be filled in")),
    }
}
