//! `data.inventory`: the objects that a referential policy may look at.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::object::{Gvk, labels, name, namespace};
use super::review::go_numbers;

/// Objects by place: `namespace[ns][groupVersion][Kind][name]` and
/// `cluster[groupVersion][Kind][name]`, `groupVersion` as in `apiVersion`
/// (gatekeeper, docs/sync). Empty when nothing is synced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    namespaced: BTreeMap<String, ByKind>,
    cluster: ByKind,
}

/// Objects by group and version, kind, name.
type ByKind = BTreeMap<String, BTreeMap<String, BTreeMap<String, Value>>>;

/// Why an object cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} cannot be put into data.inventory: {message}")]
pub struct InventoryError {
    /// Name of the object.
    pub name: String,
    /// What it lacks.
    pub message: &'static str,
}

impl Inventory {
    /// Adds an object, in place of one with the same identity.
    ///
    /// # Errors
    /// An object without version or kind; a Namespace whose labels are not
    /// strings.
    pub fn add(&mut self, object: &Value) -> Result<(), InventoryError> {
        let gvk = Gvk::of(object);
        let refuse = |message| Err(InventoryError { name: name(object).to_owned(), message });
        if gvk.version.is_empty() {
            return refuse("it has no version in apiVersion");
        }
        if gvk.kind.is_empty() {
            return refuse("it has no kind");
        }
        let has_labels = object.pointer("/metadata/labels").is_some_and(|value| !value.is_null());
        if gvk.is_namespace() && has_labels && labels(object).is_none() {
            return refuse("its labels are not all strings");
        }
        let mut kept = object.clone();
        go_numbers(&mut kept);
        let place = match namespace(object) {
            "" => &mut self.cluster,
            namespace => self.namespaced.entry(namespace.to_owned()).or_default(),
        };
        let kinds = place.entry(gvk.api_version()).or_default();
        kinds.entry(gvk.kind.to_owned()).or_default().insert(name(object).to_owned(), kept);
        Ok(())
    }

    /// The Namespace object of this name, if it was added.
    #[must_use]
    pub fn namespace(&self, name: &str) -> Option<&Value> {
        self.cluster.get("v1")?.get("Namespace")?.get(name)
    }

    /// The document that Rego sees as `data`: `{"inventory": …}`.
    #[must_use]
    pub fn data(&self) -> Value {
        let mut inventory = Map::new();
        if !self.namespaced.is_empty() {
            let kinds = |(namespace, kinds): (&String, _)| (namespace.clone(), document(kinds));
            let namespaced = self.namespaced.iter().map(kinds).collect();
            inventory.insert("namespace".to_owned(), Value::Object(namespaced));
        }
        if !self.cluster.is_empty() {
            inventory.insert("cluster".to_owned(), document(&self.cluster));
        }
        Value::Object(Map::from_iter([("inventory".to_owned(), Value::Object(inventory))]))
    }
}

fn document(kinds: &ByKind) -> Value {
    fn object<'a, T: 'a>(
        entries: &'a BTreeMap<String, T>,
        value: impl Fn(&'a T) -> Value,
    ) -> Value {
        Value::Object(entries.iter().map(|(key, inner)| (key.clone(), value(inner))).collect())
    }
    object(kinds, |kinds| object(kinds, |names| object(names, Value::clone)))
}
