//! What is known of the input before there is one.

use std::collections::BTreeMap;

use regorus::Value;

use crate::policy::projection::Review;

/// What is asked about: policies say different things about a new Pod than about
/// a Deployment that changes, and read less when it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Situation {
    /// `input.review.operation`.
    pub operation: String,
    /// `input.review.kind.group`.
    pub group: String,
    /// `input.review.kind.version`.
    pub version: String,
    /// `input.review.kind.kind`.
    pub kind: String,
}

impl Situation {
    /// That of a review.
    #[must_use]
    pub fn of(review: &Review<'_>) -> Self {
        Self {
            operation: review.operation.to_owned(),
            group: review.kind.group.to_owned(),
            version: review.kind.version.to_owned(),
            kind: review.kind.kind.to_owned(),
        }
    }

    /// Whether a review is of it.
    #[must_use]
    pub fn is(&self, review: &Review<'_>) -> bool {
        let kind = &review.kind;
        self.operation == review.operation
            && (self.group == kind.group && self.version == kind.version && self.kind == kind.kind)
    }
}

/// Values that places of the input have in every input.
#[derive(Debug, Default)]
pub(super) struct Known {
    value: Option<Value>,
    below: BTreeMap<&'static str, Self>,
}

impl Known {
    pub(super) fn new(situation: Option<&Situation>, parameters: Option<&Value>) -> Self {
        let mut known = Self::default();
        if let Some(parameters) = parameters {
            known.set(&["parameters"], parameters.clone());
        }
        if let Some(situation) = situation {
            known.set(&["review", "operation"], Value::from(situation.operation.as_str()));
            known.set(&["review", "kind", "group"], Value::from(situation.group.as_str()));
            known.set(&["review", "kind", "version"], Value::from(situation.version.as_str()));
            known.set(&["review", "kind", "kind"], Value::from(situation.kind.as_str()));
        }
        known
    }

    fn set(&mut self, path: &[&'static str], value: Value) {
        let place = path.iter().fold(self, |place, name| place.below.entry(name).or_default());
        place.value = Some(value);
    }

    pub(super) fn below(&self, name: &str) -> Option<&Self> {
        self.below.get(name)
    }

    pub(super) const fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }
}
