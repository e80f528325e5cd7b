//! The fast engine's side.

use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::Program;

use super::interpreter::Loaded;
use crate::policy::builtins::{Entry as Builtin, find};
use crate::policy::source::Source;

/// Compiles all entries into one program.
///
/// # Errors
/// Why it cannot be had: the policy runs in the interpreter then.
pub(super) fn compile(loaded: &mut Loaded, _source: &Source) -> Result<Arc<Program>, String> {
    let entries: Vec<String> = loaded.paths.iter().flatten().cloned().collect();
    let Some(first) = entries.first() else { return Err("no entry".to_owned()) };
    let first: Arc<str> = Arc::from(first.as_str());
    let policy =
        loaded.engine.compile_with_entrypoint(&first).map_err(|error| error.to_string())?;
    let names: Vec<&str> = entries.iter().map(String::as_str).collect();
    let program =
        Compiler::compile_from_policy(&policy, &names).map_err(|error| error.to_string())?;
    let mut program = Arc::unwrap_or_clone(program);
    for (info, resolved) in
        program.builtin_info_table.iter().zip(program.resolved_builtins.iter_mut())
    {
        match find(&info.name) {
            Some(Builtin::Admitted(builtin)) => *resolved = (builtin.function, builtin.arity),
            _ => return Err(format!("{} has no entry in the table of builtins", info.name)),
        }
    }
    Ok(Arc::new(program))
}
