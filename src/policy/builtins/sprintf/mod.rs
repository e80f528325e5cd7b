//! `sprintf` as OPA has it: Go's `fmt.Sprintf` over OPA's values.
//!
//! Integers are Go integers, numbers with a fraction are `float64`, everything
//! that is neither number nor string is the text of its Rego term. What does not
//! fit is written into the text (`%!d(string=x)`, `%!v(MISSING)`,
//! `%!(EXTRA int64=1)`), as documented by Go's package `fmt`; it is never an
//! error, so no message is lost to a wrong format.

mod argument;
mod directive;
mod float;
mod format;
mod integer;
mod quote;
mod term;

pub(super) use format::sprintf;
pub(super) use term::term;

#[cfg(test)]
mod tests;
