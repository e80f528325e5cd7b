mod classes;
mod entries;
mod explained;
mod hostile;
mod lenient;

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::*;
use crate::policy::convert::{from_rego, to_rego};
use crate::policy::source::{Dialect, Module, Source};

pub(super) const ENGINES: [EngineKind; 2] = [EngineKind::Rvm, EngineKind::Interpreter];

pub(super) fn source(texts: &[&str], dialect: Dialect, strict: bool) -> Source {
    let module = |(index, text): (usize, &&str)| Module {
        file: format!("m{index}.rego"),
        text: (*text).to_owned(),
        dialect,
    };
    Source { modules: texts.iter().enumerate().map(module).collect(), strict }
}

/// A policy of which the text below its package is given.
pub(super) fn policy(body: &str) -> Compiled {
    let text = format!("package p\n{body}");
    Compiled::new(&source(&[&text], Dialect::V1, true))
        .unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Enough for everything that ends at all.
pub(super) fn ample() -> Budget {
    Budget { wall: Duration::from_secs(20), ..Budget::default() }
}

pub(super) fn answer(
    policy: &Compiled,
    engine: EngineKind,
    input: &Json,
) -> Result<Json, EvalError> {
    let data = to_rego(&json!({"inventory": {}}));
    let mut machine = Machine::new();
    let entry = Entry::Violation;
    machine.run(policy, entry, engine, to_rego(input), &data, &ample()).map(|v| from_rego(&v))
}

/// What both engines answer; they must not differ.
#[track_caller]
pub(super) fn both(body: &str, input: &Json) -> Result<Json, EvalError> {
    let policy = policy(body);
    assert!(policy.program().is_ok(), "{:?}", policy.program());
    let [rvm, interpreter] = ENGINES.map(|engine| answer(&policy, engine, input));
    match (&rvm, &interpreter) {
        (Ok(left), Ok(right)) => assert_eq!(left, right),
        (Err(EvalError::Failed { .. }), Err(EvalError::Failed { .. })) => {}
        _ => panic!("{rvm:?} {interpreter:?}"),
    }
    rvm
}
