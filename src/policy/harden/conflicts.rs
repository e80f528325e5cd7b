//! Conflicting values: of a complete rule or function the engine says
//! undefined, or keeps the last; of an object's key it keeps the last. OPA has
//! errors for both (`eval_conflict_error`), lenient or not.

use regorus::Value;
use regorus::rvm::instructions::ComprehensionMode;
use regorus::rvm::{Instruction, Program};

use super::edit::{Editor, Scratch};
use super::shape::{Block, Shape};
use crate::policy::builtins::{FIRST_VALUE, ONE_ENTRY, ONE_VALUE, RELEASE};

/// A place where a complete rule or function gets its value.
pub(super) struct Output {
    pub(super) pc: usize,
    pub(super) src: u8,
    pub(super) rule: usize,
    /// A literal of the text: always the same, never undefined.
    pub(super) constant: bool,
    pub(super) in_loop: bool,
}

/// Where complete rules and functions get their values.
pub(super) fn results<'a>(
    program: &'a Program,
    shape: &'a Shape,
) -> impl Iterator<Item = Output> + 'a {
    shape.complete(program).flat_map(move |body| {
        let result = program.rule_infos[body.rule].result_reg;
        body.range.clone().filter_map(move |pc| match program.instructions[pc] {
            Instruction::Move { dest, src } if dest == result => Some(Output {
                pc,
                src,
                rule: body.rule,
                constant: loaded(program, pc, src),
                in_loop: shape.in_loop(pc),
            }),
            _ => None,
        })
    })
}

/// Whether the instruction before `pc` loads a constant into `register`.
fn loaded(program: &Program, pc: usize, register: u8) -> bool {
    matches!(
        pc.checked_sub(1).map(|before| program.instructions[before]),
        Some(
            Instruction::Load { dest, .. }
                | Instruction::LoadTrue { dest }
                | Instruction::LoadFalse { dest }
                | Instruction::LoadNull { dest }
                | Instruction::LoadBool { dest, .. }
        ) if dest == register
    )
}

/// Checks the values of complete rules and functions.
pub(super) fn values(editor: &mut Editor, shape: &Shape) -> Result<(), String> {
    let outputs: Vec<Output> = results(&editor.program, shape).collect();
    let mut checked = Vec::new();
    for (rule, info) in editor.program.rule_infos.iter().enumerate() {
        let of_rule = || outputs.iter().filter(|output| output.rule == rule);
        let many = info.definitions.len() > 1
            && !info.early_exit_on_first_success
            && !disjoint(&editor.program, shape, rule);
        if many || of_rule().any(|output| output.in_loop && !output.constant) {
            checked.push(rule);
        }
    }
    for rule in checked {
        let constant = editor.scratch(rule, Scratch::Constant)?;
        let answer = editor.scratch(rule, Scratch::Answer)?;
        let literal_idx = editor.literal(Value::from(rule))?;
        let load = Instruction::Load { dest: constant, literal_idx };
        let begin = editor.call(&FIRST_VALUE, answer, &[constant])?;
        editor.put_first(start(editor, shape, rule)?, [load, begin]);
        for output in outputs.iter().filter(|output| output.rule == rule) {
            let check = editor.call(&ONE_VALUE, answer, &[output.src, constant])?;
            editor.put(output.pc, [load, check]);
        }
    }
    Ok(())
}

/// Where every evaluation of the rule begins.
fn start(editor: &Editor, shape: &Shape, rule: usize) -> Result<usize, String> {
    let block = shape.blocks.iter().find(|block| block.rule == rule && block.definition == 0);
    let body = || shape.bodies.iter().find(|body| body.rule == rule && body.definition == 0);
    let start = block.map(|block| block.range.start).or_else(|| Some(body()?.range.start));
    start.ok_or_else(|| format!("{} has no definition", editor.program.rule_infos[rule].name))
}

/// Whether at most one definition of a function fits any arguments: each two
/// want different constants at the same place (`f("Ki") = …`, `f("Mi") = …`).
fn disjoint(program: &Program, shape: &Shape, rule: usize) -> bool {
    let blocks: Vec<Vec<(u8, &Value)>> = shape
        .blocks
        .iter()
        .filter(|block| block.rule == rule)
        .map(|block| wanted(program, block))
        .collect();
    if blocks.len() != program.rule_infos[rule].definitions.len() {
        return false;
    }
    blocks.iter().enumerate().all(|(index, left)| {
        blocks[index + 1..].iter().all(|right| {
            left.iter().any(|(place, value)| {
                right.iter().any(|(other, different)| place == other && value != different)
            })
        })
    })
}

/// The constants that a definition wants of its arguments, by register.
fn wanted<'a>(program: &'a Program, block: &Block) -> Vec<(u8, &'a Value)> {
    let info = &program.rule_infos[block.rule];
    let arguments = info.function_info.as_ref().map_or(0, |function| function.num_params);
    let code = &program.instructions[block.range.clone()];
    let triples = code.windows(3).filter_map(|three| match three {
        [
            Instruction::Load { dest: constant, literal_idx },
            Instruction::Eq { dest: equal, left, right },
            Instruction::Guard { register, .. },
        ] if right == constant
            && register == equal
            && (1..=arguments).contains(&u32::from(*left)) =>
        {
            Some((*left, program.literals.get(usize::from(*literal_idx))?))
        }
        _ => None,
    });
    triples.collect()
}

/// Checks the entries of object comprehensions and partial objects.
pub(super) fn entries(editor: &mut Editor, shape: &Shape) -> Result<(), String> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for (pc, instruction) in editor.program.instructions.iter().enumerate() {
        match *instruction {
            Instruction::ComprehensionBegin { params_index } => {
                let data = &editor.program.instruction_data;
                open.push(data.get_comprehension_begin_params(params_index));
            }
            Instruction::ComprehensionEnd {} => {
                open.pop();
            }
            Instruction::ComprehensionYield { value_reg, key_reg: Some(key) } => {
                if let Some(Some(params)) = open.last()
                    && matches!(params.mode, ComprehensionMode::Object)
                {
                    found.push((pc, [params.result_reg, key, value_reg]));
                }
            }
            Instruction::ObjectSet { obj, key, value } => found.push((pc, [obj, key, value])),
            _ => {}
        }
    }
    for (pc, registers) in found {
        let rule = shape.rule_at(pc).ok_or("an object is made outside of rules")?;
        let answer = editor.scratch(rule, Scratch::Answer)?;
        let check = editor.call(&ONE_ENTRY, answer, &registers)?;
        let release = editor.call(&RELEASE, answer, &[])?;
        editor.put(pc, [check, release]);
    }
    Ok(())
}
