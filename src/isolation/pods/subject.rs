//! What is judged: a Pod, or the Pod that a template becomes.

use serde_json::Value;

use crate::document::Field;
use crate::isolation::{Change, Operation};
use crate::names;

/// The three lists of containers of a Pod spec.
pub(super) const CONTAINER_LISTS: [&str; 3] =
    ["initContainers", "containers", "ephemeralContainers"];

/// A Pod, or the Pod that a template becomes (see [`super::as_pod`]).
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its metadata.
    pub metadata: &'a Value,
    /// Its spec.
    pub spec: &'a Value,
    /// Field path of the parent of both, such as `spec.template`; empty for a Pod.
    pub root: &'a str,
    /// Whether it is a template rather than a Pod.
    pub is_template: bool,
}

impl<'a> Subject<'a> {
    /// Value of a label.
    pub(super) fn label(&self, key: &str) -> Option<&'a str> {
        entry(self.metadata, "labels", key)
    }

    /// Whether the annotation of mirror Pods is there, with whatever value.
    pub(super) fn claims_mirror(&self) -> bool {
        claims_mirror(self.metadata)
    }
}

/// Value of a label or annotation.
pub(super) fn entry<'a>(metadata: &'a Value, map: &str, key: &str) -> Option<&'a str> {
    metadata.get(map)?.get(key)?.as_str()
}

/// Whether metadata carries the annotation of mirror Pods, with whatever value.
pub(super) fn claims_mirror(metadata: &Value) -> bool {
    metadata.get("annotations").is_some_and(|a| a.get(names::MIRROR_POD_ANNOTATION).is_some())
}

/// The elements of a list field; none if it is absent or no list.
pub(super) fn items<'a>(
    holder: &'a Value,
    list: &str,
) -> impl Iterator<Item = &'a Value> + use<'a> {
    holder.get(list).and_then(Value::as_array).into_iter().flatten()
}

/// Text of a field; empty if it is absent, as the API server reads it.
pub(super) fn text<'a>(holder: &'a Value, field: &str) -> &'a str {
    holder.get(field).and_then(Value::as_str).unwrap_or("")
}

/// Most containers of one Pod, all lists together. Kubernetes knows no limit;
/// without one a single request could keep a replica busy for seconds.
pub(super) const MOST_CONTAINERS: usize = 512;

/// Whether a Pod has more containers than are looked at.
pub(super) fn is_oversized(spec: &Value) -> bool {
    let count = |list| spec.get(list).and_then(Value::as_array).map_or(0, Vec::len);
    CONTAINER_LISTS.into_iter().map(count).sum::<usize>() > MOST_CONTAINERS
}

/// Calls `found` with every container of the three lists and its path.
pub(super) fn each_container(
    spec: &Value,
    field: &Field<'_>,
    mut found: impl FnMut(&'static str, &Value, &Field<'_>),
) {
    for list in CONTAINER_LISTS {
        let path = field.child(list);
        for (index, container) in items(spec, list).enumerate() {
            found(list, container, &path.index(index));
        }
    }
}

/// The spec before the change, when a Pod itself is updated.
pub(super) fn old_spec<'a>(change: &Change<'a>, subject: &Subject<'_>) -> Option<&'a Value> {
    let updates = change.operation == Operation::Update && !subject.is_template;
    if updates { change.old?.get("spec") } else { None }
}
