//! Which parts of the input a compiled program can read.
//!
//! An abstract interpretation of the RVM's bytecode. A register holds a set of
//! paths of the input that its value may be, or may have inside; indexing makes
//! a path longer, looking at a value marks what was looked at: that it is there,
//! its kind, or all of it. Functions are followed with the arguments of every
//! call, since policies hand the whole review to helpers. What is not modelled
//! reads everything it gets.
//!
//! The claim: a program that is run on the [`Projection`] gives the result that
//! it gives on the whole input. It holds for the RVM in run-to-completion mode
//! with lenient builtin errors (errors are raised by our builtins); not for the
//! interpreter, whose semantics differ in places. Start reading at [`ReadSet`].

mod analysis;
mod builtin;
mod fold;
mod frame;
mod mark;
mod paths;
mod region;
mod rule;
mod situation;
mod step;
mod value;

#[cfg(test)]
mod tests;

use regorus::Value;
use regorus::rvm::program::Program;

use super::projection::{Projection, Review};

pub use situation::Situation;

/// What a program reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSet {
    /// Of the input.
    pub projection: Projection,
    /// Whether it reads the data document.
    pub data: bool,
}

/// Why the reads of a program are not bounded: it gets the whole input, and its
/// verdicts are not remembered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbounded {
    /// There is no such entry point.
    #[error("the program has no entry point {0}")]
    Entry(String),
    /// Following it took more work than it is worth.
    #[error("the program is too large to follow what it reads")]
    Work,
    /// The result depends on more than input and data.
    #[error("the result of {0} is not determined by the input")]
    Undetermined(String),
    /// A condition that fails here would put the engine's loops in disorder, and
    /// with them what is run next.
    #[error("a condition of a comprehension stands outside of any loop in it")]
    Disorder,
    /// An instruction that no Rego program has.
    #[error("the program has an instruction that Rego is not compiled to")]
    Foreign,
    /// The program refers to what it does not have.
    #[error("the program is malformed")]
    Malformed,
}

impl ReadSet {
    /// What `entry`, such as `data.p.violation`, reads: in one situation or in
    /// any, with these parameters or with any.
    ///
    /// # Errors
    /// The reads are not bounded.
    pub fn of(
        program: &Program,
        entry: &str,
        situation: Option<&Situation>,
        parameters: Option<&Value>,
    ) -> Result<Self, Unbounded> {
        let known = situation::Known::new(situation, parameters);
        analysis::Analysis::new(program, &known).run(entry)
    }
}

/// What a policy reads, situation by situation.
///
/// Verdicts of different read sets of one policy can be kept in one memo: equal
/// hashes are equal inputs of the machine, whatever they were projected with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSets {
    special: Vec<(Situation, ReadSet)>,
    general: Result<ReadSet, Unbounded>,
}

impl ReadSets {
    /// Of a policy with its parameters. The situations are those that it is
    /// likely to be asked in; in any other, it reads what it may ever read.
    #[must_use]
    pub fn of(
        program: &Program,
        entry: &str,
        parameters: &Value,
        situations: impl IntoIterator<Item = Situation>,
    ) -> Self {
        let of = |situation: Option<&Situation>| {
            ReadSet::of(program, entry, situation, Some(parameters))
        };
        let general = of(None);
        let special = situations.into_iter().filter_map(|situation| {
            let reads = of(Some(&situation)).ok()?;
            (general.as_ref().ok() != Some(&reads)).then_some((situation, reads))
        });
        Self { special: special.collect(), general: general.clone() }
    }

    /// What it reads of this review; None if that is not bounded.
    #[must_use]
    pub fn get(&self, review: &Review<'_>) -> Option<&ReadSet> {
        let special = self.special.iter().find(|(situation, _)| situation.is(review));
        special.map(|(_, reads)| reads).or(self.general.as_ref().ok())
    }

    /// What it may ever read.
    ///
    /// # Errors
    /// That is not bounded.
    pub const fn general(&self) -> Result<&ReadSet, &Unbounded> {
        self.general.as_ref()
    }
}
