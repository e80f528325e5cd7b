//! What goes wrong inside builtins while a policy runs.
//!
//! The fast engine drops every error that is not a limit, and a builtin is a
//! plain function without state. So a builtin that fails writes down what
//! happened here, per thread, and returns a limit error, which is fatal in both
//! engines; the machine reads the record after the run and never believes a
//! result that has an entry. In lenient sources a builtin's error is undefined,
//! as in OPA, and counted.

use std::cell::RefCell;

use regorus::LimitError;

use super::error::EvalError;

/// Most swallowed errors whose text is kept.
const KEPT: usize = 20;

/// Errors that a lenient source turned into undefined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swallowed {
    /// How many there were.
    pub count: u64,
    /// The first of them, at most 20.
    pub messages: Vec<String>,
}

#[derive(Default)]
struct Record {
    lenient: bool,
    /// Work that builtins may still do, in the unit of instructions.
    work: u64,
    fault: Option<EvalError>,
    swallowed: Swallowed,
}

thread_local! {
    static RECORD: RefCell<Record> = RefCell::new(Record::default());
}

/// A run begins on this thread.
pub(super) fn begin(strict: bool, work: u64) {
    RECORD.with_borrow_mut(|record| {
        record.lenient = !strict;
        record.work = work;
        record.fault = None;
        if record.swallowed.count > 0 {
            record.swallowed = Swallowed::default();
        }
    });
}

/// The first fault of the run that ends.
pub(super) fn end() -> Option<EvalError> {
    RECORD.with_borrow_mut(|record| record.fault.take())
}

/// What the last run on this thread swallowed.
pub(super) fn swallowed() -> Swallowed {
    RECORD.with_borrow_mut(|record| std::mem::take(&mut record.swallowed))
}

/// A builtin failed. None in lenient sources: the call is undefined there.
pub(super) fn failed(message: String) -> Option<LimitError> {
    RECORD.with_borrow_mut(|record| {
        if record.lenient {
            record.swallowed.count += 1;
            if record.swallowed.messages.len() < KEPT {
                record.swallowed.messages.push(message);
            }
            return None;
        }
        record.fault.get_or_insert(EvalError::Failed { message, at: None });
        Some(FATAL)
    })
}

/// An error of evaluation itself, lenient or not: conflicting rules are no
/// builtin's error and undefined in no OPA.
pub(super) fn conflict(message: String) -> LimitError {
    RECORD.with_borrow_mut(|record| {
        record.fault.get_or_insert(EvalError::Failed { message, at: None });
    });
    FATAL
}

/// More than a run may have; fatal in lenient sources too.
pub(super) fn over_budget(message: String) -> LimitError {
    RECORD.with_borrow_mut(|record| {
        record.fault.get_or_insert(EvalError::Budget(message));
    });
    FATAL
}

/// Charges work against the run's instructions, so that a builtin that walks a
/// large value costs what a loop over it would.
pub(super) fn charge(units: u64) -> Result<(), LimitError> {
    let enough = RECORD.with_borrow_mut(|record| match record.work.checked_sub(units) {
        Some(rest) => {
            record.work = rest;
            true
        }
        None => false,
    });
    if enough { Ok(()) } else { Err(over_budget(OVERWORKED.to_owned())) }
}

const OVERWORKED: &str = "builtins did more work than the budget's instructions allow";

/// What both engines treat as fatal. Its text is never shown.
const FATAL: LimitError = LimitError::RegexSizeLimitExceeded { limit: 0 };
