//! The interpreter's side: loaded engines, kept ready.

use std::sync::{Mutex, PoisonError};

use regorus::Engine;
use regorus::unstable::{Expr, Rule, RuleHead};

use super::compiled::Entry;
use super::error::{of_engine, whole};
use crate::policy::error::LoadError;
use crate::policy::source::{Dialect, Source};

/// What loading finds out.
pub(super) struct Loaded {
    pub(super) engine: Engine,
    pub(super) package: String,
    pub(super) paths: [Option<String>; 2],
}

/// Parses and checks a source.
pub(super) fn load(source: &Source) -> Result<Loaded, Vec<LoadError>> {
    let Some(policy) = source.modules.first() else {
        return Err(vec![whole(None, "there is no module: the policy needs one".to_owned())]);
    };
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(source.strict);
    engine.set_gather_prints(true);
    let mut errors = Vec::new();
    for module in &source.modules {
        engine.set_rego_v0(module.dialect == Dialect::V0);
        if let Err(error) = engine.add_policy(module.file.clone(), module.text.clone()) {
            errors.push(of_engine(source, &error.to_string()));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let packages = engine.get_packages().unwrap_or_default();
    let package = packages.first().cloned().unwrap_or_default();
    let paths = Entry::ALL.map(|entry| {
        let modules = engine.get_modules();
        let declared = modules.iter().zip(&packages).any(|(module, name)| {
            *name == package && module.policy.iter().any(|rule| is(rule, entry.rule()))
        });
        declared.then(|| format!("{package}.{}", entry.rule()))
    });
    let package = package.trim_start_matches("data.").to_owned();
    if paths.iter().all(Option::is_none) {
        let message =
            format!("package {package} has neither a rule `violation` nor a rule `patch`");
        return Err(vec![whole(Some(policy), message)]);
    }
    Ok(Loaded { engine, package, paths })
}

fn is(rule: &Rule, name: &str) -> bool {
    let mut expression = match rule {
        Rule::Spec { head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. }, .. } => refr,
        _ => return false,
    };
    loop {
        match expression.as_ref() {
            Expr::RefBrack { refr, .. } => expression = refr,
            Expr::Var { span, .. } => return span.text() == name,
            _ => return false,
        }
    }
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
