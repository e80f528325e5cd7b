//! A condition that fails inside a comprehension, outside of its loops, ends
//! the comprehension. The engine instead goes on with the loop around it, or,
//! where there is none, behind the comprehension without closing it. Inside a
//! loop of one turn it goes where it should.

use regorus::rvm::Instruction;

use super::edit::Editor;
use super::shape::Shape;

pub(super) fn enclose(editor: &mut Editor, shape: &Shape) -> Result<(), String> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for (pc, instruction) in editor.program.instructions.iter().enumerate() {
        match instruction {
            Instruction::ComprehensionBegin { .. } => open.push(pc),
            Instruction::ComprehensionEnd {} => {
                if let Some(begin) = open.pop() {
                    found.push((begin, pc));
                }
            }
            _ => {}
        }
    }
    for (begin, end) in found {
        if may_fail(editor, shape, begin, end) {
            let rule = shape.rule_at(begin).ok_or("a comprehension outside of rules")?;
            editor.once(rule, begin + 1, end)?;
        }
    }
    Ok(())
}

/// Whether a condition stands inside the comprehension but in none of its own
/// loops.
fn may_fail(editor: &Editor, shape: &Shape, begin: usize, end: usize) -> bool {
    let own = |pc: &usize| {
        !shape
            .loops
            .iter()
            .any(|range| range.start > begin && range.end <= end && range.contains(pc))
    };
    (begin + 1..=end).filter(own).any(|pc| {
        let condition = matches!(
            editor.program.instructions[pc],
            Instruction::Guard { .. } | Instruction::AssertEq { .. }
        );
        condition || editor.guards_before(pc)
    })
}
