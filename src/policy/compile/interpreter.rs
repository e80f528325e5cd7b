//! The interpreter's side: loaded engines, kept ready.

use std::sync::{Mutex, PoisonError};

use regorus::{Engine, PolicyLengthConfig};

use crate::policy::builtins::Extensions;
use crate::policy::source::{Dialect, Source};
use crate::policy::syntax::COLUMNS;

/// An engine with all modules.
///
/// # Errors
/// The engine's own words.
pub(super) fn engine(source: &Source, extensions: &Extensions) -> Result<Engine, String> {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(source.strict);
    engine.set_gather_prints(true);
    let length = PolicyLengthConfig { max_col: COLUMNS, ..PolicyLengthConfig::default() };
    engine.set_policy_length_config(length);
    for module in &source.modules {
        engine.set_rego_v0(module.dialect == Dialect::V0);
        let added = engine.add_policy(module.file.clone(), module.text.clone());
        added.map_err(|error| error.to_string())?;
    }
    extensions.add_to(&mut engine).map_err(|error| error.to_string())?;
    Ok(engine)
}

/// Engines of one policy that nobody uses at the moment. The lock is held only
/// to take one out and to put it back.
pub(in crate::policy) struct Pool {
    /// Never evaluated: the others are clones of it, sharing what is compiled.
    template: Mutex<Engine>,
    idle: Mutex<Vec<Engine>>,
}

impl Pool {
    pub(super) fn new(template: Engine) -> Self {
        Self { template: Mutex::new(template), idle: Mutex::new(Vec::new()) }
    }

    pub(in crate::policy) fn take(&self) -> Engine {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| self.template.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    pub(in crate::policy) fn give(&self, engine: Engine) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
    }
}
