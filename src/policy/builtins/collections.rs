//! Collections: what OPA has and the engine has not, or has otherwise.

use regorus::Value;

use super::call::{Failure, Outcome};
use super::operators::kind;

/// `count(collection)`: of a string the characters, as in OPA (the engine counts
/// UTF-16 units).
pub(super) fn count(args: &[Value]) -> Outcome {
    Ok(Value::from(match args {
        [Value::Array(items)] => items.len(),
        [Value::Set(items)] => items.len(),
        [Value::Object(fields)] => fields.len(),
        [Value::String(text)] => text.chars().count(),
        _ => return Err(wants(args, "a collection or a string")),
    }))
}

/// `all(collection)`, deprecated in OPA: every item is true.
pub(super) fn all(args: &[Value]) -> Outcome {
    match args {
        [Value::Array(items)] => Ok(Value::Bool(items.iter().all(is_true))),
        [Value::Set(items)] => Ok(Value::Bool(items.iter().all(is_true))),
        _ => Err(wants(args, "an array or a set")),
    }
}

/// `any(collection)`, deprecated in OPA: some item is true.
pub(super) fn any(args: &[Value]) -> Outcome {
    match args {
        [Value::Array(items)] => Ok(Value::Bool(items.iter().any(is_true))),
        [Value::Set(items)] => Ok(Value::Bool(items.iter().any(is_true))),
        _ => Err(wants(args, "an array or a set")),
    }
}

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true)
}

/// `set_diff(a, b)`, deprecated in OPA: `a - b`.
pub(super) fn set_diff(args: &[Value]) -> Outcome {
    match args {
        [Value::Set(left), Value::Set(right)] => Ok(Value::from(left.difference(right))),
        _ => Err(wants(args, "two sets")),
    }
}

/// `array.flatten(array)`: nested arrays one level up.
pub(super) fn flatten(args: &[Value]) -> Outcome {
    let [Value::Array(items)] = args else { return Err(wants(args, "an array")) };
    let mut flat = Vec::new();
    for item in items.iter() {
        match item {
            Value::Array(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    Ok(Value::from(flat))
}

/// `cast_array(value)`, deprecated in OPA: a set becomes an array.
pub(super) fn cast_array(args: &[Value]) -> Outcome {
    match args {
        [value @ Value::Array(_)] => Ok(value.clone()),
        [Value::Set(items)] => Ok(Value::from(items.iter_sorted().cloned().collect::<Vec<_>>())),
        _ => Err(wants(args, "an array or a set")),
    }
}

/// `cast_set(value)`, deprecated in OPA: an array becomes a set.
pub(super) fn cast_set(args: &[Value]) -> Outcome {
    match args {
        [value @ Value::Set(_)] => Ok(value.clone()),
        [Value::Array(items)] => {
            Ok(Value::from(items.iter().cloned().collect::<std::collections::BTreeSet<_>>()))
        }
        _ => Err(wants(args, "an array or a set")),
    }
}

macro_rules! casts {
    ($($name:ident $pattern:pat, $what:literal;)*) => {
        $(/// Deprecated in OPA: the value itself, if it is of the type.
        pub(super) fn $name(args: &[Value]) -> Outcome {
            match args {
                [value @ $pattern] => Ok(value.clone()),
                _ => Err(wants(args, $what)),
            }
        })*
    };
}

casts! {
    cast_boolean Value::Bool(_), "a boolean";
    cast_null Value::Null, "null";
    cast_object Value::Object(_), "an object";
    cast_string Value::String(_), "a string";
}

pub(super) fn wants(args: &[Value], what: &str) -> Failure {
    let kinds: Vec<&str> = args.iter().map(kind).collect();
    Failure::Failed(format!("expects {what}, got {}", kinds.join(" and ")))
}
