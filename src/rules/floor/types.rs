//! Shapes of the floor.

use crate::names::Reason;
use crate::rules::conditions::Condition;
use crate::rules::install::Install;
use crate::rules::table::{Operation, Reach, Row, entries};

/// One policy of the floor, and its binding of the same name.
#[derive(Clone, Copy, Debug)]
pub struct FloorPolicy {
    /// Name of both objects.
    pub name: &'static str,
    /// Rows of the table, by their ids.
    pub(super) rows: &'static [&'static str],
    /// Operations among those of the rows.
    pub(super) operations: &'static [Operation],
    /// Which namespaces it reaches.
    pub reach: Reach,
    /// Conditions that must all hold for the validations to be looked at.
    pub(super) conditions: &'static [Condition],
    /// What the validations have in common; evaluated when first used.
    pub(super) variables: &'static [Variable],
    /// In order: the caller sees the first that is false.
    pub(super) validations: &'static [Validation],
}

/// A named part of expressions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    /// The name behind `variables.`.
    pub(super) name: &'static str,
    /// The CEL expression.
    pub(super) expression: fn(&Install) -> String,
}

/// One rule of a policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validation {
    /// Why a request is refused; the same that the webhook gives.
    pub(super) reason: Reason,
    /// What is wrong and what would be right.
    pub(super) sentence: &'static str,
    /// The CEL expression: whether the request is fine.
    pub(super) expression: fn(&Install) -> String,
}

impl FloorPolicy {
    /// The rows of the table that this policy judges, with the operations of
    /// each that it judges.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Row, Vec<Operation>)> {
        let Self { rows, operations, .. } = *self;
        entries()
            .flat_map(|entry| entry.rows)
            .filter(move |row| rows.contains(&row.id))
            .map(move |row| (row, shared(row.operations, operations)))
    }

    /// What the caller sees of a validation, behind the API server's own words.
    pub(super) fn message(&self, validation: &Validation) -> String {
        let rule = self.name.trim_start_matches(crate::names::RESERVED_NAME_PREFIX);
        format!("{}: floor/{rule}: {}", validation.reason, validation.sentence)
    }
}

fn shared(row: &[Operation], own: &[Operation]) -> Vec<Operation> {
    row.iter().copied().filter(|operation| own.contains(operation)).collect()
}
