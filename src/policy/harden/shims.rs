//! Builtins that the engine does not have. The compiler is told that the host
//! answers them; each place where it would ask the host becomes a call of ours,
//! without leaving the machine.

use regorus::Value;
use regorus::rvm::Instruction;

use super::edit::Editor;
use crate::policy::builtins::{Entry, find};

pub(super) fn call(editor: &mut Editor) -> Result<(), String> {
    for pc in 0..editor.program.instructions.len() {
        let Instruction::HostAwait { dest, arg, id } = editor.program.instructions[pc] else {
            continue;
        };
        // The compiler loads the name as a constant right before.
        let name = match pc.checked_sub(1).map(|before| editor.program.instructions[before]) {
            Some(Instruction::Load { dest, literal_idx }) if dest == id => {
                match editor.program.literals.get(usize::from(literal_idx)) {
                    Some(Value::String(name)) => name.clone(),
                    _ => return Err(UNKNOWN.to_owned()),
                }
            }
            _ => return Err(UNKNOWN.to_owned()),
        };
        let Some(Entry::Admitted(builtin)) = find(&name) else { return Err(UNKNOWN.to_owned()) };
        let call = editor.packed_call(builtin, dest, arg)?;
        editor.program.instructions[pc] = call;
    }
    editor.program.has_host_await = false;
    Ok(())
}

const UNKNOWN: &str = "a call asks the host for a name that is not constant";
