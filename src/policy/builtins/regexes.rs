//! Regular expressions under OPA's older name.

use std::sync::OnceLock;

use regorus::Value;
use regorus::unstable::BuiltinFcn;

use super::call::{Outcome, Undefined, stock_outcome};
use super::caps;

/// `re_match(pattern, text)`, deprecated in OPA: `regex.match`.
pub(super) fn re_match(args: &[Value]) -> Outcome {
    static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
    stock_outcome("regex.match", &FOUND, caps::regex, Undefined::Error, args)
}
