//! JSON schemas.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regorus::Value;
use regorus::unstable::BuiltinFcn;

use super::call::{Failure, Outcome, Undefined, charge, stock_outcome, text};
use super::caps::{self, Refusal};

/// Most nodes of a schema: it is compiled anew by every call.
const NODES: u64 = 2_048;

/// `json.verify_schema(schema)`: whether it is one, and what is wrong.
pub(super) fn verify(args: &[Value]) -> Outcome {
    static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
    let [schema] = args else { return Err(Failure::Undefined) };
    bounded(schema)?;
    match stock_outcome("json.verify_schema", &FOUND, caps::deep, Undefined::Error, args) {
        Err(Failure::Failed(why)) => Ok(Value::from(vec![Value::Bool(false), text(why)])),
        outcome => outcome,
    }
}

/// `json.match_schema(document, schema)`: whether it fits, and the errors.
pub(super) fn matches(args: &[Value]) -> Outcome {
    static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
    let [_, schema] = args else { return Err(Failure::Undefined) };
    bounded(schema)?;
    let outcome = stock_outcome("json.match_schema", &FOUND, caps::deep, Undefined::Error, args)?;
    let Value::Array(pair) = &outcome else { return Ok(outcome) };
    let errors = match pair.get(1) {
        Some(Value::String(error)) => {
            let error = BTreeMap::from([
                (Value::from("desc"), Value::String(error.clone())),
                (Value::from("error"), Value::String(error.clone())),
            ]);
            vec![Value::from(error)]
        }
        _ => Vec::new(),
    };
    let fits = pair.first().cloned().unwrap_or(Value::Bool(false));
    Ok(Value::from(vec![fits, Value::from(errors)]))
}

fn bounded(schema: &Value) -> Result<(), Failure> {
    let nodes = caps::deep(std::slice::from_ref(schema))?;
    if nodes > NODES {
        return Err(Refusal(format!("a schema of more than {NODES} nodes")).into());
    }
    charge(nodes * 64)?;
    if backtracks(schema) {
        let message = "patterns in schemas may not look around or back: their time has no bound";
        return Err(Failure::Failed(message.to_owned()));
    }
    Ok(())
}

/// Whether a text in the schema has what only a backtracking matcher knows.
fn backtracks(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let back = text.split('\\').skip(1).any(|rest| {
                rest.starts_with(|c: char| ('1'..='9').contains(&c)) || rest.starts_with('k')
            });
            back || ["(?=", "(?!", "(?<", "(?>", "(?("].iter().any(|look| text.contains(look))
        }
        Value::Array(items) => items.iter().any(backtracks),
        Value::Set(items) => items.iter().any(backtracks),
        Value::Object(fields) => fields.iter().any(|(k, v)| backtracks(k) || backtracks(v)),
        _ => false,
    }
}
