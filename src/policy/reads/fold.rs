//! What can be said of a result without an input. None of it says that a value
//! is defined: undefined is always possible.

use regorus::Value;
use regorus::rvm::Instruction;

use super::value::{Abstract, Own};

/// More is not worth looking at.
const MOST_PAIRS: usize = 64;

fn pairs<'v>(
    left: &'v Abstract,
    right: &'v Abstract,
) -> Option<impl Iterator<Item = (&'v Value, &'v Value)>> {
    let (left, right) = (left.literals()?, right.literals()?);
    let few = left.len().saturating_mul(right.len()) <= MOST_PAIRS;
    few.then(|| left.iter().flat_map(move |left| right.iter().map(move |right| (left, right))))
}

fn compared(
    left: &Abstract,
    right: &Abstract,
    compare: impl Fn(&Value, &Value) -> Option<bool>,
) -> Abstract {
    if left.is_nothing() || right.is_nothing() {
        return Abstract::default();
    }
    let Some(pairs) = pairs(left, right) else { return Abstract::anything() };
    let results: Option<Vec<bool>> = pairs.map(|(left, right)| compare(left, right)).collect();
    results.map_or_else(Abstract::anything, |results| {
        Abstract::literals_of(results.into_iter().map(Value::Bool))
    })
}

pub(super) fn equality(left: &Abstract, right: &Abstract) -> Abstract {
    compared(left, right, |left, right| Some(left == right))
}

/// A comparison. Of values of different types, order is left open.
pub(super) fn comparison(instruction: &Instruction, left: &Abstract, right: &Abstract) -> Abstract {
    use std::mem::discriminant;
    let ordered = |holds: fn(&Value, &Value) -> bool| {
        compared(left, right, |left, right| {
            (discriminant(left) == discriminant(right)).then(|| holds(left, right))
        })
    };
    match instruction {
        Instruction::Eq { .. } => equality(left, right),
        Instruction::Ne { .. } => compared(left, right, |left, right| Some(left != right)),
        Instruction::Lt { .. } => ordered(|left, right| left < right),
        Instruction::Le { .. } => ordered(|left, right| left <= right),
        Instruction::Gt { .. } => ordered(|left, right| left > right),
        Instruction::Ge { .. } => ordered(|left, right| left >= right),
        _ => Abstract::anything(),
    }
}

/// `not`: of something undefined, true.
pub(super) fn negation(operand: &Abstract) -> Abstract {
    let Some(values) = operand.literals() else { return Abstract::anything() };
    let negated = values.iter().map(|value| *value == Value::Bool(false));
    Abstract::literals_of(negated.chain([true]).map(Value::Bool))
}

/// `in`: of something undefined, false.
pub(super) fn membership(collection: &Abstract, value: &Abstract) -> Abstract {
    let Some(pairs) = pairs(collection, value) else { return Abstract::anything() };
    let found = pairs.map(|(collection, value)| match collection {
        Value::Array(items) => items.iter().any(|item| item == value),
        Value::Set(items) => items.contains(value),
        Value::Object(fields) => fields.values().any(|field| field == value),
        _ => false,
    });
    Abstract::literals_of(found.chain([false]).map(Value::Bool))
}

pub(super) fn count(collection: &Abstract) -> Abstract {
    let count = |collection: &Value| match collection {
        Value::Array(items) => Some(items.len()),
        Value::Set(items) => Some(items.len()),
        Value::Object(fields) => Some(fields.len()),
        _ => None,
    };
    let counts: Option<Vec<usize>> =
        collection.literals().and_then(|literals| literals.iter().map(count).collect());
    counts.map_or_else(
        || Own::Numbers.into(),
        |counts| Abstract::literals_of(counts.into_iter().map(Value::from)),
    )
}

/// Whether a condition can never hold: false or undefined, whatever comes.
pub(super) fn never(condition: &Abstract) -> bool {
    condition
        .literals()
        .is_some_and(|values| values.iter().all(|value| *value == Value::Bool(false)))
}
