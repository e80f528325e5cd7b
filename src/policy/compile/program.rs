//! The fast engine's side.

use std::sync::Arc;

use regorus::Engine;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::Program;
use regorus::unstable::{Expr, Module, Rule, RuleHead};

use crate::policy::builtins::{Entry as Builtin, Shims, find};
use crate::policy::harden::{harden, order_sources};
use crate::policy::syntax::{Names, rule_path};

/// What the fast engine would compile and answer wrongly, where it shows in the
/// text: defaults of functions are lost, and rules below a name (`o.a := 1`)
/// become the name's own value.
pub(super) fn refused<'a>(
    modules: impl IntoIterator<Item = &'a Module>,
    names: &Names,
) -> Option<String> {
    if let Some(path) = names.default_function() {
        let path = path.join(".");
        return Some(format!("the fast engine forgets the default of the function data.{path}"));
    }
    modules.into_iter().find_map(|module| {
        let rule = module.policy.iter().find(|rule| is_below_a_name(rule))?;
        let path = rule_path(module, rule).join(".");
        Some(format!("the fast engine has no rules below a name: data.{path}"))
    })
}

fn is_below_a_name(rule: &Rule) -> bool {
    let (head, keyed) = match rule {
        Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => (refr, true),
        Rule::Spec { head: RuleHead::Set { refr, .. }, .. } | Rule::Default { refr, .. } => {
            (refr, false)
        }
        Rule::Spec { head: RuleHead::Func { .. }, .. } => return false,
    };
    match head.as_ref() {
        Expr::Var { .. } => false,
        Expr::RefBrack { refr, .. } if keyed => !matches!(refr.as_ref(), Expr::Var { .. }),
        _ => true,
    }
}

/// Compiles all entries, given by their paths, into one program.
///
/// # Errors
/// Why it cannot be had: the policy runs in the interpreter then.
pub(super) fn compile(
    engine: &mut Engine,
    entries: &[&str],
    shims: &Shims,
) -> Result<Arc<Program>, String> {
    let said = |error: &dyn std::fmt::Display| super::error::read(&error.to_string()).1;
    let first = entries.first().copied().unwrap_or_default();
    let policy = engine.compile_with_entrypoint(&Arc::from(first)).map_err(|error| said(&error))?;
    let program = Compiler::compile_from_policy_with_host_await(&policy, entries, shims.as_slice())
        .map_err(|error| said(&error))?;
    let mut program = Arc::unwrap_or_clone(program);
    order_sources(&mut program, &policy);
    for (info, resolved) in
        program.builtin_info_table.iter().zip(program.resolved_builtins.iter_mut())
    {
        match find(&info.name) {
            Some(Builtin::Admitted(builtin)) => *resolved = (builtin.function, builtin.arity),
            _ => return Err(format!("{} has no entry in the table of builtins", info.name)),
        }
    }
    harden(program).map(Arc::new)
}
