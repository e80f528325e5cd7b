//! Quantities: the engine knows more units than OPA, and a quantity that OPA
//! refuses must not pass here.

use std::sync::OnceLock;

use regorus::Value;
use regorus::unstable::BuiltinFcn;

use super::call::{Failure, Outcome, Undefined, stock_outcome};
use super::caps;

/// `units.parse(text)`: "100m", "1.5Gi".
pub(super) fn parse(args: &[Value]) -> Outcome {
    static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
    known(args, &["", "i"])?;
    stock_outcome("units.parse", &FOUND, caps::number, Undefined::Error, args)
}

/// `units.parse_bytes(text)`: "10MB", "1Gi", "1GiB".
pub(super) fn parse_bytes(args: &[Value]) -> Outcome {
    static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
    known(args, &["", "i", "b", "ib"])?;
    stock_outcome("units.parse_bytes", &FOUND, caps::number, Undefined::Error, args)
}

/// One of k, m, g, t, p, e in either case, and what may stand behind it.
fn known(args: &[Value], behind: &[&str]) -> Result<(), Failure> {
    let [Value::String(quantity)] = args else { return Ok(()) };
    let unit = quantity.trim_matches('"').trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    // The unit of "1e3" is no unit but an exponent.
    let unit = if unit.ends_with(|c: char| c.is_ascii_digit()) { "" } else { unit };
    let unit = unit.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or(unit);
    let lower = unit.to_ascii_lowercase();
    let rest = lower.strip_prefix(['k', 'm', 'g', 't', 'p', 'e']);
    if unit.is_empty() || rest.is_some_and(|rest| behind.contains(&rest)) {
        return Ok(());
    }
    Err(Failure::Failed(format!("unit {unit} is not recognized")))
}
