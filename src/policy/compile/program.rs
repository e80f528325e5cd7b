//! The fast engine's side.

use std::sync::Arc;

use regorus::Engine;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::Program;

use crate::policy::builtins::{Entry as Builtin, Shims, find};
use crate::policy::harden::{harden, order_sources};

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
