//! A call with an undefined argument is undefined, whatever the function does
//! with it. The engine checks arguments that have a name or a pattern, not `_`.

use regorus::rvm::Instruction;
use regorus::rvm::instructions::GuardMode;

use super::edit::Editor;
use super::shape::Shape;

pub(super) fn guard(editor: &mut Editor, shape: &Shape) {
    for block in &shape.blocks {
        let info = &editor.program.rule_infos[block.rule];
        let arguments = info.function_info.as_ref().map_or(0, |function| function.num_params);
        let code = &editor.program.instructions[block.range.clone()];
        let guards: Vec<Instruction> = (1..=u8::try_from(arguments).unwrap_or(u8::MAX))
            .filter(|register| !code.iter().any(|instruction| looks_at(instruction, *register)))
            .map(|register| Instruction::Guard { register, mode: GuardMode::NotUndefined })
            .collect();
        editor.put(block.range.start, guards);
    }
}

/// Whether a parameter's pattern looks at the register: then it fails for
/// undefined.
fn looks_at(instruction: &Instruction, register: u8) -> bool {
    match *instruction {
        Instruction::Move { src, .. } => src == register,
        Instruction::Eq { left, right, .. } | Instruction::AssertEq { left, right } => {
            left == register || right == register
        }
        Instruction::Count { collection, .. } => collection == register,
        Instruction::IndexLiteral { container, .. } | Instruction::Index { container, .. } => {
            container == register
        }
        _ => false,
    }
}
