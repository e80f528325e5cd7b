//! Takes confidential values out of objects before they are logged or shown.

use serde_json::Value;

/// What stands in place of a confidential value.
pub const REDACTED: &str = "[redacted]";
/// The annotation in which `kubectl apply` repeats an object.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Replaces the values of `data` and `stringData` of a Secret, and the
/// `kubectl.kubernetes.io/last-applied-configuration` annotation, which repeats
/// them. Other kinds lose only `metadata.managedFields`, which is noise.
pub fn redact(object: &mut Value) {
    let is_secret = object.get("kind").and_then(Value::as_str) == Some("Secret");
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
        if is_secret && let Some(annotations) = metadata.get_mut("annotations") {
            redact_key(annotations, LAST_APPLIED);
        }
    }
    if is_secret {
        for field in ["data", "stringData"] {
            if let Some(values) = object.get_mut(field).and_then(Value::as_object_mut) {
                for value in values.values_mut() {
                    *value = Value::from(REDACTED);
                }
            }
        }
    }
}

fn redact_key(object: &mut Value, key: &str) {
    if let Some(value) = object.get_mut(key) {
        *value = Value::from(REDACTED);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_lose_their_values_and_others_do_not() {
        let mut secret = json!({"kind": "Secret", "data": {"k": "djE="}, "metadata": {
            "managedFields": [], "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"}}});
        redact(&mut secret);
        assert_eq!(secret["data"]["k"], REDACTED);
        assert_eq!(secret["metadata"]["annotations"]["a"], "b");
        assert!(!secret.to_string().contains("djE="));
        let mut map = json!({"kind": "ConfigMap", "data": {"k": "v"}});
        redact(&mut map);
        assert_eq!(map["data"]["k"], "v");
    }
}
