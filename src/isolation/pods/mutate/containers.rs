//! Which containers are mutated.

use serde_json::Value;

use crate::document::Mutator;
use crate::isolation::pods::subject::items;

/// Lists of containers and the index of the first that may be mutated.
pub(super) type Lists = [(&'static str, usize)];

pub(super) const CREATED: &Lists = &[("initContainers", 0), ("containers", 0)];

/// List and index, as pointer tokens, of every container to mutate.
pub(super) fn containers(mutator: &Mutator<'_>, lists: &Lists) -> Vec<(&'static str, String)> {
    let spec = mutator.get(&["spec"]).unwrap_or(&Value::Null);
    let indices = |list, first| (first..items(spec, list).count()).map(move |i| (list, i));
    lists
        .iter()
        .flat_map(|&(list, first)| indices(list, first))
        .map(|(list, index)| (list, index.to_string()))
        .collect()
}

/// Whether the value is absent, which null is too.
pub(super) fn is_unset(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}
