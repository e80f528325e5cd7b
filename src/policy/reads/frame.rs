//! The registers of one definition while it is followed.

use std::collections::BTreeSet;

use regorus::Value;
use regorus::rvm::program::RuleType;

use super::paths::PathId;
use super::region::{Around, Collection, Region};
use super::value::{Abstract, PathSet};

/// One set of registers for a whole region: what a register may hold at any
/// time. A definition writes nearly every register at one place, so little is
/// lost by not telling times apart, and every way of control is covered.
pub(super) struct Frame<'r> {
    pub(super) region: &'r Region,
    pub(super) rule_type: RuleType,
    result: u8,
    registers: Vec<Abstract>,
    writers: Vec<Writers>,
    /// What was written to the result's register.
    pub(super) produced: Abstract,
    pub(super) changed: bool,
    /// Members of sets that are looped over where the last round wins: their
    /// order decides about the result, unless that is the same every time.
    pub(super) ordered: PathSet,
    /// Members of sets that are looped over where order decides about nothing,
    /// unless a round may fail with an error.
    pub(super) unordered: PathSet,
    /// Whether all rounds of a loop are made to agree on the result.
    pub(super) agreed: bool,
    /// Where it goes on after the instruction, if not at the next one.
    pub(super) resume: Option<usize>,
    /// Whether an instruction may fail with an error that ends the body.
    pub(super) fallible: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writers {
    None,
    One(usize),
    Many,
}

/// What a condition speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// A place of the input.
    Path(PathId),
    /// An argument of the function.
    Argument(u8),
}

/// A subject that has one of these values whenever the definition succeeds.
pub(super) type Fact = (Subject, BTreeSet<Value>);

const REGISTERS: usize = 256;

impl<'r> Frame<'r> {
    /// `kept` are the registers that come from outside: result, then arguments.
    pub(super) fn new(
        region: &'r Region,
        rule_type: RuleType,
        result: u8,
        kept: &[Abstract],
    ) -> Self {
        let mut registers = kept.to_vec();
        registers.resize(REGISTERS, Abstract::default());
        Self {
            region,
            rule_type,
            result,
            registers,
            writers: vec![Writers::None; REGISTERS],
            produced: Abstract::default(),
            changed: false,
            ordered: PathSet::new(),
            unordered: PathSet::new(),
            agreed: false,
            resume: None,
            fallible: false,
        }
    }

    pub(super) fn get(&self, register: u8) -> Abstract {
        self.registers.get(usize::from(register)).cloned().unwrap_or_default()
    }

    /// Something more that a register may hold.
    pub(super) fn set(&mut self, at: usize, register: u8, value: &Abstract) {
        let index = usize::from(register);
        if let Some(writers) = self.writers.get_mut(index) {
            *writers = match *writers {
                Writers::None => Writers::One(at),
                Writers::One(only) if only == at => Writers::One(at),
                Writers::One(_) | Writers::Many => Writers::Many,
            };
        }
        if register == self.result {
            self.produced.join(value);
        }
        if let Some(held) = self.registers.get_mut(index) {
            self.changed |= held.join(value);
        }
    }

    /// The registers that outlive the definition.
    pub(super) fn kept(&self, count: usize) -> &[Abstract] {
        self.registers.get(..count).unwrap_or_default()
    }

    /// The only instruction that writes a register.
    pub(super) fn writer(&self, register: u8) -> Option<usize> {
        match self.writers.get(usize::from(register)) {
            Some(Writers::One(at)) => Some(*at),
            _ => None,
        }
    }

    /// Whether a register holds an argument and nothing else.
    pub(super) fn is_argument(&self, register: u8, arguments: usize) -> bool {
        (1..=arguments).contains(&usize::from(register))
            && self.writers.get(usize::from(register)) == Some(&Writers::None)
    }

    /// Whether the result depends on the order of the rounds of a loop that
    /// begins here: not when they all go into one set, or are asked by `every`.
    pub(super) fn order_matters(&self, at: usize) -> Order {
        match self.region.taker(at) {
            Some(Around::Every | Around::Collected { into: Collection::Set, .. }) => Order::No,
            Some(_) => Order::Yes,
            None if self.rule_type == RuleType::PartialSet => Order::No,
            None if self.rule_type == RuleType::Complete => Order::UnlessConstant,
            None => Order::Yes,
        }
    }

    /// A condition that can never hold, or a loop without a round.
    pub(super) fn fail(&mut self, at: usize) {
        self.resume = Some(self.region.after_failure(at));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    No,
    /// The last round wins, unless all give the same.
    UnlessConstant,
    Yes,
}
