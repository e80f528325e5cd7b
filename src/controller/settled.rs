//! Objects that were applied and still read differently.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Mutex;

use serde_json::Value;

use super::backoff::lock;
use crate::provision::{Object, ObjectKey};

/// Remembers, for objects that the API server stores in another spelling than
/// they were applied in, what was applied and what was read back: as long as
/// both stay the same, applying again would change nothing.
#[derive(Debug, Default)]
pub(super) struct Settled(Mutex<HashMap<ObjectKey, (u64, u64)>>);

impl Settled {
    /// Whether applying `wanted` was already seen to end in `observed`.
    pub(super) fn knows(&self, wanted: &Object, observed: &Value) -> bool {
        lock(&self.0).get(&wanted.key) == Some(&fingerprint(wanted, observed))
    }

    /// Remembers what applying `wanted` ended in.
    pub(super) fn remember(&self, wanted: &Object, observed: &Value) {
        lock(&self.0).insert(wanted.key.clone(), fingerprint(wanted, observed));
    }

    /// Forgets an object that is as wanted, or gone.
    pub(super) fn forget(&self, key: &ObjectKey) {
        lock(&self.0).remove(key);
    }
}

fn fingerprint(wanted: &Object, observed: &Value) -> (u64, u64) {
    let mut hasher = DefaultHasher::new();
    for (field, value) in observed.as_object().into_iter().flatten() {
        match field.as_str() {
            "status" | "apiVersion" | "kind" => {}
            "metadata" => {
                (field, value["labels"].to_string(), value["annotations"].to_string())
                    .hash(&mut hasher);
            }
            _ => (field, value.to_string()).hash(&mut hasher),
        }
    }
    let mut of_wanted = DefaultHasher::new();
    wanted.body.to_string().hash(&mut of_wanted);
    (of_wanted.finish(), hasher.finish())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provision::Kind;

    #[test]
    fn only_the_same_wish_with_the_same_outcome_is_settled() {
        let wanted = |value: &str| Object {
            key: ObjectKey::new(Kind::LimitRange, "acme", "lessor-limits"),
            body: json!({"spec": {"v": value}}),
        };
        let read = |value: &str, version: &str| json!({"metadata": {"resourceVersion": version}, "spec": {"v": value}, "status": version});
        let settled = Settled::default();
        assert!(!settled.knows(&wanted("1000m"), &read("1", "7")));
        settled.remember(&wanted("1000m"), &read("1", "7"));
        assert!(settled.knows(&wanted("1000m"), &read("1", "8")));
        assert!(!settled.knows(&wanted("1000m"), &read("2", "8")));
        assert!(!settled.knows(&wanted("2"), &read("1", "8")));
        settled.forget(&wanted("1").key);
        assert!(!settled.knows(&wanted("1000m"), &read("1", "8")));
    }
}
