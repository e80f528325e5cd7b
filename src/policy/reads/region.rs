//! The instructions that a definition of a rule can reach, and how they nest.

use std::collections::BTreeSet;

use regorus::rvm::Instruction;
use regorus::rvm::instructions::{ComprehensionMode, LoopMode};
use regorus::rvm::program::Program;

use super::Unbounded;

/// Instructions from one or more entries, with the loops and comprehensions
/// around them.
#[derive(Clone, Debug, Default)]
pub(super) struct Region {
    pub(super) code: BTreeSet<usize>,
    spans: Vec<Span>,
    /// Where bodies end.
    returns: BTreeSet<usize>,
    /// Where the patterns of arguments end.
    patterns: BTreeSet<usize>,
    /// Whether control may enter anywhere.
    disorderly: bool,
}

/// A loop's or comprehension's body.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
    what: Around,
}

/// What is around an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// A loop whose rounds each contribute.
    Loop,
    /// `every`: all rounds, one answer.
    Every,
    /// A comprehension, with its result register.
    Collected { into: Collection, result: u8 },
}

/// What a comprehension collects into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    Array,
    Set,
    Object,
}

impl Region {
    /// # Errors
    /// The program names what it does not have.
    pub(super) fn of(
        program: &Program,
        entries: impl IntoIterator<Item = usize>,
    ) -> Result<Self, Unbounded> {
        let mut region = Self::default();
        let mut todo: Vec<usize> = entries.into_iter().collect();
        while let Some(at) = todo.pop() {
            let instruction = program.instructions.get(at).ok_or(Unbounded::Malformed)?;
            if region.code.insert(at) {
                region.follow(program, at, instruction, &mut todo)?;
            }
        }
        Ok(region)
    }

    /// Where the machine can go from here. A guard that fails goes to the end of
    /// a round, of a loop or of a comprehension: all of them are reached from
    /// the instruction that began it.
    fn follow(
        &mut self,
        program: &Program,
        at: usize,
        instruction: &Instruction,
        todo: &mut Vec<usize>,
    ) -> Result<(), Unbounded> {
        match instruction {
            Instruction::RuleReturn {} => _ = self.returns.insert(at),
            Instruction::DestructuringSuccess {} => _ = self.patterns.insert(at),
            Instruction::Return { .. } | Instruction::Halt {} => {}
            Instruction::LoopStart { params_index } => {
                let data = &program.instruction_data;
                let params = data.get_loop_params(*params_index).ok_or(Unbounded::Malformed)?;
                let (start, end) = (usize::from(params.body_start), usize::from(params.loop_end));
                let what = match params.mode {
                    LoopMode::Every => Around::Every,
                    LoopMode::Any | LoopMode::ForEach => Around::Loop,
                };
                self.spans.push(Span { start: at + 1, end, what });
                todo.extend([at + 1, start, end.saturating_sub(1), end]);
            }
            Instruction::LoopNext { body_start, loop_end } => {
                todo.extend([usize::from(*body_start), usize::from(*loop_end)]);
            }
            Instruction::ComprehensionBegin { params_index } => {
                let params = program
                    .instruction_data
                    .comprehension_begin_params
                    .get(usize::from(*params_index))
                    .ok_or(Unbounded::Malformed)?;
                let end = usize::from(params.comprehension_end);
                let into = match params.mode {
                    ComprehensionMode::Array => Collection::Array,
                    ComprehensionMode::Set => Collection::Set,
                    ComprehensionMode::Object => Collection::Object,
                };
                let what = Around::Collected { into, result: params.result_reg };
                self.spans.push(Span { start: at + 1, end, what });
                todo.extend([at + 1, usize::from(params.body_start), end]);
            }
            Instruction::AnyOfNext { end_pc, .. } | Instruction::AllOfNext { end_pc, .. } => {
                let end = usize::from(*end_pc);
                todo.extend([at + 1, end, end + 1]);
            }
            _ => todo.push(at + 1),
        }
        Ok(())
    }

    fn around(&self, at: usize) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(move |span| (span.start..span.end).contains(&at))
    }

    /// The innermost loop or comprehension around an instruction.
    pub(super) fn innermost(&self, at: usize) -> Option<Around> {
        self.around(at).min_by_key(|span| span.end - span.start).map(|span| span.what)
    }

    /// What takes what comes out of the rounds of a loop that begins here: the
    /// innermost comprehension or `every`; None: the rule.
    pub(super) fn taker(&self, at: usize) -> Option<Around> {
        let takers = self.around(at).filter(|span| span.what != Around::Loop);
        takers.min_by_key(|span| span.end - span.start).map(|span| span.what)
    }

    /// The comprehension that a yield adds to.
    pub(super) fn comprehension(&self, at: usize) -> Option<(Collection, u8)> {
        let collected = self.around(at).filter_map(|span| match span.what {
            Around::Collected { into, result } => Some((span.end - span.start, into, result)),
            Around::Loop | Around::Every => None,
        });
        collected.min_by_key(|(length, ..)| *length).map(|(_, into, result)| (into, result))
    }

    /// Whether anything loops or collects.
    pub(super) const fn has_spans(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Where it goes on after a condition that fails every time: at the end of the
    /// round or of the body; nowhere if it is about an argument.
    pub(super) fn after_failure(&self, at: usize) -> usize {
        if self.disorderly {
            return at + 1;
        }
        let round = self.around(at).min_by_key(|span| span.end - span.start);
        let next = |ends: &BTreeSet<usize>| ends.range(at..).next().copied();
        match (round, next(&self.patterns), next(&self.returns)) {
            (Some(span), ..) => span.end - 1,
            (None, Some(patterns), returns) if returns.is_none_or(|end| patterns < end) => {
                usize::MAX
            }
            (None, _, Some(end)) => end,
            (None, ..) => usize::MAX,
        }
    }

    /// Several, between which control may go anywhere.
    pub(super) fn join<'r>(regions: impl IntoIterator<Item = &'r Self>) -> Self {
        let mut all = Self { disorderly: true, ..Self::default() };
        for region in regions {
            all.code.extend(&region.code);
            all.spans.extend(&region.spans);
        }
        all
    }
}
