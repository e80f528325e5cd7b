//! Which definition of a rule gave which results. Asked for denials only.
//!
//! Programs are data and rules are sets: with one definition left, a rule gives
//! that definition's results.

use std::sync::Arc;

use regorus::Value;
use regorus::rvm::Program;

use super::compile::{Compiled, Entry, Place};
use super::machine::{Budget, EngineKind, Machine};

/// A definition of an entry rule and what it gave.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Where the definition begins.
    pub place: Place,
    /// Its results: what the rule would be without its other definitions.
    pub results: Value,
}

impl Explained {
    /// Whether this definition gave `result`.
    #[must_use]
    pub fn gave(&self, result: &Value) -> bool {
        match &self.results {
            Value::Set(items) => items.contains(result),
            Value::Array(items) => items.contains(result),
            _ => false,
        }
    }
}

impl Machine {
    /// What each definition of an entry gives for this input. Definitions that
    /// fail on their own are left out.
    pub fn explain(
        &mut self,
        policy: &Compiled,
        entry: Entry,
        engine: EngineKind,
        input: &Value,
        data: &Value,
        budget: &Budget,
    ) -> Vec<Explained> {
        let places = policy.definitions(entry);
        let mut found = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let results = match policy.alone(entry, index) {
                Some(alone) => self.run(&alone, entry, engine, input.clone(), data, budget),
                None => self.run(policy, entry, engine, input.clone(), data, budget),
            };
            if let Ok(results) = results {
                found.push(Explained { place: place.clone(), results });
            }
        }
        found
    }
}

/// A program in which the rule at `path` has one definition left.
pub(super) fn with_one(program: &Program, path: &str, index: usize) -> Option<Arc<Program>> {
    let mut program = program.clone();
    let info = program.rule_infos.iter_mut().find(|info| info.name == path)?;
    let definition = info.definitions.get(index)?.clone();
    info.definitions = Arc::new(vec![definition]);
    let block = info.destructuring_blocks.get(index).copied().flatten();
    info.destructuring_blocks = vec![block];
    info.else_bodies = vec![info.else_bodies.get(index).cloned().unwrap_or_default()];
    Some(Arc::new(program))
}
