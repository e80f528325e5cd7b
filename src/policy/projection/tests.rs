use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::document::redact;

fn key() -> HashKey {
    HashKey::new(&[1; 16])
}

fn pod() -> Json {
    json!({"kind": "Pod", "metadata": {"name": "web", "labels": {"a": "b"}, "managedFields": [1]},
        "spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}})
}

fn secret() -> Json {
    json!({"kind": "Secret", "data": {"k": "djE="}, "stringData": {"l": 5}, "metadata": {"name": "s",
        "managedFields": [], "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"}}})
}

fn request(object: &Json, old: &Json) -> Json {
    json!({"uid": "u", "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"}, "name": "web", "namespace": "ns",
        "operation": "UPDATE", "userInfo": {"username": "ann", "groups": ["g"]}, "object": object,
        "oldObject": old, "options": {"kind": "UpdateOptions"}, "dryRun": true})
}

fn node(names: &[(&str, Node)], positions: &[(usize, Node)], each: Option<Node>) -> Node {
    let names = names.iter().map(|(name, node)| (Arc::from(*name), node.clone())).collect();
    Node::part(names, positions.iter().cloned().collect::<BTreeMap<_, _>>(), each)
}

fn at(path: &[&str], node: Node) -> Projection {
    let root = path.iter().rev().fold(node, |below, name| self::node(&[(*name, below)], &[], None));
    Projection::new(root)
}

/// What a projection leaves of a request, as JSON.
fn left(projection: &Projection, request: &Json) -> Json {
    let key = key();
    let input = Input::new(Review::of(request), None, None, &key);
    let value = projection.project(&input, &Rego::Undefined);
    serde_json::from_str(&value.to_json_str().expect("JSON")).expect("JSON")
}

fn hash(projection: &Projection, request: &Json) -> u128 {
    projection.hash(&Input::new(Review::of(request), None, None, &key()))
}

/// The envelope is what Gatekeeper's policies expect, and objects are as they
/// are shown elsewhere: without managed fields and confidential values.
#[test]
fn the_whole_input_is_the_review_redacted() {
    for object in [pod(), secret()] {
        let mut shown = object.clone();
        redact(&mut shown);
        let request = request(&object, &object);
        let (tenant, namespace) = (json!({"name": "acme"}), json!({"name": "ns", "labels": {}}));
        let key = key();
        let input = Input::new(Review::of(&request), Some(&tenant), Some(&namespace), &key);
        let value = Projection::whole().project(&input, &Rego::from(json!({"p": 1})));
        let mut review = request.clone();
        review["object"] = shown.clone();
        review["oldObject"] = shown;
        review["namespaceObject"] = Json::Null;
        let all = json!({"review": review, "tenant": tenant, "namespace": namespace, "parameters": {"p": 1}});
        assert_eq!(value, Rego::from(all));
    }
}

/// From its parts, as `admission` has them; empty parts are left out as Go does.
#[test]
fn a_review_of_parts() {
    let groups = vec!["g".to_owned()];
    let extra = BTreeMap::from([("scopes".to_owned(), vec!["a".to_owned()])]);
    let object = pod();
    let review = Review {
        uid: "u",
        operation: "DELETE",
        user: User::Parts { name: "ann", uid: "", groups: &groups, extra: Some(&extra) },
        old_object: Some(&object),
        ..Review::default()
    };
    let key = key();
    let input = Input::new(review, None, None, &key);
    let value = Projection::whole().project(&input, &Rego::new_object());
    let review = &value["review"];
    assert_eq!(review["object"], review["oldObject"]);
    assert_eq!(
        review["userInfo"],
        Rego::from(json!({"username": "ann", "groups": ["g"], "extra": {"scopes": ["a"]}}))
    );
    assert_eq!(review["kind"], Rego::from(json!({"group": "", "version": "", "kind": ""})));
    for absent in ["name", "namespace", "subResource", "dryRun"] {
        assert_eq!(review[absent], Rego::Undefined, "{absent}");
    }
    assert_eq!(value["tenant"], Rego::Undefined);
}

/// What only has to be there is null, a container that is only looked at is
/// empty, an array ends with the last element that counts.
#[test]
fn only_what_counts_is_left() {
    let request = request(&pod(), &Json::Null);
    let object =
        |node| left(&at(&["review", "object"], node), &request)["review"]["object"].clone();
    assert_eq!(object(Node::Present), Json::Null);
    assert_eq!(object(node(&[], &[], None)), json!({}));
    let spec = |containers| {
        object(node(&[("spec", node(&[("containers", containers)], &[], None))], &[], None))
    };
    assert_eq!(spec(Node::Present), json!({"spec": {"containers": null}}));
    assert_eq!(spec(node(&[], &[], None)), json!({"spec": {"containers": []}}));
    let image = node(&[("image", Node::Whole)], &[], None);
    let containers = |node| spec(node)["spec"]["containers"].clone();
    assert_eq!(
        containers(node(&[], &[], Some(image.clone()))),
        json!([{"image": "x"}, {"image": "y"}])
    );
    assert_eq!(containers(node(&[], &[(1, image.clone())], None)), json!([null, {"image": "y"}]));
    assert_eq!(
        containers(node(&[], &[(0, image.clone()), (7, image)], None)),
        json!([{"image": "x"}])
    );
    assert_eq!(containers(node(&[], &[], Some(Node::Present))), json!([null, null]));
    assert_eq!(object(node(&[("nothing", Node::Whole)], &[], None)), json!({}));
    // A name that leads to a container is no name of an array's elements.
    assert_eq!(containers(node(&[("name", Node::Whole)], &[], None)), json!([]));
}

/// Parameters are given as they are, and never hashed.
#[test]
fn parameters_are_given_whole() {
    let projection = at(&["parameters", "a"], Node::Present);
    let request = request(&pod(), &Json::Null);
    let key = key();
    let input = Input::new(Review::of(&request), None, None, &key);
    let parameters = Rego::from(json!({"a": 1, "b": [2]}));
    assert_eq!(projection.project(&input, &parameters)["parameters"], parameters);
    assert!(projection.counts("parameters") && !projection.counts("review"));
}

/// Values that a careless encoding would write alike.
#[test]
fn different_values_are_written_differently() {
    let projection =
        at(&["review", "object"], node(&[], &[], Some(node(&[], &[], Some(Node::Whole)))));
    let whole = at(&["review", "object"], Node::Whole);
    let values = [
        json!({}),
        json!([]),
        json!({"a": null}),
        json!({"a": false}),
        json!({"a": true}),
        json!({"a": 0}),
        json!({"a": 1}),
        json!({"a": -1}),
        json!({"a": 1.5}),
        json!({"a": 4609434218613702656_u64}),
        json!({"a": "1"}),
        json!({"a": ""}),
        json!({"a": []}),
        json!({"a": {}}),
        json!({"a": [[]]}),
        json!({"a": [null]}),
        json!({"a": ["", ""]}),
        json!({"a": ["ab", "c"]}),
        json!({"a": ["a", "bc"]}),
        json!({"a": ["a"], "b": "c"}),
        json!({"a": {"b": "c"}}),
        json!([["a"], "b"]),
        json!(["a", ["b"]]),
        json!([["a", "b"]]),
        json!("a"),
        json!(null),
    ];
    for projection in [projection, whole] {
        let hashes: BTreeSet<u128> =
            values.iter().map(|value| hash(&projection, &request(value, &Json::Null))).collect();
        assert_eq!(hashes.len(), values.len());
    }
}

/// A foreseeable hash could be made to collide.
#[test]
fn the_key_decides_about_the_hash() {
    let request = request(&pod(), &Json::Null);
    let (one, other) = (HashKey::new(&[1; 16]), HashKey::new(&[2; 16]));
    for projection in [Projection::whole(), at(&["review", "uid"], Node::Whole)] {
        let of =
            |key: &HashKey| projection.hash(&Input::new(Review::of(&request), None, None, key));
        assert_eq!(of(&one), of(&one.clone()));
        assert_ne!(of(&one), of(&other));
    }
    assert_eq!(format!("{one:?}"), "HashKey");
}

/// What was remembered for one policy serves another, and changes nothing.
#[test]
fn an_input_that_was_used_before_answers_the_same() {
    let (key, request) = (key(), request(&pod(), &secret()));
    let used = Input::new(Review::of(&request), None, None, &key);
    let projections = [
        Projection::whole(),
        at(&["review", "object"], Node::Whole),
        at(&["review", "object", "spec"], Node::Whole),
        at(&["review", "object", "metadata"], Node::Whole),
        at(&["review", "oldObject", "metadata"], Node::Whole),
        at(&["review", "object", "spec", "containers"], node(&[], &[(0, Node::Whole)], None)),
    ];
    for projection in projections.iter().chain(projections.iter().rev()) {
        let fresh = Input::new(Review::of(&request), None, None, &key);
        assert_eq!(projection.hash(&used), projection.hash(&fresh));
        let project = |input| projection.project(input, &Rego::Undefined);
        assert_eq!(project(&used), project(&fresh));
    }
}

fn nodes() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![Just(Node::Present), Just(Node::Whole), Just(node(&[], &[], None))];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(Arc::from);
        let names = prop::collection::btree_map(name, inner.clone(), 0..3);
        let positions = prop::collection::btree_map(0..3_usize, inner.clone(), 0..2);
        (names, positions, prop::option::of(inner))
            .prop_map(|(names, positions, each)| Node::part(names, positions, each))
    })
}

fn documents() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![Just(json!(null)), Just(json!(1)), Just(json!("x"))];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")].prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(name, inner, 0..4)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Hash and projection tell the same documents apart.
    #[test]
    fn equal_hashes_are_equal_projections(node in nodes(), one in documents(), other in documents()) {
        let projection = at(&["review", "object"], node);
        let (one, other) = (request(&one, &Json::Null), request(&other, &Json::Null));
        prop_assert_eq!(
            hash(&projection, &one) == hash(&projection, &other),
            left(&projection, &one) == left(&projection, &other)
        );
    }

    /// A union counts what each of its parts counts.
    #[test]
    fn a_union_tells_apart_what_its_parts_do(
        nodes in prop::collection::vec(nodes(), 1..4), one in documents(), other in documents()
    ) {
        let parts: Vec<Projection> =
            nodes.into_iter().map(|node| at(&["review", "object"], node)).collect();
        let union = Projection::union(&parts);
        let (one, other) = (request(&one, &Json::Null), request(&other, &Json::Null));
        if hash(&union, &one) == hash(&union, &other) {
            for part in &parts {
                prop_assert_eq!(hash(part, &one), hash(part, &other));
            }
        }
    }

    /// Joining is a union of sets: order and repetition do not show.
    #[test]
    fn joining_is_a_union(a in nodes(), b in nodes(), c in nodes()) {
        let join = |nodes: &[&Node]| {
            let mut joined = Node::Present;
            nodes.iter().for_each(|node| joined.join(node));
            joined
        };
        prop_assert_eq!(join(&[&a, &b]), join(&[&b, &a]));
        prop_assert_eq!(join(&[&a, &a]), join(&[&a]));
        let (ab, bc) = (join(&[&a, &b]), join(&[&b, &c]));
        prop_assert_eq!(join(&[&ab, &c]), join(&[&a, &bc]));
    }
}
