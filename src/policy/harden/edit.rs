//! Putting instructions into a program without breaking its jumps.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;
use regorus::rvm::instructions::{BuiltinCallParams, LoopMode, LoopStartParams};
use regorus::rvm::program::BuiltinInfo;
use regorus::rvm::{Instruction, Program};

use crate::policy::builtins::{Builtin, Function};

/// Registers that a rule whose code is edited gets in addition.
const SCRATCH: u8 = 4;
/// A scratch register by what it is for.
#[derive(Clone, Copy)]
pub(super) enum Scratch {
    /// A constant argument.
    Constant = 0,
    /// The answer of a check, which nobody reads.
    Answer = 1,
    /// Collection, key and item of a loop that runs once.
    Item = 2,
    /// Whether that loop succeeded.
    Success = 3,
}

/// A loop that runs once around the instructions of `body`.
struct Once {
    /// The first instruction inside.
    start: usize,
    /// The instruction after the loop.
    end: usize,
    scratch: [u8; 2],
}

/// A program and what is to be put into it. Everything that pointed at an
/// instruction points afterwards at what was put before it.
pub(super) struct Editor {
    pub(super) program: Program,
    before: BTreeMap<usize, Vec<Instruction>>,
    once: Vec<Once>,
    scratch: BTreeMap<usize, u8>,
    /// Builtins of the program by name and whether they are called packed.
    builtins: BTreeMap<(String, bool), usize>,
}

impl Editor {
    pub(super) fn new(program: Program) -> Self {
        let (before, once, scratch) = Default::default();
        let table = program.builtin_info_table.iter().enumerate();
        let builtins = table.map(|(index, info)| ((info.name.clone(), false), index)).collect();
        Self { program, before, once, scratch, builtins }
    }

    /// A scratch register of a rule.
    pub(super) fn scratch(&mut self, rule: usize, which: Scratch) -> Result<u8, String> {
        let first = if let Some(first) = self.scratch.get(&rule) {
            *first
        } else {
            let info = &mut self.program.rule_infos[rule];
            let first = info.num_registers;
            let Some(more) = first.checked_add(SCRATCH) else {
                return Err(format!("{} needs too many registers", info.name));
            };
            info.num_registers = more;
            self.scratch.insert(rule, first);
            first
        };
        Ok(first + which as u8)
    }

    /// Puts instructions before the one at `pc`, after what was put there.
    pub(super) fn put(&mut self, pc: usize, code: impl IntoIterator<Item = Instruction>) {
        self.before.entry(pc).or_default().extend(code);
    }

    /// Puts instructions before everything that was put before `pc`.
    pub(super) fn put_first(&mut self, pc: usize, code: impl IntoIterator<Item = Instruction>) {
        self.before.entry(pc).or_default().splice(0..0, code);
    }

    /// Whether a condition was put before `pc`.
    pub(super) fn guards_before(&self, pc: usize) -> bool {
        let put = self.before.get(&pc).map_or(&[][..], Vec::as_slice);
        put.iter().any(|instruction| matches!(instruction, Instruction::Guard { .. }))
    }

    /// Makes `start..end` run in a loop of one turn, so that a condition that
    /// fails inside continues at `end`. Put before anything else at `start`.
    pub(super) fn once(&mut self, rule: usize, start: usize, end: usize) -> Result<(), String> {
        let item = self.scratch(rule, Scratch::Item)?;
        let success = self.scratch(rule, Scratch::Success)?;
        let literal_idx = self.literal(Value::from(vec![Value::Bool(true)]))?;
        // The loop's own places are known when everything is in its place.
        let opening =
            [Instruction::Load { dest: item, literal_idx }, Instruction::loop_start(u16::MAX)];
        self.put_first(start, opening);
        self.put(end, [Instruction::LoopNext { body_start: 0, loop_end: 0 }]);
        self.once.push(Once { start, end, scratch: [item, success] });
        Ok(())
    }

    pub(super) fn literal(&mut self, value: Value) -> Result<u16, String> {
        let index = self.program.add_literal(value);
        u16::try_from(index).map_err(|_| "the program has too many constants".to_owned())
    }

    /// A call of one of our builtins.
    pub(super) fn call(
        &mut self,
        builtin: &Builtin,
        dest: u8,
        registers: &[u8],
    ) -> Result<Instruction, String> {
        self.call_as((builtin.name, false), builtin.function, builtin.arity, dest, registers)
    }

    /// A call of one of our builtins with all arguments in one array.
    pub(super) fn packed_call(
        &mut self,
        builtin: &Builtin,
        dest: u8,
        array: u8,
    ) -> Result<Instruction, String> {
        self.call_as((builtin.name, true), builtin.packed, 1, dest, &[array])
    }

    fn call_as(
        &mut self,
        (name, packed): (&str, bool),
        function: Function,
        arity: u8,
        dest: u8,
        registers: &[u8],
    ) -> Result<Instruction, String> {
        let program = &mut self.program;
        let index = *self.builtins.entry((name.to_owned(), packed)).or_insert_with(|| {
            program.resolved_builtins.push((function, arity));
            let num_args = u16::from(arity);
            program.builtin_info_table.push(BuiltinInfo { name: name.to_owned(), num_args });
            program.builtin_info_table.len() - 1
        });
        let mut args = [0; 8];
        for (slot, register) in args.iter_mut().zip(registers) {
            *slot = *register;
        }
        let full = || "the program calls too many builtins".to_owned();
        let params = BuiltinCallParams {
            dest,
            builtin_index: u16::try_from(index).map_err(|_| full())?,
            num_args: arity,
            args,
        };
        if self.program.instruction_data.builtin_call_params.len() >= usize::from(u16::MAX) {
            return Err(full());
        }
        let params_index = self.program.instruction_data.add_builtin_call_params(params);
        Ok(Instruction::BuiltinCall { params_index })
    }

    /// The program with everything in its place.
    pub(super) fn finish(mut self) -> Result<Program, String> {
        let old = std::mem::take(&mut self.program.instructions);
        let spans = std::mem::take(&mut self.program.instruction_spans);
        let mut moved = Vec::with_capacity(old.len() + 1);
        for (pc, instruction) in old.into_iter().enumerate() {
            moved.push(self.program.instructions.len());
            let span = spans.get(pc).cloned().flatten();
            for put in self.before.remove(&pc).unwrap_or_default() {
                self.program.instructions.push(put);
                self.program.instruction_spans.push(span.clone());
            }
            self.program.instructions.push(instruction);
            self.program.instruction_spans.push(span);
        }
        moved.push(self.program.instructions.len());
        let place = |pc: usize| moved.get(pc).copied().unwrap_or(usize::MAX);
        let jump = |pc: u16| u16::try_from(place(usize::from(pc))).unwrap_or(u16::MAX);
        let far = |pc: u32| u32::try_from(place(pc as usize)).unwrap_or(u32::MAX);

        for entry in self.program.entry_points.values_mut() {
            *entry = place(*entry);
        }
        self.program.main_entry_point = far(self.program.main_entry_point);
        for info in &mut self.program.rule_infos {
            let moved =
                info.definitions.iter().map(|bodies| bodies.iter().map(|pc| far(*pc)).collect());
            info.definitions = Arc::new(moved.collect());
            for block in info.destructuring_blocks.iter_mut().flatten() {
                *block = far(*block);
            }
        }
        let data = &mut self.program.instruction_data;
        for params in &mut data.loop_params {
            params.body_start = jump(params.body_start);
            params.loop_end = jump(params.loop_end);
        }
        for params in &mut data.comprehension_begin_params {
            params.body_start = jump(params.body_start);
            params.comprehension_end = jump(params.comprehension_end);
        }
        for instruction in &mut self.program.instructions {
            match instruction {
                Instruction::LoopNext { body_start, loop_end } => {
                    *body_start = jump(*body_start);
                    *loop_end = jump(*loop_end);
                }
                // Continues at the one after.
                Instruction::AnyOfNext { end_pc, .. } => {
                    *end_pc = jump(end_pc.saturating_add(1)).saturating_sub(1);
                }
                _ => {}
            }
        }
        let (once, turns) = (std::mem::take(&mut self.once), place);
        let mut set = Vec::new();
        for Once { start, end, scratch: [item, success] } in once {
            set.push((turns(start) + 1, turns(end), item, success));
        }
        for (opening, closing, item, success) in set {
            turn(&mut self.program, opening, closing, [item, success])?;
        }
        self.program.max_rule_window_size =
            self.program.rule_infos.iter().map(|info| info.num_registers).max().unwrap_or(0);
        if self.program.instructions.len() > Program::MAX_INSTRUCTIONS {
            return Err("the program has too many instructions".to_owned());
        }
        self.program.validate_limits()?;
        Ok(self.program)
    }
}

/// Sets the loop that starts at `opening`, with its `LoopNext` first at
/// `closing`.
fn turn(
    program: &mut Program,
    opening: usize,
    closing: usize,
    [item, success]: [u8; 2],
) -> Result<(), String> {
    let far = || "the program has too many instructions".to_owned();
    let body_start = u16::try_from(opening + 1).map_err(|_| far())?;
    let loop_end = u16::try_from(closing + 1).map_err(|_| far())?;
    let params_index = program.add_loop_params(LoopStartParams {
        mode: LoopMode::ForEach,
        collection: item,
        key_reg: item,
        value_reg: item,
        result_reg: success,
        body_start,
        loop_end,
    });
    program.instructions[opening] = Instruction::LoopStart { params_index };
    program.instructions[closing] = Instruction::LoopNext { body_start, loop_end };
    Ok(())
}
