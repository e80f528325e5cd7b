//! A rule: its definitions one after the other, and what becomes of their results.

use std::rc::Rc;

use regorus::Value;
use regorus::rvm::Instruction;
use regorus::rvm::instructions::GuardMode;
use regorus::rvm::program::{RuleInfo, RuleType};

use super::Unbounded;
use super::analysis::Analysis;
use super::frame::{Fact, Frame, Subject};
use super::region::Region;
use super::value::{Abstract, Own};

/// What came of a definition.
#[derive(Default)]
struct Outcome {
    produced: Abstract,
    /// What holds whenever it succeeds.
    facts: Vec<Fact>,
    /// Whether an error may leave loops behind for the next one.
    disorderly: bool,
}

impl Analysis<'_> {
    /// The innermost call's rule.
    pub(super) fn rule(&mut self, index: u16) -> Result<Abstract, Unbounded> {
        let program = self.program;
        let info = program.rule_infos.get(usize::from(index)).ok_or(Unbounded::Malformed)?;
        let mut kept = vec![Abstract::default()];
        kept.extend(self.arguments());
        let regions = self.definitions(index, info)?;
        let mut outcomes = Vec::new();
        for (number, region) in regions.iter().enumerate() {
            let alone = info.definitions.get(number).is_some_and(|bodies| bodies.len() == 1);
            outcomes.push(self.definition(info, region, &mut kept, alone)?);
        }
        let bodies: usize = info.definitions.iter().map(Vec::len).sum();
        if bodies > 1 && outcomes.iter().any(|outcome| outcome.disorderly) {
            // A loop of one definition may go on with the registers of another.
            let all = Region::join(regions.iter());
            let outcome = self.definition(info, &all, &mut kept, false)?;
            self.compare(&outcome.produced, &outcome.produced)?;
            outcomes = vec![outcome];
        }
        match info.rule_type {
            RuleType::Complete => self.complete(info, &outcomes),
            RuleType::PartialSet => {
                let mut result = kept.swap_remove(0);
                result.join(&Own::Sets.into());
                Ok(result)
            }
            RuleType::PartialObject => {
                let mut result = kept.swap_remove(0);
                result.join(&Own::Built.into());
                Ok(result)
            }
        }
    }

    /// One region for every definition: what its patterns and bodies reach.
    fn definitions(&mut self, index: u16, info: &RuleInfo) -> Result<Rc<[Region]>, Unbounded> {
        if let Some(known) = self.regions.get(&index) {
            return Ok(known.clone());
        }
        let mut regions = Vec::new();
        for (number, bodies) in info.definitions.iter().enumerate() {
            let patterns = info.destructuring_blocks.get(number).copied().flatten();
            let entries = bodies.iter().copied().chain(patterns);
            let entries: Result<Vec<usize>, _> = entries.map(usize::try_from).collect();
            let entries = entries.map_err(|_| Unbounded::Malformed)?;
            regions.push(Region::of(self.program, entries)?);
        }
        let regions: Rc<[Region]> = regions.into();
        self.regions.insert(index, regions.clone());
        Ok(regions)
    }

    fn definition(
        &mut self,
        info: &RuleInfo,
        region: &Region,
        kept: &mut [Abstract],
        alone: bool,
    ) -> Result<Outcome, Unbounded> {
        let mut frame = Frame::new(region, info.rule_type.clone(), info.result_reg, kept);
        self.settle(&mut frame)?;
        let disorderly = frame.fallible && region.has_spans();
        if disorderly {
            for path in &frame.unordered {
                self.paths.read_whole(*path);
            }
        }
        if disorderly || !(frame.agreed || frame.produced.is_constant()) {
            for path in &frame.ordered {
                self.paths.read_whole(*path);
            }
        }
        let facts =
            if alone { self.facts(&frame, kept.len().saturating_sub(1)) } else { Vec::new() };
        let count = kept.len();
        for (register, held) in kept.iter_mut().zip(frame.kept(count)) {
            register.join(held);
        }
        Ok(Outcome { produced: frame.produced, facts, disorderly })
    }

    /// The results of a complete rule or function. Two definitions that both
    /// succeed must agree, so their results are compared, unless they cannot.
    fn complete(&mut self, info: &RuleInfo, outcomes: &[Outcome]) -> Result<Abstract, Unbounded> {
        let mut result = Abstract::default();
        for (number, outcome) in outcomes.iter().enumerate() {
            for other in outcomes.iter().take(number) {
                if !info.early_exit_on_first_success && !exclusive(outcome, other) {
                    self.compare(&outcome.produced, &other.produced)?;
                }
            }
            result.join(&outcome.produced);
        }
        if let Some(default) = info.default_literal_index {
            result.join(&Abstract::literal(self.literal(default)?));
        }
        Ok(result)
    }

    /// What a definition with one body makes sure of before anything else can
    /// come of it: `kind == "Pod"`, `kind in {"Job", "CronJob"}`, `f("Pod", x)`.
    fn facts(&self, frame: &Frame<'_>, arguments: usize) -> Vec<Fact> {
        let top = |at: usize| frame.region.innermost(at).is_none();
        let mut facts = Vec::new();
        for at in frame.region.code.iter().copied().filter(|at| top(*at)) {
            match self.program.instructions.get(at) {
                Some(Instruction::AssertEq { left, right }) => {
                    facts.extend(self.equality(frame, arguments, *left, *right));
                }
                Some(Instruction::Guard { register, mode: GuardMode::Condition }) => {
                    let writer = frame.writer(*register).filter(|writer| top(*writer));
                    match writer.and_then(|writer| self.program.instructions.get(writer)) {
                        Some(Instruction::Eq { left, right, .. }) => {
                            facts.extend(self.equality(frame, arguments, *left, *right));
                        }
                        Some(Instruction::Contains { collection, value, .. }) => {
                            facts.extend(self.membership(frame, arguments, *value, *collection));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        facts
    }

    fn equality(
        &self,
        frame: &Frame<'_>,
        arguments: usize,
        left: u8,
        right: u8,
    ) -> impl Iterator<Item = Fact> {
        let fact = |subject, literal| {
            let subject = self.subject(frame, arguments, subject)?;
            let values = frame.get(literal).literals().filter(|values| !values.is_empty())?.clone();
            Some((subject, values))
        };
        [fact(left, right), fact(right, left)].into_iter().flatten()
    }

    fn membership(
        &self,
        frame: &Frame<'_>,
        arguments: usize,
        value: u8,
        collection: u8,
    ) -> Option<Fact> {
        let subject = self.subject(frame, arguments, value)?;
        let collection = frame.get(collection);
        let mut values = std::collections::BTreeSet::new();
        for collection in collection.literals().filter(|values| !values.is_empty())? {
            match collection {
                Value::Array(items) => values.extend(items.iter().cloned()),
                Value::Set(items) => values.extend(items.iter().cloned()),
                Value::Object(fields) => values.extend(fields.values().cloned()),
                _ => {}
            }
        }
        Some((subject, values))
    }

    fn subject(&self, frame: &Frame<'_>, arguments: usize, register: u8) -> Option<Subject> {
        let source = match frame.writer(register).and_then(|at| self.program.instructions.get(at)) {
            Some(Instruction::Move { src, .. }) => *src,
            _ => register,
        };
        if frame.is_argument(source, arguments) {
            return Some(Subject::Argument(source));
        }
        let value = frame.get(register);
        let path = *value.is.first().filter(|path| self.paths.is_single(**path))?;
        (value == Abstract::input(path)).then_some(Subject::Path(path))
    }
}

/// Whether two definitions cannot succeed for one input.
fn exclusive(one: &Outcome, other: &Outcome) -> bool {
    one.facts.iter().any(|(subject, values)| {
        other.facts.iter().any(|(of, others)| subject == of && values.is_disjoint(others))
    })
}
