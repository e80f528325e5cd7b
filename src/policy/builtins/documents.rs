//! Documents and their paths, where the engine has them otherwise than OPA.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regorus::Value;
use regorus::unstable::BuiltinFcn;

use super::call::{Failure, Outcome, Undefined, charge, stock_outcome};
use super::caps;
use super::collections::wants;
use super::operators::kind;

/// `object.subset(a, b)`; comparing what cannot be one is an error.
pub(super) fn subset(args: &[Value]) -> Outcome {
    static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
    if let [left, right] = args
        && kind(left) != kind(right)
        && !matches!((left, right), (Value::Array(_), Value::Set(_)))
    {
        return Err(Failure::Failed(format!("cannot compare {} with {}", kind(left), kind(right))));
    }
    stock_outcome("object.subset", &FOUND, caps::deep, Undefined::Error, args)
}

/// Paths as a tree; a leaf is what a path ends with.
#[derive(Default)]
struct Paths {
    leaf: bool,
    below: BTreeMap<Value, Paths>,
}

impl Paths {
    fn of(paths: &Value) -> Result<Self, Failure> {
        let mut tree = Self::default();
        let items: Vec<&Value> = match paths {
            Value::Array(items) => items.iter().collect(),
            Value::Set(items) => items.iter().collect(),
            other => return Err(wants(std::slice::from_ref(other), "an array or a set of paths")),
        };
        for path in items {
            let parts: Vec<Value> = match path {
                // JSON pointer's two escapes.
                Value::String(path) => path
                    .trim_start_matches('/')
                    .split('/')
                    .map(|part| Value::from(part.replace("~1", "/").replace("~0", "~").as_str()))
                    .collect(),
                Value::Array(parts) => parts.iter().cloned().collect(),
                other => return Err(wants(std::slice::from_ref(other), "paths")),
            };
            let mut at = &mut tree;
            for part in parts {
                at = at.below.entry(part).or_default();
            }
            at.leaf = true;
        }
        Ok(tree)
    }

    fn at(&self, key: &Value) -> Option<&Self> {
        self.below.get(key).or_else(|| match key {
            Value::Number(_) => self.below.get(&Value::from(key.to_string().as_str())),
            _ => None,
        })
    }
}

/// `json.filter(object, paths)`: only what the paths lead to.
pub(super) fn filter(args: &[Value]) -> Outcome {
    let [object @ Value::Object(_), paths] = args else {
        return Err(wants(args, "an object and paths"));
    };
    charge(caps::deep(args)?)?;
    Ok(kept(object, &Paths::of(paths)?).unwrap_or_else(Value::new_object))
}

fn kept(value: &Value, paths: &Paths) -> Option<Value> {
    if paths.leaf {
        return Some(value.clone());
    }
    match value {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .filter_map(|(key, field)| Some((key.clone(), kept(field, paths.at(key)?)?)));
            Some(Value::from(fields.collect::<BTreeMap<_, _>>()))
        }
        Value::Array(items) => {
            let items = items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| kept(item, paths.at(&Value::from(index))?));
            Some(Value::from(items.collect::<Vec<_>>()))
        }
        Value::Set(items) => {
            let items = items.iter().filter_map(|item| kept(item, paths.at(item)?));
            Some(Value::from(items.collect::<std::collections::BTreeSet<_>>()))
        }
        // A path leads further than the document goes: OPA keeps what is there.
        other => Some(other.clone()),
    }
}

/// `json.remove(object, paths)`: all but what the paths lead to.
pub(super) fn remove(args: &[Value]) -> Outcome {
    let [object @ Value::Object(_), paths] = args else {
        return Err(wants(args, "an object and paths"));
    };
    charge(caps::deep(args)?)?;
    Ok(left(object, &Paths::of(paths)?))
}

fn left(value: &Value, paths: &Paths) -> Value {
    let rest = |key: &Value, item: &Value| match paths.at(key) {
        Some(paths) if paths.leaf => None,
        Some(paths) => Some(left(item, paths)),
        None => Some(item.clone()),
    };
    match value {
        Value::Object(fields) => {
            let fields =
                fields.iter().filter_map(|(key, field)| Some((key.clone(), rest(key, field)?)));
            Value::from(fields.collect::<BTreeMap<_, _>>())
        }
        Value::Array(items) => {
            let items = items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| rest(&Value::from(index), item));
            Value::from(items.collect::<Vec<_>>())
        }
        Value::Set(items) => {
            let items = items.iter().filter_map(|item| rest(item, item));
            Value::from(items.collect::<std::collections::BTreeSet<_>>())
        }
        other => other.clone(),
    }
}
