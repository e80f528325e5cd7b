//! Whether both engines answer alike: the evidence for running the fast one.

use regorus::Value;

use super::compile::{Compiled, Entry};
use super::error::EvalError;
use super::machine::{Budget, EngineKind, Machine};

/// A document to compare on.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What the policy gets as `input`.
    pub input: Value,
    /// What it gets as `data`: `{"inventory": …}`.
    pub data: Value,
}

/// On how many samples the engines agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Both gave something.
    pub results: usize,
    /// Both gave an empty set.
    pub empty: usize,
    /// Both failed.
    pub failures: usize,
}

impl Agreement {
    /// Whether there is evidence enough to run the fast engine: a sample with a
    /// result and one without.
    #[must_use]
    pub fn is_evidence(&self) -> bool {
        self.results > 0 && self.empty > 0
    }
}

/// What each engine answered where they differ.
#[derive(Debug)]
pub struct Disagreement {
    /// Which sample, from 0.
    pub sample: usize,
    /// Which entry.
    pub entry: Entry,
    /// The fast engine's answer.
    pub rvm: Result<Value, EvalError>,
    /// The interpreter's.
    pub interpreter: Result<Value, EvalError>,
}

/// Runs both engines on every sample, for every entry that the policy has.
/// Answers are alike if the results are equal or both failed; where one of them
/// ran out of its budget there is nothing to compare, because the engines count
/// differently.
///
/// # Errors
/// The first sample on which they differ. A policy that only the interpreter can
/// run agrees with itself: ask [`Compiled::program`] first.
pub fn agree(
    machine: &mut Machine,
    policy: &Compiled,
    samples: &[Sample],
    budget: &Budget,
) -> Result<Agreement, Box<Disagreement>> {
    let mut agreement = Agreement::default();
    for entry in Entry::ALL.into_iter().filter(|entry| policy.has(*entry)) {
        for (sample, Sample { input, data }) in samples.iter().enumerate() {
            let mut run = |engine| machine.run(policy, entry, engine, input.clone(), data, budget);
            let rvm = run(EngineKind::Rvm);
            let interpreter = run(EngineKind::Interpreter);
            match (&rvm, &interpreter) {
                (Err(EvalError::Budget(_) | EvalError::Time(_)), _)
                | (_, Err(EvalError::Budget(_) | EvalError::Time(_))) => {}
                (Ok(left), Ok(right)) if left == right => {
                    if is_empty(left) {
                        agreement.empty += 1;
                    } else {
                        agreement.results += 1;
                    }
                }
                (Err(_), Err(_)) => agreement.failures += 1,
                _ => {
                    return Err(Box::new(Disagreement { sample, entry, rvm, interpreter }));
                }
            }
        }
    }
    Ok(agreement)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Set(items) => items.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
