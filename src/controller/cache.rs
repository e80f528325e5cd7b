//! What a watch has seen of one kind.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use kube::api::DynamicObject;
use kube::runtime::watcher::Event;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::backoff::lock;

/// Objects of one kind by namespace and name. Fields that no decision reads
/// (`managedFields`, `status`) are not kept. Objects are kept as text, a fifth of
/// the memory of a tree, and read when a pass asks for them.
#[derive(Debug)]
pub(super) struct Cache {
    api_version: String,
    kind: String,
    state: Mutex<State>,
    synced: watch::Sender<bool>,
}

type Shelf = HashMap<String, BTreeMap<String, Box<str>>>;

#[derive(Debug, Default)]
struct State {
    objects: Shelf,
    arriving: Shelf,
}

impl Cache {
    pub(super) fn new(api_version: &str, kind: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            state: Mutex::default(),
            synced: watch::Sender::new(false),
        }
    }

    /// Waits until the kind was listed once.
    pub(super) async fn synced(&self) {
        let mut receiver = self.synced.subscribe();
        // The sender lives in `self`, so the channel cannot close meanwhile.
        let _ = receiver.wait_for(|synced| *synced).await;
    }

    /// An object; the namespace is empty for cluster-scoped kinds.
    pub(super) fn get(&self, namespace: &str, name: &str) -> Option<Arc<Value>> {
        read(lock(&self.state).objects.get(namespace)?.get(name)?)
    }

    /// The objects of a namespace by name.
    pub(super) fn namespace(&self, namespace: &str) -> BTreeMap<String, Arc<Value>> {
        let state = lock(&self.state);
        let objects = state.objects.get(namespace).into_iter().flatten();
        objects.filter_map(|(name, text)| Some((name.clone(), read(text)?))).collect()
    }

    /// Takes an event of the watch; returns the objects, before and after, of
    /// every change that matters. The first listing is no change. A later one is
    /// the difference to what was known, so that nothing missed is lost.
    pub(super) fn take(&self, event: Event<DynamicObject>) -> Vec<Arc<Value>> {
        let mut state = lock(&self.state);
        match event {
            Event::Apply(object) => {
                let Some((namespace, name, object)) = self.slim(object) else {
                    return Vec::new();
                };
                let named = state.objects.entry(namespace).or_default();
                let old = named.insert(name, text(&object));
                changed(old.as_deref(), object)
            }
            Event::Delete(object) => {
                let Some((namespace, name, object)) = self.slim(object) else {
                    return Vec::new();
                };
                let Some(named) = state.objects.get_mut(&namespace) else {
                    return Vec::new();
                };
                let old = named.remove(&name);
                if named.is_empty() {
                    state.objects.remove(&namespace);
                }
                // The last state may differ from the one known: both say whose it was.
                old.as_deref().and_then(read).into_iter().chain([Arc::new(object)]).collect()
            }
            Event::Init => {
                state.arriving.clear();
                Vec::new()
            }
            Event::InitApply(object) => {
                if let Some((namespace, name, object)) = self.slim(object) {
                    state.arriving.entry(namespace).or_default().insert(name, text(&object));
                }
                Vec::new()
            }
            Event::InitDone => {
                let new = std::mem::take(&mut state.arriving);
                let old = std::mem::replace(&mut state.objects, new);
                let is_first = !self.synced.send_replace(true);
                if is_first { Vec::new() } else { difference(&old, &state.objects) }
            }
        }
    }

    fn slim(&self, object: DynamicObject) -> Option<(String, String, Value)> {
        let namespace = object.metadata.namespace.clone().unwrap_or_default();
        let name = object.metadata.name.clone()?;
        let mut value = serde_json::to_value(object).ok()?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove("status");
        }
        if let Some(metadata) = value["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
        // Items of a list carry neither.
        value["apiVersion"] = json!(self.api_version);
        value["kind"] = json!(self.kind);
        Some((namespace, name, value))
    }
}

fn text(object: &Value) -> Box<str> {
    object.to_string().into_boxed_str()
}

fn read(text: &str) -> Option<Arc<Value>> {
    serde_json::from_str(text).ok().map(Arc::new)
}

fn difference(old: &Shelf, new: &Shelf) -> Vec<Arc<Value>> {
    let find = |shelf: &'_ Shelf, namespace: &str, name: &str| {
        shelf.get(namespace).and_then(|objects| objects.get(name)).cloned()
    };
    let mut touched = Vec::new();
    for (namespace, objects) in new {
        for (name, text) in objects {
            let before = find(old, namespace, name);
            if before.as_ref() != Some(text)
                && let Ok(object) = serde_json::from_str(text)
            {
                touched.extend(changed(before.as_deref(), object));
            }
        }
    }
    for (namespace, objects) in old {
        let gone = objects.iter().filter(|(name, _)| find(new, namespace, name).is_none());
        touched.extend(gone.filter_map(|(_, text)| read(text)));
    }
    touched
}

fn changed(old: Option<&str>, new: Value) -> Vec<Arc<Value>> {
    let old = old.and_then(read);
    if old.as_ref().is_some_and(|old| is_same(old, &new)) {
        Vec::new()
    } else {
        old.into_iter().chain([Arc::new(new)]).collect()
    }
}

/// Whether two versions of an object differ in what was kept, the version aside.
fn is_same(old: &Value, new: &Value) -> bool {
    const NOISE: [&str; 2] = ["resourceVersion", "generation"];
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return old == new;
    };
    old.len() == new.len()
        && old.iter().all(|(field, value)| {
            let Some(other) = new.get(field) else { return false };
            match (field.as_str(), value.as_object(), other.as_object()) {
                ("metadata", Some(value), Some(other)) => value
                    .keys()
                    .chain(other.keys())
                    .filter(|key| !NOISE.contains(&key.as_str()))
                    .all(|key| value.get(key) == other.get(key)),
                _ => value == other,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str, version: &str, value: &str) -> DynamicObject {
        serde_json::from_value(json!({"metadata": {"name": name, "namespace": "acme",
            "resourceVersion": version, "uid": name}, "spec": {"v": value}, "status": {"used": version}}))
        .unwrap()
    }

    fn names(touched: &[Arc<Value>]) -> Vec<&str> {
        touched.iter().filter_map(|object| object["metadata"]["name"].as_str()).collect()
    }

    fn listed(cache: &Cache, objects: Vec<DynamicObject>) -> Vec<Arc<Value>> {
        cache.take(Event::Init);
        for object in objects {
            assert!(cache.take(Event::InitApply(object)).is_empty());
        }
        cache.take(Event::InitDone)
    }

    #[test]
    fn only_changes_that_matter_are_told() {
        let cache = Cache::new("v1", "ResourceQuota");
        assert!(listed(&cache, vec![object("a", "1", "x")]).is_empty());
        assert!(cache.take(Event::Apply(object("a", "2", "x"))).is_empty());
        assert_eq!(names(&cache.take(Event::Apply(object("a", "3", "y")))), ["a", "a"]);
        assert_eq!(names(&cache.take(Event::Delete(object("a", "4", "y")))), ["a", "a"]);
        assert!(cache.get("acme", "a").is_none());
    }

    #[test]
    fn a_later_listing_tells_what_was_missed() {
        let cache = Cache::new("v1", "ResourceQuota");
        listed(&cache, vec![object("kept", "1", "x"), object("gone", "1", "x")]);
        let touched = listed(&cache, vec![object("kept", "9", "x"), object("new", "1", "x")]);
        assert_eq!(names(&touched), ["new", "gone"]);
        assert_eq!(cache.get("acme", "new").unwrap()["kind"], "ResourceQuota");
        assert_eq!(cache.namespace("acme").len(), 2);
    }

    #[test]
    fn until_a_listing_is_complete_the_last_one_holds() {
        let cache = Cache::new("v1", "ResourceQuota");
        listed(&cache, vec![object("a", "1", "x")]);
        cache.take(Event::Init);
        assert!(cache.get("acme", "a").is_some());
    }
}
