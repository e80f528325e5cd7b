//! What a constraint becomes.

use crate::api::{Policy, PolicySpec, validate_policy};

/// What a constraint becomes.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Kind of the constraint.
    pub kind: String,
    /// Name of the constraint.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Its first line in the file, from 1.
    pub line: u32,
    /// Whether it means the same as before.
    pub verdict: Verdict,
    /// What is worth knowing without making it mean less.
    pub notes: Vec<String>,
    /// The Policy; absent when it is impossible.
    pub policy: Option<Policy>,
}

/// Whether a constraint means the same as before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// For requests of tenants it does.
    Imported,
    /// It does less; each reason is a sentence.
    Narrower(Vec<String>),
    /// There is no Policy; each reason is a sentence.
    Impossible(Vec<String>),
}

/// Reasons, as they are found.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    narrower: Vec<String>,
    impossible: Vec<String>,
    notes: Vec<String>,
}

impl Findings {
    pub(super) fn narrower(&mut self, why: impl Into<String>) {
        self.narrower.push(why.into());
    }

    pub(super) fn impossible(&mut self, why: impl Into<String>) {
        self.impossible.push(why.into());
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// What the admission of the Policy would refuse.
    pub(super) fn refuse_invalid(&mut self, name: &str, spec: &PolicySpec) {
        if self.impossible.is_empty() {
            for error in validate_policy(name, spec) {
                self.impossible(format!("the Policy's {}: {}", error.field, error.message));
            }
        }
    }

    pub(super) fn into_verdict(self) -> (Verdict, Vec<String>) {
        let verdict = if !self.impossible.is_empty() {
            Verdict::Impossible(self.impossible)
        } else if !self.narrower.is_empty() {
            Verdict::Narrower(self.narrower)
        } else {
            Verdict::Imported
        };
        (verdict, self.notes)
    }
}
