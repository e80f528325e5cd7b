//! Semantic versions, with OPA's leniency for a leading `v`.

use std::sync::OnceLock;

use regorus::Value;
use regorus::unstable::BuiltinFcn;

use super::call::{Outcome, Undefined, stock_outcome, text};
use super::caps;

/// `semver.is_valid(text)`; what is no string is not.
pub(super) fn is_valid(args: &[Value]) -> Outcome {
    static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
    match args {
        [version @ Value::String(_)] => {
            let args = [bare(version)];
            stock_outcome("semver.is_valid", &FOUND, caps::plain, Undefined::Error, &args)
        }
        _ => Ok(Value::Bool(false)),
    }
}

/// `semver.compare(a, b)`: -1, 0 or 1.
pub(super) fn compare(args: &[Value]) -> Outcome {
    static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
    let args: Vec<Value> = args.iter().map(bare).collect();
    stock_outcome("semver.compare", &FOUND, caps::plain, Undefined::Error, &args)
}

fn bare(version: &Value) -> Value {
    match version {
        Value::String(version) => text(version.strip_prefix('v').unwrap_or(version)),
        other => other.clone(),
    }
}
