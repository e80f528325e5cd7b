//! Reading raw objects without believing anything about their shape.

use serde_json::{Map, Value};

use super::{Change, Context, Operation};
use crate::names;

/// The value at a path of names; absent and null are the same, as for the API server.
pub(super) fn at<'a>(object: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, name| value.get(name)).filter(|value| !value.is_null())
}

/// The text at a path of names.
pub(super) fn text<'a>(object: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(object, path).and_then(Value::as_str)
}

/// The elements at a path of names; none when there is no list.
pub(super) fn list<'a>(object: &'a Value, path: &[&str]) -> &'a [Value] {
    at(object, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether a value says nothing: absent, null, false, zero, or empty. Go's
/// `omitempty` makes these indistinguishable for the API server.
pub(super) fn is_unset(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => true,
        Some(Value::Bool(true)) => false,
        Some(Value::Number(number)) => number.as_f64() == Some(0.0),
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(fields)) => fields.is_empty(),
    }
}

/// `metadata.labels` or `metadata.annotations`.
pub(super) fn entries<'a>(
    object: Option<&'a Value>,
    which: &str,
) -> Option<&'a Map<String, Value>> {
    object?.get("metadata")?.get(which)?.as_object()
}

/// One label.
pub(super) fn label<'a>(object: Option<&'a Value>, key: &str) -> Option<&'a str> {
    entries(object, "labels")?.get(key)?.as_str()
}

/// The keys of `metadata.labels` or `metadata.annotations` whose values differ
/// between old and new, with both values.
pub(super) fn changed_entries<'a>(
    old: Option<&'a Value>,
    new: Option<&'a Value>,
    which: &str,
) -> Vec<(&'a str, Option<&'a Value>, Option<&'a Value>)> {
    let (old, new) = (entries(old, which), entries(new, which));
    let before = |key: &str| old.and_then(|entries| entries.get(key));
    let after = |key: &str| new.and_then(|entries| entries.get(key));
    let added = new.into_iter().flatten().map(|(key, _)| key);
    let removed = old.into_iter().flatten().map(|(key, _)| key).filter(|key| after(key).is_none());
    added
        .chain(removed)
        .map(|key| (key.as_str(), before(key), after(key)))
        .filter(|(_, before, after)| before != after)
        .collect()
}

/// Whether the object carries the label of managed objects.
pub(super) fn is_managed(object: Option<&Value>) -> bool {
    label(object, names::MANAGED_LABEL) == Some(names::TRUE)
}

/// Whether the object is being deleted.
pub(super) fn is_terminating(object: Option<&Value>) -> bool {
    object.is_some_and(|object| at(object, &["metadata", "deletionTimestamp"]).is_some())
}

/// Whether an ownerReference names one of Lessor's own kinds. One that cannot
/// be read counts as such.
pub(super) fn refers_to_lessor(reference: &Value) -> bool {
    reference.get("apiVersion").and_then(Value::as_str).is_none_or(|version| {
        let group = version.split('/').next().unwrap_or_default();
        group == names::GROUP
            || group.strip_suffix(names::GROUP).is_some_and(|prefix| prefix.ends_with('.'))
    })
}

/// The finalizers of an object.
pub(super) fn finalizers(object: Option<&Value>) -> &[Value] {
    object.map_or(&[], |object| list(object, &["metadata", "finalizers"]))
}

/// What the API server keeps in metadata on its own account.
const BOOKKEEPING: [&str; 3] = ["managedFields", "resourceVersion", "generation"];

/// Whether two objects are equal but for bookkeeping, the given top-level
/// fields and the given fields of metadata.
pub(super) fn equal_but(old: &Value, new: &Value, fields: &[&str], metadata: &[&str]) -> bool {
    let reduced = |object: &Value| {
        let mut object = object.clone();
        if let Some(top) = object.as_object_mut() {
            top.retain(|name, _| !fields.contains(&name.as_str()));
            if let Some(inner) = top.get_mut("metadata").and_then(Value::as_object_mut) {
                inner.retain(|name, _| {
                    !BOOKKEEPING.contains(&name.as_str()) && !metadata.contains(&name.as_str())
                });
            }
        }
        object
    };
    reduced(old) == reduced(new)
}

/// Whether a request only writes status.
pub(super) fn only_writes_status(change: &Change) -> bool {
    match (change.operation, change.old, change.new) {
        (Operation::Update, Some(old), Some(new)) => equal_but(old, new, &["status"], &[]),
        _ => false,
    }
}

/// Whether a request does nothing but let go of finalizers of an object that
/// is being deleted. Always free unless a finalizer of Lessor is among them:
/// a rule that stops it would keep what it forbids.
pub(super) fn only_releases_finalizers(change: &Change) -> bool {
    let (Operation::Update, Some(old), Some(new)) = (change.operation, change.old, change.new)
    else {
        return false;
    };
    let (before, after) = (finalizers(Some(old)), finalizers(Some(new)));
    is_terminating(Some(old))
        && is_terminating(Some(new))
        && after.iter().all(|kept| before.contains(kept))
        && before.iter().all(|was| after.contains(was) || !is_lessor_finalizer(was))
        && equal_but(old, new, &["status"], &["finalizers"])
}

/// Whether a finalizer is one of Lessor's.
pub(super) fn is_lessor_finalizer(finalizer: &Value) -> bool {
    finalizer.as_str().is_some_and(|name| name.starts_with(names::KEY_PREFIX))
}

/// Whether a secret of this name is distributed to named workloads only, so
/// that nothing but those may refer to it.
pub(super) fn is_granted_only(ctx: &Context, name: &str) -> bool {
    ctx.tenant.secrets.iter().any(|secret| secret.name == name && !secret.mounts.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_of_lessor_are_recognised_at_a_boundary() {
        let refers = |version: &str| refers_to_lessor(&json!({"apiVersion": version}));
        assert!(refers("lessor.io/v1"));
        assert!(refers("lessor.io/v2alpha1"));
        assert!(refers("routing.lessor.io/v1"));
        assert!(refers_to_lessor(&json!({"kind": "Tenant"})));
        assert!(!refers("apps/v1"));
        assert!(!refers("v1"));
        assert!(!refers("notlessor.io/v1"));
    }

    #[test]
    fn letting_go_is_free_but_not_of_lessors_finalizers() {
        let going = |finalizers: Value| json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": finalizers}});
        let free = |old: &Value, new: &Value| {
            let change = crate::isolation::kinds_fixtures::change("pods", Some(old), Some(new));
            only_releases_finalizers(&change)
        };
        let both = going(json!(["a/b", "lessor.io/tenant"]));
        assert!(free(&both, &going(json!(["lessor.io/tenant"]))));
        assert!(!free(&both, &going(json!(["a/b"]))));
        assert!(!free(&both, &going(json!(["a/b", "lessor.io/tenant", "c/d"]))));
        let mut live = both.clone();
        live["metadata"]["deletionTimestamp"] = Value::Null;
        assert!(!free(&live, &live));
    }

    #[test]
    fn unset_is_what_omitempty_leaves_out() {
        for value in [json!(null), json!(false), json!(0), json!(""), json!([]), json!({})] {
            assert!(is_unset(Some(&value)), "{value}");
        }
        for value in [json!(true), json!(1), json!("a"), json!([0]), json!({"a": null})] {
            assert!(!is_unset(Some(&value)), "{value}");
        }
    }

    #[test]
    fn changed_entries_see_additions_changes_and_removals() {
        let old = json!({"metadata": {"labels": {"a": "1", "b": "1", "c": "1"}}});
        let new = json!({"metadata": {"labels": {"a": "1", "b": "2", "d": "1"}}});
        let keys: Vec<&str> = changed_entries(Some(&old), Some(&new), "labels")
            .into_iter()
            .map(|(key, _, _)| key)
            .collect();
        assert_eq!(keys, ["b", "d", "c"]);
    }
}
