//! Undefined must not get into collections and is no value of a rule: the
//! engine pushes it into arrays, makes it a key or a value of an object, and
//! lets it overwrite what a rule had.

use regorus::rvm::Instruction;
use regorus::rvm::instructions::{ComprehensionMode, GuardMode};

use super::edit::Editor;
use super::shape::Shape;

/// Puts a guard before every place where undefined would be kept.
pub(super) fn guard(editor: &mut Editor, shape: &Shape) {
    let mut modes = Vec::new();
    for pc in 0..editor.program.instructions.len() {
        match editor.program.instructions[pc] {
            Instruction::ComprehensionBegin { params_index } => {
                let data = &editor.program.instruction_data;
                modes.push(
                    data.get_comprehension_begin_params(params_index).map(|p| p.mode.clone()),
                );
            }
            Instruction::ComprehensionEnd {} => {
                modes.pop();
            }
            Instruction::ComprehensionYield { value_reg, key_reg } => {
                // Sets leave it out by themselves.
                if !matches!(modes.last(), Some(Some(ComprehensionMode::Set))) {
                    defined(editor, pc, key_reg.into_iter().chain([value_reg]));
                }
            }
            Instruction::ObjectSet { key, value, .. } => defined(editor, pc, [key, value]),
            _ => {}
        }
    }
    let results: Vec<(usize, u8)> = super::conflicts::results(&editor.program, shape)
        .filter(|result| !result.constant)
        .map(|result| (result.pc, result.src))
        .collect();
    for (pc, src) in results {
        defined(editor, pc, [src]);
    }
}

fn defined(editor: &mut Editor, pc: usize, registers: impl IntoIterator<Item = u8>) {
    let guard = |register| Instruction::Guard { register, mode: GuardMode::NotUndefined };
    editor.put(pc, registers.into_iter().map(guard));
}
