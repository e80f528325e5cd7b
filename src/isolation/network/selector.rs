//! What a label selector restricts, key by key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::api::{SelectorOperator, WorkloadSelector};

/// What the requirements of a selector leave open. Requirements are joined by
/// AND and keys are independent of each other, so one answer for each key says
/// everything: selector A selects a part of selector B exactly if it does so on
/// every key.
#[derive(Clone, Debug)]
pub(super) struct Constraints<'a>(BTreeMap<&'a str, Allowed<'a>>);

/// What a label may be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Allowed<'a> {
    /// The key may be absent.
    absent: bool,
    /// If present, which values it may have.
    values: Values<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Values<'a> {
    Only(BTreeSet<&'a str>),
    AllBut(BTreeSet<&'a str>),
}

impl Values<'_> {
    fn and(self, other: Self) -> Self {
        use Values::{AllBut, Only};
        match (self, other) {
            (Only(a), Only(b)) => Only(a.intersection(&b).copied().collect()),
            (Only(a), AllBut(b)) | (AllBut(b), Only(a)) => {
                Only(a.difference(&b).copied().collect())
            }
            (AllBut(a), AllBut(b)) => AllBut(a.union(&b).copied().collect()),
        }
    }

    /// There are endlessly many label values for this purpose.
    fn is_within(&self, other: &Self) -> bool {
        use Values::{AllBut, Only};
        match (self, other) {
            (Only(a), Only(b)) => a.is_subset(b),
            (Only(a), AllBut(b)) => a.is_disjoint(b),
            (AllBut(_), Only(_)) => false,
            (AllBut(a), AllBut(b)) => b.is_subset(a),
        }
    }
}

impl Allowed<'_> {
    const fn anything() -> Self {
        Self { absent: true, values: Values::AllBut(BTreeSet::new()) }
    }

    fn is_nothing(&self) -> bool {
        !self.absent && matches!(&self.values, Values::Only(values) if values.is_empty())
    }
}

impl<'a> Constraints<'a> {
    /// Intersects the requirements of a selector.
    pub(super) fn of(selector: &'a WorkloadSelector) -> Self {
        let equal = selector.match_labels.iter().map(|(key, value)| {
            (key.as_str(), false, Values::Only(BTreeSet::from([value.as_str()])))
        });
        let expressions = selector.match_expressions.iter().map(|requirement| {
            let values: BTreeSet<&str> = requirement.values.iter().map(String::as_str).collect();
            let (absent, values) = match requirement.operator {
                SelectorOperator::In => (false, Values::Only(values)),
                SelectorOperator::NotIn => (true, Values::AllBut(values)),
                SelectorOperator::Exists => (false, Values::AllBut(BTreeSet::new())),
                SelectorOperator::DoesNotExist => (true, Values::Only(BTreeSet::new())),
            };
            (requirement.key.as_str(), absent, values)
        });
        let mut keys: BTreeMap<&str, Allowed<'_>> = BTreeMap::new();
        for (key, absent, values) in equal.chain(expressions) {
            let before = keys.remove(key).unwrap_or_else(Allowed::anything);
            let allowed =
                Allowed { absent: before.absent && absent, values: before.values.and(values) };
            keys.insert(key, allowed);
        }
        Self(keys)
    }

    /// Whether the requirements on some key contradict each other.
    pub(super) fn select_nothing(&self) -> bool {
        self.0.values().any(Allowed::is_nothing)
    }

    /// Whether everything that this selects is selected by `other` too.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let anything = Allowed::anything();
        self.select_nothing()
            || other.0.iter().all(|(key, outer)| {
                let inner = self.0.get(key).unwrap_or(&anything);
                (outer.absent || !inner.absent) && inner.values.is_within(&outer.values)
            })
    }

    /// The values that a key is restricted to, if they are finitely many and
    /// the key cannot be absent.
    pub(super) fn pinned(&self, key: &str) -> Option<&BTreeSet<&'a str>> {
        match self.0.get(key) {
            Some(Allowed { absent: false, values: Values::Only(values) }) => Some(values),
            _ => None,
        }
    }

    /// Labels that satisfy the requirements, without `hidden`, for people:
    /// `labels a=b, c=d`, or `no labels`.
    pub(super) fn example(&self, hidden: &str) -> String {
        let mut text = String::new();
        for (key, allowed) in self.0.iter().filter(|(key, _)| **key != hidden) {
            if allowed.absent {
                continue;
            }
            let value = match &allowed.values {
                Values::Only(values) => values.first().copied().unwrap_or_default().to_owned(),
                Values::AllBut(values) => other_than(values),
            };
            let separator = if text.is_empty() { "labels " } else { ", " };
            let _ = write!(text, "{separator}{key}={value}");
        }
        if text.is_empty() { "no labels".to_owned() } else { text }
    }
}

/// A value that is none of these.
fn other_than(values: &BTreeSet<&str>) -> String {
    let mut value = "any".to_owned();
    while values.contains(value.as_str()) {
        value.push('-');
        value.push('x');
    }
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::KeyValueSelector;

    fn any_selector() -> impl Strategy<Value = WorkloadSelector> {
        let operator = prop::sample::select(vec![
            SelectorOperator::In,
            SelectorOperator::NotIn,
            SelectorOperator::Exists,
            SelectorOperator::DoesNotExist,
        ]);
        let values = prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..3);
        let requirement = (prop::sample::select(vec!["k", "l"]), operator, values).prop_map(
            |(key, operator, values)| {
                let takes_values =
                    matches!(operator, SelectorOperator::In | SelectorOperator::NotIn);
                KeyValueSelector {
                    key: key.to_owned(),
                    operator,
                    values: values
                        .into_iter()
                        .filter(|_| takes_values)
                        .map(str::to_owned)
                        .collect(),
                }
            },
        );
        let labels = prop::collection::btree_map("[kl]", "[abc]", 0..2);
        (labels, prop::collection::vec(requirement, 0..3)).prop_map(
            |(match_labels, match_expressions)| WorkloadSelector {
                match_labels,
                match_expressions,
            },
        )
    }

    /// Every combination of two labels, each absent, mentioned, or something else.
    fn worlds() -> Vec<[Option<&'static str>; 2]> {
        let values = [None, Some("a"), Some("b"), Some("c"), Some("other")];
        values.iter().flat_map(|k| values.iter().map(|l| [*k, *l])).collect()
    }

    proptest! {
        #[test]
        fn containment_is_exact(inner in any_selector(), outer in any_selector()) {
            let selects = |selector: &WorkloadSelector, world: &[Option<&'static str>; 2]| {
                selector.matches(|key| if key == "k" { world[0] } else { world[1] })
            };
            let contained = worlds().iter().all(|world| !selects(&inner, world) || selects(&outer, world));
            prop_assert_eq!(Constraints::of(&inner).is_within(&Constraints::of(&outer)), contained);
            let nothing = !worlds().iter().any(|world| selects(&inner, world));
            prop_assert_eq!(Constraints::of(&inner).select_nothing(), nothing);
        }

        #[test]
        fn pinned_values_are_the_only_ones(selector in any_selector()) {
            let constraints = Constraints::of(&selector);
            for world in worlds() {
                let selected = selector.matches(|key| if key == "k" { world[0] } else { world[1] });
                if let (true, Some(values)) = (selected, constraints.pinned("k")) {
                    prop_assert!(world[0].is_some_and(|value| values.contains(value)));
                }
            }
        }
    }

    #[test]
    fn examples_satisfy_the_selector() {
        let selector: WorkloadSelector = serde_json::from_value(serde_json::json!({
            "matchLabels": {"team": "a"},
            "matchExpressions": [
                {"key": "tier", "operator": "Exists"},
                {"key": "tier", "operator": "NotIn", "values": ["any"]},
                {"key": "zone", "operator": "DoesNotExist"}
            ]
        }))
        .unwrap();
        assert_eq!(Constraints::of(&selector).example(""), "labels team=a, tier=any-x");
        assert_eq!(Constraints::of(&WorkloadSelector::default()).example(""), "no labels");
    }
}
