//! What a tenant sees, and that changes one by one end where all at once end.

use serde_json::json;

use super::*;
use crate::policy::from_rego;

fn asked() -> PolicyInventory {
    serde_json::from_value(json!({
        "kinds": [{"group": "networking.k8s.io", "version": "v1", "kind": "Ingress",
            "fields": ["spec.rules"]}],
        "indexes": [{"kind": "Ingress", "path": "spec.rules[].host", "as": "hosts"}]
    }))
    .unwrap()
}

fn ingress(namespace: &str, name: &str, hosts: &[&str]) -> Value {
    let rules: Vec<_> = hosts.iter().map(|host| json!({"host": host})).collect();
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": name, "namespace": namespace, "labels": {"a": "b"}},
        "spec": {"rules": rules, "tls": [1]}})
}

struct World(Inventory, KindKey);

impl World {
    fn new() -> Self {
        let mut inventory = Inventory::default();
        inventory.want(Wanted::of([&asked()]));
        inventory.assign("acme", Some("acme"));
        inventory.assign("acme-dev", Some("acme"));
        inventory.assign("globex", Some("globex"));
        Self(inventory, KindKey::of(&asked().kinds[0]))
    }

    fn put(&mut self, namespace: &str, name: &str, hosts: &[&str]) {
        let fields = &self.0.wanted().kinds[&self.1];
        let kept = kept_fields(&ingress(namespace, name, hosts), fields);
        self.0.put(&self.1.clone(), namespace, name, &kept);
    }

    fn data(&self, tenant: &str) -> Value {
        from_rego(&self.0.data(tenant, &asked()).document)
    }

    fn hosts(&self, tenant: &str) -> Value {
        self.data(tenant)["inventory"]["index"]["hosts"].clone()
    }
}

#[test]
fn a_tenant_sees_its_own_objects_and_their_fields() {
    let mut world = World::new();
    world.put("acme", "web", &["a.example.com"]);
    world.put("globex", "web", &["g.example.com"]);
    world.put("nobody", "web", &["n.example.com"]);
    assert_eq!(
        world.data("acme"),
        json!({"inventory": {"cluster": {},
            "index": {"hosts": {"a.example.com": [{"namespace": "acme", "name": "web"}]}},
            "namespace": {"acme": {"networking.k8s.io/v1": {"Ingress": {"web": {
                "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                "metadata": {"name": "web", "namespace": "acme"},
                "spec": {"rules": [{"host": "a.example.com"}]}}}}}}}})
    );
    assert_eq!(world.data("initech"), json!({"inventory": {}}));
}

#[test]
fn look_ups_follow_every_change() {
    let mut world = World::new();
    world.put("acme", "web", &["a", "b"]);
    world.put("acme-dev", "web", &["b"]);
    let of = |namespace: &str| json!({"namespace": namespace, "name": "web"});
    assert_eq!(world.hosts("acme"), json!({"a": [of("acme")], "b": [of("acme"), of("acme-dev")]}));
    world.put("acme", "web", &["c"]);
    assert_eq!(world.hosts("acme"), json!({"b": [of("acme-dev")], "c": [of("acme")]}));
    let before = world.0.clone();
    world.0.remove(&world.1.clone(), "acme-dev", "web");
    assert_eq!(world.hosts("acme"), json!({"c": [of("acme")]}));
    let older = from_rego(&before.data("acme", &asked()).document);
    assert!(older["inventory"]["index"]["hosts"].get("b").is_some(), "a copy changed");
    assert_ne!(before.data("acme", &asked()).epoch, world.0.data("acme", &asked()).epoch);
}

#[test]
fn a_namespace_takes_its_objects_along() {
    let mut world = World::new();
    world.put("acme-dev", "web", &["a"]);
    world.0.assign("acme-dev", Some("globex"));
    assert_eq!(world.hosts("acme"), json!(null));
    assert!(world.hosts("globex").get("a").is_some());
    world.0.assign("acme-dev", None);
    assert_eq!(world.hosts("globex"), json!(null));
}

#[test]
fn look_ups_that_are_asked_for_later_find_what_is_there() {
    let mut world = World::new();
    let mut plain = asked();
    plain.indexes.clear();
    world.0.want(Wanted::of([&plain]));
    world.put("acme", "web", &["a"]);
    assert_eq!(world.hosts("acme"), json!({}));
    world.0.want(Wanted::of([&asked()]));
    assert!(world.hosts("acme").get("a").is_some());
    world.0.synced(&world.1.clone());
    assert_eq!(world.0.lacks(&asked()), None);
    world.0.want(Wanted::default());
    assert!(world.0.lacks(&asked()).is_some(), "a kind that nobody watches is not synced");
    assert_eq!(world.data("acme"), json!({"inventory": {}}));
}

#[test]
fn changes_one_by_one_give_what_all_at_once_give() {
    let mut world = World::new();
    for step in 0..200_usize {
        let namespace = ["acme", "acme-dev", "globex"][step % 3];
        let name = ["a", "b", "c", "d"][step * 7 % 4];
        let host = ["x", "y", "z"][step * 5 % 3];
        if step % 5 == 4 {
            world.0.remove(&world.1.clone(), namespace, name);
        } else {
            world.put(namespace, name, &[host, "same"]);
        }
    }
    let mut again = world.0.clone();
    again.rebuild_all();
    for tenant in ["acme", "globex"] {
        let one = world.data(tenant);
        assert_eq!(
            one["inventory"]["index"],
            from_rego(&again.data(tenant, &asked()).document)["inventory"]["index"]
        );
    }
}
