//! Objects of tenants that policies read as `data.inventory`.
//!
//! One writer keeps it true; a copy shares all that did not change. What a
//! policy sees is the tenant's own: other tenants' objects are not in the
//! document that its Rego is handed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use regorus::Value as Rego;
use serde_json::{Map, Value};

use super::convert::to_rego;
use crate::api::{InventoryIndex, InventoryKind, PolicyInventory};
use crate::document::FieldPath;

/// A kind of objects: group, version and kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindKey {
    /// API group; empty for the core group.
    pub group: String,
    /// API version, such as `v1`.
    pub version: String,
    /// Kind, such as `Ingress`.
    pub kind: String,
}

impl KindKey {
    /// The kind that a policy asks for.
    #[must_use]
    pub fn of(kept: &InventoryKind) -> Self {
        Self { group: kept.group.clone(), version: kept.version.clone(), kind: kept.kind.clone() }
    }

    /// `apiVersion` of its objects: the key of Gatekeeper's layout.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

/// Which kinds policies ask for, with the fields and look-ups they ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Fields by kind; `*` alone is the whole object.
    pub kinds: BTreeMap<KindKey, BTreeSet<String>>,
    /// Look-ups by kind.
    pub paths: BTreeSet<(KindKey, FieldPath)>,
}

impl Wanted {
    /// What these policies ask for together.
    pub fn of<'a>(policies: impl IntoIterator<Item = &'a PolicyInventory>) -> Self {
        let mut wanted = Self::default();
        for inventory in policies {
            for kept in &inventory.kinds {
                let fields = wanted.kinds.entry(KindKey::of(kept)).or_default();
                fields.extend(kept.fields.iter().cloned());
            }
            for index in &inventory.indexes {
                if let Some((kind, path)) = resolved(inventory, index) {
                    wanted.kinds.entry(kind.clone()).or_default().insert(index.path.clone());
                    wanted.paths.insert((kind, path));
                }
            }
        }
        wanted
    }
}

fn resolved(inventory: &PolicyInventory, index: &InventoryIndex) -> Option<(KindKey, FieldPath)> {
    Some((KindKey::of(inventory.kind(index)?), FieldPath::parse(&index.path).ok()?))
}

/// Namespace, name and object by kind.
type Objects = BTreeMap<KindKey, Arc<BTreeMap<String, Arc<Kept>>>>;

/// An object as it is kept.
#[derive(Debug)]
struct Kept {
    rego: Rego,
    /// What its look-ups find it by, by position in [`Inventory::paths`].
    values: Vec<Vec<Rego>>,
}

/// What one tenant has.
#[derive(Clone, Debug, Default)]
struct TenantObjects {
    /// `{namespace: {groupVersion: {Kind: {name: object}}}}`.
    namespaces: Option<Rego>,
    /// By look-up: `{value: [{namespace, name}]}`.
    indexes: BTreeMap<(KindKey, FieldPath), Rego>,
    /// Raised by every change.
    epoch: u64,
}

/// The objects of all tenants.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    wanted: Arc<Wanted>,
    paths: Arc<Vec<(KindKey, FieldPath)>>,
    synced: Arc<BTreeSet<KindKey>>,
    objects: Arc<HashMap<String, Objects>>,
    owners: Arc<HashMap<String, Arc<str>>>,
    tenants: Arc<HashMap<Arc<str>, TenantObjects>>,
    epochs: u64,
}

/// What a policy reads as `data`, and which version of it.
#[derive(Clone, Debug)]
pub struct Data {
    /// `{"inventory": …}`.
    pub document: Rego,
    /// Changes with the document.
    pub epoch: u64,
}

impl Data {
    /// An empty inventory.
    #[must_use]
    pub fn empty() -> Self {
        Self { document: object([("inventory", object([]))]), epoch: 0 }
    }
}

impl Inventory {
    /// What is asked for. Objects that are kept already stay; kinds that nobody
    /// asks for any more go.
    pub fn want(&mut self, wanted: Wanted) {
        if *self.wanted == wanted {
            return;
        }
        let gone: Vec<KindKey> =
            self.wanted.kinds.keys().filter(|k| !wanted.kinds.contains_key(k)).cloned().collect();
        for kind in gone {
            self.forget(&kind);
        }
        self.paths = Arc::new(wanted.paths.iter().cloned().collect());
        self.wanted = Arc::new(wanted);
        let paths = self.paths.clone();
        for kinds in Arc::make_mut(&mut self.objects).values_mut() {
            for (kind, objects) in kinds {
                let again = objects
                    .iter()
                    .map(|(name, kept)| (name.clone(), Arc::new(kept.indexed_again(kind, &paths))));
                *objects = Arc::new(again.collect());
            }
        }
        self.rebuild_all();
    }

    /// What is asked for now.
    #[must_use]
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Every object of the kind that there is has been put.
    pub fn synced(&mut self, kind: &KindKey) {
        Arc::make_mut(&mut self.synced).insert(kind.clone());
    }

    /// The first kind that the policy reads and that is not there yet.
    #[must_use]
    pub fn lacks<'a>(&self, inventory: &'a PolicyInventory) -> Option<&'a InventoryKind> {
        inventory.kinds.iter().find(|kept| !self.synced.contains(&KindKey::of(kept)))
    }

    /// Drops a kind: it is not synced any more.
    pub fn forget(&mut self, kind: &KindKey) {
        Arc::make_mut(&mut self.synced).remove(kind);
        for kinds in Arc::make_mut(&mut self.objects).values_mut() {
            kinds.remove(kind);
        }
        self.rebuild_all();
    }

    /// An object exists like this. It holds no more than the fields asked for
    /// (see [`kept_fields`]).
    pub fn put(&mut self, kind: &KindKey, namespace: &str, name: &str, document: &Value) {
        let kept = Arc::new(Kept::of(kind, document, &self.paths));
        let kinds = Arc::make_mut(&mut self.objects).entry(namespace.to_owned()).or_default();
        let before = Arc::make_mut(kinds.entry(kind.clone()).or_default())
            .insert(name.to_owned(), kept.clone());
        self.change(kind, namespace, name, before.as_deref(), Some(&kept));
    }

    /// No object of this name exists.
    pub fn remove(&mut self, kind: &KindKey, namespace: &str, name: &str) {
        let Some(kinds) = Arc::make_mut(&mut self.objects).get_mut(namespace) else { return };
        let Some(objects) = kinds.get_mut(kind) else { return };
        let before = Arc::make_mut(objects).remove(name);
        if let Some(before) = before {
            self.change(kind, namespace, name, Some(&before), None);
        }
    }

    /// Whose a namespace is; `None` when it is nobody's.
    pub fn assign(&mut self, namespace: &str, tenant: Option<&str>) {
        let before = self.owners.get(namespace).cloned();
        if before.as_deref() == tenant {
            return;
        }
        let owners = Arc::make_mut(&mut self.owners);
        match tenant {
            Some(tenant) => owners.insert(namespace.to_owned(), tenant.into()),
            None => owners.remove(namespace),
        };
        for tenant in before.as_deref().into_iter().chain(tenant) {
            self.rebuild(tenant);
        }
    }

    /// What a policy reads when the request is about this tenant.
    #[must_use]
    pub fn data(&self, tenant: &str, inventory: &PolicyInventory) -> Data {
        let Some(own) = self.tenants.get(tenant) else { return Data::empty() };
        let mut indexes = BTreeMap::new();
        for index in &inventory.indexes {
            let found = resolved(inventory, index).and_then(|key| own.indexes.get(&key).cloned());
            indexes.insert(key(&index.name), found.unwrap_or_else(|| object([])));
        }
        let document = object([(
            "inventory",
            object([
                ("cluster", object([])),
                ("index", Rego::from(indexes)),
                ("namespace", own.namespaces.clone().unwrap_or_else(|| object([]))),
            ]),
        )]);
        Data { document, epoch: own.epoch }
    }

    fn change(
        &mut self,
        kind: &KindKey,
        namespace: &str,
        name: &str,
        before: Option<&Kept>,
        after: Option<&Kept>,
    ) {
        let Some(tenant) = self.owners.get(namespace).cloned() else { return };
        self.epochs += 1;
        let own = Arc::make_mut(&mut self.tenants).entry(tenant).or_default();
        own.epoch = self.epochs;
        own.put(kind, namespace, name, after);
        for (i, (of, path)) in self.paths.iter().enumerate() {
            if of == kind {
                let index =
                    own.indexes.entry((of.clone(), path.clone())).or_insert_with(|| object([]));
                let place =
                    object([("name", Rego::from(name)), ("namespace", Rego::from(namespace))]);
                for value in before.into_iter().flat_map(|kept| &kept.values[i]) {
                    unlist(index, value, &place);
                }
                for value in after.into_iter().flat_map(|kept| &kept.values[i]) {
                    list(index, value, &place);
                }
            }
        }
    }

    fn rebuild_all(&mut self) {
        let tenants: BTreeSet<Arc<str>> = self.owners.values().cloned().collect();
        self.tenants = Arc::default();
        for tenant in tenants {
            self.rebuild(&tenant);
        }
    }

    fn rebuild(&mut self, tenant: &str) {
        Arc::make_mut(&mut self.tenants).remove(tenant);
        let objects = self.objects.clone();
        let owned: Vec<String> = self
            .owners
            .iter()
            .filter(|(_, owner)| ***owner == *tenant)
            .map(|(namespace, _)| namespace.clone())
            .collect();
        for namespace in owned {
            for (kind, objects) in objects.get(&namespace).into_iter().flatten() {
                for (name, kept) in objects.iter() {
                    self.change(kind, &namespace, name, None, Some(kept));
                }
            }
        }
    }
}

impl TenantObjects {
    fn put(&mut self, kind: &KindKey, namespace: &str, name: &str, after: Option<&Kept>) {
        let mut at = self.namespaces.get_or_insert_with(|| object([]));
        for step in [namespace, &kind.api_version(), &kind.kind] {
            let Ok(fields) = at.as_object_mut() else { return };
            at = fields.get_or_insert_with(key(step), || object([]));
        }
        let Ok(fields) = at.as_object_mut() else { return };
        match after {
            Some(kept) => fields.insert(key(name), kept.rego.clone()),
            None => fields.remove(&key(name)),
        };
    }
}

impl Kept {
    fn of(kind: &KindKey, document: &Value, paths: &[(KindKey, FieldPath)]) -> Self {
        let values = paths.iter().map(|(of, path)| {
            let mut found = Vec::new();
            if of == kind {
                path.visit(document, &mut |value| found.push(to_rego(value)));
            }
            found.sort();
            found.dedup();
            found
        });
        Self { values: values.collect(), rego: to_rego(document) }
    }

    fn indexed_again(&self, kind: &KindKey, paths: &[(KindKey, FieldPath)]) -> Self {
        Self::of(kind, &super::convert::from_rego(&self.rego), paths)
    }
}

/// The fields of an object that are asked for: `metadata.name` and
/// `metadata.namespace` always, the object as it is where `*` is asked for.
#[must_use]
pub fn kept_fields(document: &Value, fields: &BTreeSet<String>) -> Value {
    if fields.contains("*") {
        return document.clone();
    }
    let mut kept = Value::Object(Map::new());
    let always = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];
    for field in always.into_iter().chain(fields.iter().map(String::as_str)) {
        if let Ok(path) = FieldPath::parse(field) {
            let tokens: Vec<&str> = path.names().collect();
            copy(document, &tokens, &mut kept);
        }
    }
    kept
}

/// Copies the value at the tokens, with the objects it is in.
fn copy(from: &Value, tokens: &[&str], to: &mut Value) {
    let [token, rest @ ..] = tokens else {
        from.clone_into(to);
        return;
    };
    if let (Some(value), Value::Object(fields)) = (from.get(token), to) {
        let field = fields.entry(*token).or_insert_with(|| Value::Object(Map::new()));
        copy(value, rest, field);
    }
}

/// Adds a place to those that have the value, which stay sorted.
fn list(index: &mut Rego, value: &Rego, place: &Rego) {
    let Ok(fields) = index.as_object_mut() else { return };
    let places = fields.get_or_insert_with(value.clone(), Rego::new_array);
    let mut listed = places.as_array().map(regorus::value::Array::to_vec).unwrap_or_default();
    if let Err(at) = listed.binary_search(place) {
        listed.insert(at, place.clone());
        *places = Rego::from(listed);
    }
}

/// Takes a place away from those that have the value.
fn unlist(index: &mut Rego, value: &Rego, place: &Rego) {
    let Ok(fields) = index.as_object_mut() else { return };
    let Some(places) = fields.get_mut(value) else { return };
    let mut listed = places.as_array().map(regorus::value::Array::to_vec).unwrap_or_default();
    listed.retain(|listed| listed != place);
    if listed.is_empty() {
        fields.remove(value);
    } else {
        *places = Rego::from(listed);
    }
}

fn key(text: &str) -> Rego {
    Rego::from(text)
}

fn object<const N: usize>(fields: [(&str, Rego); N]) -> Rego {
    Rego::from(
        fields.into_iter().map(|(name, value)| (key(name), value)).collect::<BTreeMap<_, _>>(),
    )
}

#[cfg(test)]
mod tests;
