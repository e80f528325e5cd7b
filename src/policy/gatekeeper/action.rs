//! What happens on a violation: `spec.enforcementAction`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::FieldProblem;
use crate::document::{child, index};

/// The enforcement point of Gatekeeper's webhook.
pub const WEBHOOK: &str = "validation.gatekeeper.sh";
/// The enforcement point of suites and other runs from files.
pub const GATOR: &str = "gator.gatekeeper.sh";
/// The enforcement point of the periodic audit.
pub const AUDIT: &str = "audit.gatekeeper.sh";

/// An action that decides. Ordered from the mildest to the hardest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Only counted and reported by the audit.
    Dryrun,
    /// Allowed, with a warning to the caller.
    Warn,
    /// Refused.
    Deny,
}

/// One entry of `spec.scopedEnforcementActions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoped {
    /// The action as written; Gatekeeper's own webhook refuses any but `deny`,
    /// `warn` and `dryrun`.
    pub action: String,
    /// Where it counts: [`WEBHOOK`], [`GATOR`], [`AUDIT`], `vap.k8s.io`, `*`.
    pub points: Vec<String>,
}

/// `spec.enforcementAction`; absent or empty is `deny`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnforcementAction {
    /// The same everywhere.
    Everywhere(Action),
    /// `scoped`: by enforcement point.
    Scoped(Vec<Scoped>),
    /// Another text. Gatekeeper's webhook refuses such a constraint; one that
    /// is there all the same is evaluated and never denies.
    Unrecognized(String),
}

impl Action {
    /// Reads one of `deny`, `warn`, `dryrun`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "deny" => Some(Self::Deny),
            "warn" => Some(Self::Warn),
            "dryrun" => Some(Self::Dryrun),
            _ => None,
        }
    }

    /// As Gatekeeper writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dryrun => "dryrun",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

impl EnforcementAction {
    /// Whether the constraint is evaluated at an enforcement point at all.
    #[must_use]
    pub fn counts_at(&self, point: &str) -> bool {
        match self {
            Self::Everywhere(_) | Self::Unrecognized(_) => true,
            Self::Scoped(entries) => entries.iter().any(|entry| entry.names(point)),
        }
    }

    /// The actions at an enforcement point: Gatekeeper takes all of them.
    #[must_use]
    pub fn at(&self, point: &str) -> BTreeSet<Action> {
        match self {
            Self::Everywhere(action) => BTreeSet::from([*action]),
            Self::Unrecognized(_) => BTreeSet::new(),
            Self::Scoped(entries) => entries
                .iter()
                .filter(|entry| entry.names(point))
                .filter_map(|entry| Action::parse(&entry.action))
                .collect(),
        }
    }
}

impl Scoped {
    fn names(&self, point: &str) -> bool {
        self.points.iter().any(|name| name == "*" || name == point)
    }
}

/// Reads `enforcementAction` and `scopedEnforcementActions` of `spec`.
pub(super) fn parse(spec: Option<&Value>) -> Result<EnforcementAction, FieldProblem> {
    let field = |key: &str| spec.and_then(|spec| spec.get(key));
    let text = match field("enforcementAction") {
        None => "",
        Some(Value::String(text)) => text,
        Some(other) => {
            return Err(FieldProblem::type_mismatch("spec.enforcementAction", "a string", other));
        }
    };
    match text {
        "" => Ok(EnforcementAction::Everywhere(Action::Deny)),
        "scoped" => scoped(field("scopedEnforcementActions")).map(EnforcementAction::Scoped),
        other => Ok(Action::parse(other).map_or_else(
            || EnforcementAction::Unrecognized(other.to_owned()),
            EnforcementAction::Everywhere,
        )),
    }
}

fn scoped(value: Option<&Value>) -> Result<Vec<Scoped>, FieldProblem> {
    const FIELD: &str = "spec.scopedEnforcementActions";
    let Some(Value::Array(entries)) = value else {
        let message = "must be a list: enforcementAction is scoped";
        return Err(FieldProblem::new(FIELD, message));
    };
    let text = |value: Option<&Value>, field: &str| match value {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(FieldProblem::type_mismatch(field, "a string", other)),
    };
    let entry = |(at, entry): (usize, &Value)| {
        let field = index(FIELD, at);
        let points = entry.get("enforcementPoints").and_then(Value::as_array);
        let point = |(at, point): (usize, &Value)| {
            let field = index(&child(&field, "enforcementPoints"), at);
            text(point.get("name"), &child(&field, "name"))
        };
        Ok(Scoped {
            action: text(entry.get("action"), &child(&field, "action"))?,
            points: points
                .into_iter()
                .flatten()
                .enumerate()
                .map(point)
                .collect::<Result<_, _>>()?,
        })
    };
    entries.iter().enumerate().map(entry).collect()
}
