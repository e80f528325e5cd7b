//! `input` and `data` are loaded once per body, where the compiler first comes
//! to them. If that is inside a comprehension or an `every` which leaves before
//! it gets there, what stands behind finds nothing in the register. They are
//! loaded at the beginning of the body as well.

use std::collections::BTreeMap;

use regorus::rvm::Instruction;

use super::edit::Editor;
use super::shape::Shape;

pub(super) fn load(editor: &mut Editor, shape: &Shape) {
    let mut nested = 0;
    let mut found: BTreeMap<(usize, u8), Instruction> = BTreeMap::new();
    for (pc, instruction) in editor.program.instructions.iter().enumerate() {
        match instruction {
            Instruction::ComprehensionBegin { .. } => nested += 1,
            Instruction::ComprehensionEnd {} => nested -= 1,
            Instruction::LoadInput { dest } | Instruction::LoadData { dest }
                if nested > 0 || shape.in_loop(pc) =>
            {
                if let Some(body) = shape.bodies.iter().find(|body| body.range.contains(&pc)) {
                    found.insert((body.range.start, *dest), *instruction);
                }
            }
            _ => {}
        }
    }
    for ((start, _), instruction) in found {
        // Behind `RuleInit`.
        editor.put(start + 1, [instruction]);
    }
}
