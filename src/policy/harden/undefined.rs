//! Undefined must not get into collections and is no value of a variable or a
//! rule: the engine pushes it into arrays, makes it a key or a value of an
//! object, lets it overwrite what a rule had, goes on behind `x := undefined`,
//! and takes a body that found no value for one that succeeded, so that its
//! `else` is never asked.

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
    bindings(editor, shape);
    alternatives(editor, shape);
    let results: Vec<(usize, u8)> = super::conflicts::results(&editor.program, shape)
        .filter(|result| !result.constant)
        .map(|result| (result.pc, result.src))
        .collect();
    for (pc, src) in results {
        defined(editor, pc, [src]);
    }
}

/// A body of a complete rule without a value fails: then its `else` is asked.
fn alternatives(editor: &mut Editor, shape: &Shape) {
    let mut found = Vec::new();
    for body in shape.complete(&editor.program) {
        let info = &editor.program.rule_infos[body.rule];
        let bodies = info.definitions.get(body.definition).map_or(0, Vec::len);
        if bodies > 1 {
            found.push((body.range.end.saturating_sub(1), info.result_reg));
        }
    }
    for (pc, register) in found {
        defined(editor, pc, [register]);
    }
}

/// `x := …` fails where there is nothing to bind.
fn bindings(editor: &mut Editor, shape: &Shape) {
    let mut found = Vec::new();
    for body in &shape.bodies {
        let result = editor.program.rule_infos[body.rule].result_reg;
        for pc in body.range.clone() {
            let Instruction::Move { dest, src } = editor.program.instructions[pc] else { continue };
            let guarded = match editor.program.instructions.get(pc + 1) {
                Some(Instruction::Guard { register, .. }) => *register == dest,
                // A call of ours: undefined arguments are looked at next.
                Some(Instruction::Not { operand, .. }) => *operand == src,
                _ => false,
            };
            if dest != result && !guarded {
                found.push((pc + 1, dest));
            }
        }
    }
    for (pc, register) in found {
        defined(editor, pc, [register]);
    }
}

fn defined(editor: &mut Editor, pc: usize, registers: impl IntoIterator<Item = u8>) {
    let guard = |register| Instruction::Guard { register, mode: GuardMode::NotUndefined };
    editor.put(pc, registers.into_iter().map(guard));
}
