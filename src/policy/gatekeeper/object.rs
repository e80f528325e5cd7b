//! Identity and labels of an object, read as Gatekeeper reads them.
//!
//! Gatekeeper works on apimachinery's `unstructured.Unstructured`: a field of
//! the wrong type counts as absent, and a label map in which one value is not a
//! string has no labels at all (`NestedStringMap`).

use serde_json::{Map, Value};

/// Group, version and kind of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Gvk<'a> {
    /// API group; empty for the core group.
    pub(super) group: &'a str,
    /// Version.
    pub(super) version: &'a str,
    /// Kind.
    pub(super) kind: &'a str,
}

impl<'a> Gvk<'a> {
    /// What the object says of itself. An `apiVersion` with more than one
    /// slash leaves all three empty (`schema.ParseGroupVersion`).
    pub(super) fn of(object: &'a Value) -> Self {
        let api_version = text(object, "apiVersion");
        let kind = text(object, "kind");
        match api_version.split_once('/') {
            None => Self { group: "", version: api_version, kind },
            Some((_, version)) if version.contains('/') => Self::default(),
            Some((group, version)) => Self { group, version, kind },
        }
    }

    /// Whether this is the core kind Namespace, of whatever version.
    pub(super) fn is_namespace(&self) -> bool {
        self.kind == "Namespace" && self.group.is_empty()
    }

    /// `apiVersion` of the object: `apps/v1`, `v1`.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn metadata<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get("metadata").map_or("", |metadata| text(metadata, key))
}

/// `metadata.name`; empty when absent.
pub(super) fn name(object: &Value) -> &str {
    metadata(object, "name")
}

/// `metadata.namespace`; empty when absent.
pub(super) fn namespace(object: &Value) -> &str {
    metadata(object, "namespace")
}

/// `metadata.generateName`; empty when absent.
pub(super) fn generate_name(object: &Value) -> &str {
    metadata(object, "generateName")
}

/// `metadata.labels`, if every value is a string.
pub(super) fn labels(object: &Value) -> Option<&Map<String, Value>> {
    let labels = object.get("metadata")?.get("labels")?.as_object()?;
    labels.values().all(Value::is_string).then_some(labels)
}
