//! Whether an object already is what it shall be.

use serde_json::Value;

use super::object::Kind;

/// Whether every field that Lessor wants has the wanted value. Fields that
/// somebody else wrote, or the API server defaulted, do not count; lists count
/// as a whole and in order.
#[must_use]
fn satisfies(observed: &Value, wanted: &Value) -> bool {
    match (observed, wanted) {
        (Value::Object(observed), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, value)| observed.get(key).is_some_and(|found| satisfies(found, value))),
        (Value::Array(observed), Value::Array(wanted)) => {
            observed.len() == wanted.len()
                && observed.iter().zip(wanted).all(|(found, value)| satisfies(found, value))
        }
        _ => observed == wanted,
    }
}

/// Whether an observed object needs no write. The parts that grant or bound
/// something are compared exactly, because what somebody added there is drift
/// too: a peer in a policy, a label that narrows its selector, a key in a copy.
#[must_use]
pub fn is_current(kind: Kind, observed: &Value, wanted: &Value) -> bool {
    satisfies(observed, wanted)
        && exact(kind).iter().all(|field| equals(observed.get(field), wanted.get(field)))
}

/// The observed object with everything that Lessor wants put in place, and
/// nothing else left in the parts that are compared exactly. What others wrote
/// elsewhere, and the resourceVersion, stay.
#[must_use]
pub fn merged(kind: Kind, observed: &Value, wanted: &Value) -> Value {
    let mut merged = observed.clone();
    if let Some(fields) = merged.as_object_mut() {
        for field in exact(kind) {
            fields.remove(*field);
        }
    }
    overlay(&mut merged, wanted);
    merged
}

/// Top-level fields that are compared exactly.
const fn exact(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::NetworkPolicy | Kind::ResourceQuota => &["spec"],
        Kind::Secret => &["data", "type"],
        Kind::RoleBinding => &["roleRef", "subjects"],
        _ => &[],
    }
}

fn overlay(target: &mut Value, wanted: &Value) {
    if let (Some(target), Some(wanted)) = (target.as_object_mut(), wanted.as_object()) {
        for (key, value) in wanted {
            overlay(target.entry(key).or_insert(Value::Null), value);
        }
    } else {
        *target = wanted.clone();
    }
}

/// Equality in which null, an absent field and an empty list are the same.
fn equals(a: Option<&Value>, b: Option<&Value>) -> bool {
    let present = |value: Option<&'_ Value>| match value {
        Some(Value::Array(items)) => !items.is_empty(),
        Some(value) => !value.is_null(),
        None => false,
    };
    match (a, b) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            a.keys().chain(b.keys()).all(|key| equals(a.get(key), b.get(key)))
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equals(Some(a), Some(b)))
        }
        (a, b) => a == b || (!present(a) && !present(b)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_and_foreign_fields_are_not_drift() {
        let wanted = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"list": [{"port": 1}]}});
        let observed = json!({"metadata": {"labels": {"a": "b", "x": "y"}, "uid": "u"},
            "spec": {"list": [{"port": 1, "protocol": "TCP"}]}});
        assert!(is_current(Kind::LimitRange, &observed, &wanted));
    }

    #[test]
    fn a_changed_missing_or_longer_part_is_drift() {
        let wanted = json!({"spec": {"list": [{"port": 1}], "x": 1}});
        for observed in [
            json!({"spec": {"list": [{"port": 2}], "x": 1}}),
            json!({"spec": {"list": [{"port": 1}, {"port": 2}], "x": 1}}),
            json!({"spec": {"list": [{"port": 1}]}}),
        ] {
            assert!(!is_current(Kind::NetworkPolicy, &observed, &wanted), "{observed}");
        }
    }

    #[test]
    fn rules_added_to_a_policy_without_any_are_drift() {
        let wanted = json!({"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}});
        let widened = json!({"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"],
            "ingress": [{}]}});
        assert!(!is_current(Kind::NetworkPolicy, &widened, &wanted));
        let same = json!({"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"],
            "ingress": []}});
        assert!(is_current(Kind::NetworkPolicy, &same, &wanted));
    }

    #[test]
    fn a_narrowed_selector_or_a_widened_peer_is_drift() {
        let wanted =
            json!({"spec": {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]}});
        let narrowed = json!({"spec": {"podSelector": {"matchLabels": {"a": "b"}},
            "ingress": [{"from": [{"podSelector": {}}]}]}});
        let widened = json!({"spec": {"podSelector": {},
            "ingress": [{"from": [{"podSelector": {}, "namespaceSelector": {}}]}]}});
        for changed in [narrowed, widened] {
            assert!(!is_current(Kind::NetworkPolicy, &changed, &wanted), "{changed}");
        }
    }

    #[test]
    fn merging_makes_an_object_current_and_keeps_what_others_wrote() {
        let wanted = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"podSelector": {}}});
        let observed = json!({"metadata": {"labels": {"x": "y"}, "resourceVersion": "7"},
            "spec": {"podSelector": {"matchLabels": {"a": "b"}}, "ingress": [{}]}});
        let merged = merged(Kind::NetworkPolicy, &observed, &wanted);
        assert!(is_current(Kind::NetworkPolicy, &merged, &wanted));
        assert_eq!(
            merged["metadata"],
            json!({"labels": {"a": "b", "x": "y"}, "resourceVersion": "7"})
        );
        assert_eq!(merged["spec"], json!({"podSelector": {}}));
    }

    #[test]
    fn a_key_added_to_a_copy_is_drift() {
        let wanted = json!({"data": {"a": "YQ=="}});
        assert!(is_current(Kind::Secret, &json!({"data": {"a": "YQ=="}}), &wanted));
        assert!(!is_current(Kind::Secret, &json!({"data": {"a": "YQ==", "b": "Yg=="}}), &wanted));
    }
}
