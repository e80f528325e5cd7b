//! Arithmetic: the engine drops its errors and, with a zero divisor, says
//! undefined. Each instruction becomes a call of ours.

use regorus::rvm::Instruction;

use super::edit::Editor;
use crate::policy::builtins::{Builtin, DIV, MINUS, MUL, PLUS, REM};

pub(super) fn check(editor: &mut Editor) -> Result<(), String> {
    for pc in 0..editor.program.instructions.len() {
        let (builtin, dest, left, right): (&Builtin, _, _, _) =
            match editor.program.instructions[pc] {
                Instruction::Add { dest, left, right } => (&PLUS, dest, left, right),
                Instruction::Sub { dest, left, right } => (&MINUS, dest, left, right),
                Instruction::Mul { dest, left, right } => (&MUL, dest, left, right),
                Instruction::Div { dest, left, right } => (&DIV, dest, left, right),
                Instruction::Mod { dest, left, right } => (&REM, dest, left, right),
                _ => continue,
            };
        let call = editor.call(builtin, dest, &[left, right])?;
        editor.program.instructions[pc] = call;
    }
    Ok(())
}
