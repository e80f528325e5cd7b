//! Documents as Rego values and back.
//!
//! The document of a review is `serde_json`'s tree, parsed once and strictly; a
//! Rego value is built from it only when a policy really has to run. Numbers
//! stay what they were: an unsigned 64-bit integer is not squeezed through a
//! float, and `1.0` equals `1` as in OPA.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use regorus::Value as Rego;
use serde_json::{Map, Number, Value as Json};

/// Longest key that is worth keeping, in bytes.
const KEY_BYTES: usize = 64;
/// Most keys that are kept per thread: Kubernetes has a few hundred, the rest is
/// room for custom resources. A full table keeps what it has.
const KEYS: usize = 2048;

thread_local! {
    /// Keys of objects seen before, shared instead of allocated again: every Pod
    /// has the same few dozen.
    static SEEN: RefCell<HashMap<Box<str>, Arc<str>>> = RefCell::new(HashMap::new());
}

/// A document as a Rego value.
pub fn to_rego(document: &Json) -> Rego {
    SEEN.with_borrow_mut(|seen| value(document, seen))
}

fn value(document: &Json, seen: &mut HashMap<Box<str>, Arc<str>>) -> Rego {
    match document {
        Json::Null => Rego::Null,
        Json::Bool(flag) => Rego::Bool(*flag),
        Json::Number(number) => rego_number(number),
        Json::String(text) => Rego::String(Arc::from(text.as_str())),
        Json::Array(items) => {
            Rego::from(items.iter().map(|item| value(item, seen)).collect::<Vec<_>>())
        }
        Json::Object(fields) => {
            let pairs = fields.iter().map(|(name, field)| {
                let field = value(field, seen);
                (Rego::String(key(name, seen)), field)
            });
            Rego::from(pairs.collect::<BTreeMap<_, _>>())
        }
    }
}

fn key(name: &str, seen: &mut HashMap<Box<str>, Arc<str>>) -> Arc<str> {
    if let Some(known) = seen.get(name) {
        return known.clone();
    }
    let fresh: Arc<str> = Arc::from(name);
    if name.len() <= KEY_BYTES && seen.len() < KEYS {
        seen.insert(Box::from(name), fresh.clone());
    }
    fresh
}

fn rego_number(number: &Number) -> Rego {
    if let Some(unsigned) = number.as_u64() {
        Rego::from(unsigned)
    } else if let Some(signed) = number.as_i64() {
        Rego::from(signed)
    } else if let Some(float) = number.as_f64() {
        Rego::from(float)
    } else {
        // Only where `serde_json` keeps numbers as text.
        Rego::from_numeric_string(&number.to_string()).unwrap_or(Rego::Null)
    }
}

/// A Rego value as JSON. Sets become arrays in Rego's order, keys that are not
/// strings become their JSON text (as OPA's `json.marshal` has it), undefined
/// becomes null.
pub fn from_rego(value: &Rego) -> Json {
    match value {
        Rego::Null | Rego::Undefined => Json::Null,
        Rego::Bool(flag) => Json::Bool(*flag),
        Rego::Number(_) => json_number(value),
        Rego::String(text) => Json::String(text.to_string()),
        Rego::Array(items) => Json::Array(items.iter().map(from_rego).collect()),
        Rego::Set(items) => Json::Array(items.iter_sorted().map(from_rego).collect()),
        Rego::Object(fields) => {
            let entry = |(key, field): (&Rego, &Rego)| (text_of_key(key), from_rego(field));
            Json::Object(fields.iter_sorted().map(entry).collect::<Map<_, _>>())
        }
    }
}

fn text_of_key(key: &Rego) -> String {
    match key {
        Rego::String(text) => text.to_string(),
        other => from_rego(other).to_string(),
    }
}

fn json_number(value: &Rego) -> Json {
    if let Ok(unsigned) = value.as_u64() {
        return Json::from(unsigned);
    }
    if let Ok(signed) = value.as_i64() {
        return Json::from(signed);
    }
    // Beyond 64 bits or with a fraction: as written, else the nearest float.
    let text = value.to_string();
    serde_json::from_str(&text).unwrap_or(Json::Null)
}

#[cfg(test)]
mod tests;
