//! Values as the text of a Rego term.

use regorus::Value;

use super::quote;

/// A value as OPA prints it: `{"a": [1, "x"]}`, `{1, 2}`, `set()`.
pub(in crate::policy::builtins) fn term(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(_) => out.push_str(&value.to_string()),
        Value::String(text) => out.push_str(&quote::quoted(text, quote::Escape::Some)),
        Value::Array(items) => list(out, ['[', ']'], items.iter(), write),
        Value::Set(items) if items.is_empty() => out.push_str("set()"),
        Value::Set(items) => list(out, ['{', '}'], items.iter_sorted(), write),
        Value::Object(fields) => {
            list(out, ['{', '}'], fields.iter_sorted(), |out, (key, value)| {
                write(out, key);
                out.push_str(": ");
                write(out, value);
            })
        }
        Value::Undefined => out.push_str("undefined"),
    }
}

fn list<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(out, item);
    }
    out.push(close);
}
