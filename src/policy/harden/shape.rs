//! Where things are in a program: bodies, parameter blocks, loops.

use std::ops::Range;

use regorus::rvm::Instruction;
use regorus::rvm::Program;
use regorus::rvm::program::RuleType;

/// One body of one definition of a rule, from its `RuleInit` to its
/// `RuleReturn`.
pub(super) struct Body {
    pub(super) rule: usize,
    pub(super) definition: usize,
    pub(super) range: Range<usize>,
}

/// The code that matches the arguments of one definition of a function.
pub(super) struct Block {
    pub(super) rule: usize,
    pub(super) definition: usize,
    pub(super) range: Range<usize>,
}

pub(super) struct Shape {
    pub(super) bodies: Vec<Body>,
    pub(super) blocks: Vec<Block>,
    /// From the first instruction inside to the one after `LoopNext`.
    pub(super) loops: Vec<Range<usize>>,
}

impl Shape {
    pub(super) fn of(program: &Program) -> Self {
        let instructions = &program.instructions;
        let mut bodies = Vec::new();
        let mut blocks = Vec::new();
        for (rule, info) in program.rule_infos.iter().enumerate() {
            for (definition, entries) in info.definitions.iter().enumerate() {
                for entry in entries {
                    let ends = |i: &Instruction| matches!(i, Instruction::RuleReturn {});
                    let range = until(instructions, *entry as usize, ends);
                    bodies.push(Body { rule, definition, range });
                }
                let block = info.destructuring_blocks.get(definition).copied().flatten();
                if let Some(entry) = block {
                    let ends = |i: &Instruction| matches!(i, Instruction::DestructuringSuccess {});
                    let range = until(instructions, entry as usize, ends);
                    blocks.push(Block { rule, definition, range });
                }
            }
        }
        let started = instructions.iter().filter_map(|instruction| match instruction {
            Instruction::LoopStart { params_index } => {
                program.instruction_data.get_loop_params(*params_index)
            }
            _ => None,
        });
        let loops = started.map(|l| usize::from(l.body_start)..usize::from(l.loop_end)).collect();
        Self { bodies, blocks, loops }
    }

    /// Whether the instruction at `pc` may run more than once in its body.
    pub(super) fn in_loop(&self, pc: usize) -> bool {
        self.loops.iter().any(|range| range.contains(&pc))
    }

    pub(super) fn complete<'a>(
        &'a self,
        program: &'a Program,
    ) -> impl Iterator<Item = &'a Body> + 'a {
        self.bodies
            .iter()
            .filter(|body| program.rule_infos[body.rule].rule_type == RuleType::Complete)
    }

    /// The rule whose code `pc` is in.
    pub(super) fn rule_at(&self, pc: usize) -> Option<usize> {
        let body = self.bodies.iter().find(|body| body.range.contains(&pc));
        let block = || self.blocks.iter().find(|block| block.range.contains(&pc));
        body.map(|body| body.rule).or_else(|| block().map(|block| block.rule))
    }
}

/// From `start` to and with the first instruction that `ends`.
fn until(code: &[Instruction], start: usize, ends: impl Fn(&Instruction) -> bool) -> Range<usize> {
    let rest = code.get(start..).unwrap_or_default();
    let length = rest.iter().position(ends).map_or(rest.len(), |at| at + 1);
    start..start + length
}
