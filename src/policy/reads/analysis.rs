//! The analysis as a whole: what is read so far, which calls are known.

use std::collections::BTreeMap;
use std::rc::Rc;

use regorus::rvm::program::{Program, RuleType};

use super::frame::Frame;
use super::paths::Paths;
use super::region::Region;
use super::situation::Known;
use super::value::Abstract;
use super::{ReadSet, Unbounded};

/// Instructions that are looked at, over all calls. Policies need a few thousand.
const MOST_WORK: usize = 200_000;
/// Calls within calls. Rego's functions do not recurse, but the engine lets them.
const DEEPEST_CALL: usize = 64;
/// Calls of one function within each other before its arguments are given up.
const MOST_RECURSION: usize = 3;

/// A call, by everything that what it reads depends on.
type Call = (u16, Vec<Abstract>);

pub(super) struct Analysis<'p> {
    pub(super) program: &'p Program,
    pub(super) paths: Paths<'p>,
    pub(super) data: bool,
    work: usize,
    known: BTreeMap<Call, Abstract>,
    /// Calls that are being followed, and whether they were met again.
    active: Vec<(Call, bool)>,
    pub(super) regions: BTreeMap<u16, Rc<[Region]>>,
}

impl<'p> Analysis<'p> {
    pub(super) fn new(program: &'p Program, known: &'p Known) -> Self {
        Self {
            program,
            paths: Paths::new(known),
            data: false,
            work: 0,
            known: BTreeMap::new(),
            active: Vec::new(),
            regions: BTreeMap::new(),
        }
    }

    pub(super) fn run(mut self, entry: &str) -> Result<ReadSet, Unbounded> {
        let missing = || Unbounded::Entry(entry.to_owned());
        let start = self.program.get_entry_point(entry).ok_or_else(missing)?;
        let region = Region::of(self.program, [start])?;
        let mut frame = Frame::new(&region, RuleType::Complete, 0, &[]);
        self.settle(&mut frame)?;
        Ok(ReadSet { projection: self.paths.projection(), data: self.data })
    }

    /// Steps over a frame's instructions until nothing new comes to light.
    pub(super) fn settle(&mut self, frame: &mut Frame<'_>) -> Result<(), Unbounded> {
        loop {
            frame.changed = false;
            let mut resume = 0;
            for at in &frame.region.code {
                if *at < resume {
                    continue;
                }
                self.work += 1;
                if self.work > MOST_WORK {
                    return Err(Unbounded::Work);
                }
                self.step(frame, *at)?;
                resume = frame.resume.take().unwrap_or_default();
            }
            if !frame.changed {
                return Ok(());
            }
        }
    }

    /// What a rule gives for these arguments; reads what it reads.
    pub(super) fn call(
        &mut self,
        rule: u16,
        mut args: Vec<Abstract>,
    ) -> Result<Abstract, Unbounded> {
        let within = self.active.iter().filter(|((active, _), _)| *active == rule).count();
        if within >= MOST_RECURSION {
            for arg in &mut args {
                self.read_whole(arg);
                *arg = Abstract::anything();
            }
        }
        let call = (rule, args);
        if let Some(result) = self.known.get(&call) {
            return Ok(result.clone());
        }
        // Its result is read as a whole when it is done, so it is equal in both
        // runs, by induction over the depth of calls.
        if let Some((_, again)) = self.active.iter_mut().find(|(active, _)| *active == call) {
            *again = true;
            return Ok(Abstract::anything());
        }
        if self.active.len() >= DEEPEST_CALL {
            return Err(Unbounded::Work);
        }
        self.active.push((call, false));
        let result = self.rule(rule)?;
        let (call, again) = self.active.pop().ok_or(Unbounded::Malformed)?;
        let result = if again {
            self.read_whole(&result);
            Abstract::anything()
        } else {
            result
        };
        self.known.insert(call, result.clone());
        Ok(result)
    }

    /// The arguments of the innermost call.
    pub(super) fn arguments(&self) -> Vec<Abstract> {
        self.active.last().map(|((_, args), _)| args.clone()).unwrap_or_default()
    }
}
