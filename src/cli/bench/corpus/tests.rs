//! From files and from nothing to texts.

use std::path::Path;

use serde_json::{Value, json};

use super::files::Defaults;
use super::generate::Mix;
use super::text::written;
use super::*;
use crate::admission::{User, wire};
use crate::cli::bench::expectation::Expectation;
use crate::cli::bench::values::{Vary, Weighted};
use crate::webhook::BODY_LIMIT;

const ALL: [Vary; 3] = [Vary::Name, Vary::Labels, Vary::Images];

fn defaults() -> Defaults {
    Defaults {
        user: User { name: "jane".to_owned(), ..User::default() },
        namespace: "acme".to_owned(),
        expected: Expectation::verdict(true),
        answers: true,
    }
}

fn example(path: &str) -> Weighted {
    Weighted {
        path: Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path),
        weight: 2.0,
    }
}

fn only(sources: &[Source], path: Option<&str>, what: &[Vary]) -> Review {
    let corpus = Corpus::new(sources, path, "timeout=10s", what).unwrap();
    corpus.reviews()[0].clone()
}

#[test]
fn recorded_reviews_bring_their_answers() {
    let sources = read(&[example("reviews")], &defaults()).unwrap();
    assert!(sources.len() >= 30, "{}", sources.len());
    let named = |name: &str| sources.iter().find(|source| source.name == name).unwrap();
    let denied = named("pod-create-foreign-secret.json");
    assert_eq!(denied.endpoint.as_deref(), Some("/mutate"));
    assert_eq!(denied.expected.to_string(), "denied 403 SecretNotGranted");
    assert!((denied.weight - 2.0).abs() < 1e-9);
    assert!(!sources.iter().any(|source| source.name.contains("answer")));
    let alone = read(&[example("reviews/pod-create-foreign-secret.json")], &defaults()).unwrap();
    assert_eq!(alone[0].expected, denied.expected, "a file alone has its answer too");
    let ignored = Defaults { answers: false, ..defaults() };
    let ignored = read(&[example("reviews/pod-create-foreign-secret.json")], &ignored).unwrap();
    assert_eq!((&ignored[0].expected, &ignored[0].endpoint), (&defaults().expected, &None));
}

#[test]
fn manifests_become_reviews_with_what_they_make() {
    let sources = read(&[example("workloads/allowed/statefulset.yaml")], &defaults()).unwrap();
    let names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(
        names,
        ["statefulset.yaml", "statefulset.yaml (PersistentVolumeClaim)", "statefulset.yaml (Pod)"]
    );
    assert_eq!(sources[0].request()["userInfo"]["username"], "jane");
    let nowhere = Corpus::new(&sources, None, "timeout=1s", &[]).unwrap_err();
    assert!(nowhere.contains("give the URL a path"), "{nowhere}");
    let folder = tempfile::tempdir().unwrap();
    let empty = Weighted { path: folder.path().to_owned(), weight: 1.0 };
    let error = read(&[empty], &defaults()).unwrap_err().to_string();
    assert!(error.ends_with("holds no review"), "{error}");
}

#[test]
fn a_verdict_of_one_endpoint_is_not_expected_at_another() {
    let sources = read(&[example("reviews/pod-create-foreign-secret.json")], &defaults()).unwrap();
    for (path, target, expected) in [
        (None, "/mutate?timeout=10s", "denied 403 SecretNotGranted"),
        (Some("/mutate"), "/mutate?timeout=10s", "denied 403 SecretNotGranted"),
        (Some("/validate"), "/validate?timeout=10s", "anything"),
        (Some("/v1/admit?a=b"), "/v1/admit?a=b&timeout=10s", "denied 403 SecretNotGranted"),
    ] {
        let review = only(&sources, path, &[]);
        assert_eq!(
            (review.path.to_string(), review.expected.to_string()),
            (target.into(), expected.into())
        );
    }
}

#[test]
fn each_copy_has_its_own_uid_and_may_vary() {
    let sources = read(&[example("reviews/pod-create.json")], &defaults()).unwrap();
    let mut fresh = Fresh::default();
    let body = |review: &Review, fresh: &mut Fresh| {
        let (uid, body) = review.body(fresh);
        assert_eq!(body.len(), review.len());
        let value: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(value["request"]["uid"], uid.as_str());
        assert!(wire::parse(&body).is_ok());
        value
    };
    let same = only(&sources, None, &[]);
    let (mut one, two) = (body(&same, &mut fresh), body(&same, &mut fresh));
    assert_ne!(one["request"]["uid"], two["request"]["uid"]);
    one["request"]["uid"] = two["request"]["uid"].clone();
    assert_eq!(one, two, "nothing else differs");
    let varied = only(&sources, None, &ALL);
    assert!(varied.varied() >= 3, "{}", varied.varied());
    let (one, two) = (body(&varied, &mut fresh), body(&varied, &mut fresh));
    for pointer in
        ["/metadata/labels/load-test", "/metadata/generateName", "/spec/containers/0/image"]
    {
        let at = |review: &Value| review["request"]["object"].pointer(pointer).unwrap().clone();
        assert_ne!(at(&one), at(&two), "{pointer}");
    }
}

#[test]
fn the_uid_stands_where_an_api_server_writes_it() {
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {"extra": 1, "object": {"metadata": {"uid": "o"}}, "uid": "u", "kind": {}}});
    let text = String::from_utf8(written(&review)).unwrap();
    assert_eq!(
        text,
        r#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","kind":{},"object":{"metadata":{"uid":"o"}},"extra":1}}"#
    );
}

#[test]
fn a_generated_corpus_has_every_kind_operation_and_size() {
    let sources = generate(&Mix::default(), "acme");
    let corpus = Corpus::new(&sources, None, "timeout=10s", &ALL).unwrap();
    let sizes = || corpus.reviews().iter().map(Review::len);
    assert!(sizes().min().unwrap() < 1200, "{:?}", sizes().min());
    let largest = sizes().max().unwrap();
    assert!(largest <= BODY_LIMIT && largest > BODY_LIMIT - 8192, "{largest}");
    let has = |pointer: &str, value: &str| {
        sources.iter().any(|source| source.request().pointer(pointer) == Some(&json!(value)))
    };
    for (_, resource) in crate::isolation::pods::POD_BEARING {
        assert!(has("/resource/resource", resource), "{resource}");
    }
    for operation in ["CREATE", "UPDATE", "DELETE", "CONNECT"] {
        assert!(has("/operation", operation), "{operation}");
    }
    let total: f64 = sources.iter().map(|source| source.weight).sum();
    let denied: f64 = sources
        .iter()
        .filter(|source| source.expected.allowed == Some(false))
        .map(|source| source.weight)
        .sum();
    assert!((denied / total - 0.05).abs() < 1e-9, "{denied} of {total}");
    for source in &sources {
        assert!(wire::parse(&written(&source.review)).is_ok(), "{}", source.name);
    }
}

#[test]
fn the_validating_round_gets_what_the_mutating_one_left() {
    use base64::Engine as _;
    let sources = read(&[example("reviews/pod-create.json")], &defaults()).unwrap();
    let source = sources[0].clone();
    assert!(is_mutated(&source, "/mutate") && !is_mutated(&source, "/validate"));
    let patch = json!([{"op": "add", "path": "/metadata/labels/patched", "value": "yes"}]);
    let patch = base64::engine::general_purpose::STANDARD.encode(patch.to_string());
    let answer = json!({"response": {"uid": "u", "allowed": true, "patch": patch}}).to_string();
    let after = mutated(source.clone(), answer.as_bytes()).unwrap();
    let object = &after.request()["object"];
    assert_eq!(object["metadata"]["labels"]["patched"], "yes");
    assert_eq!(after.request()["name"], object["metadata"]["name"], "generated");
    assert_eq!((&after.expected, &after.endpoint), (&source.expected, &None));
    let denied = Source { expected: "denied=SecretNotGranted".parse().unwrap(), ..source.clone() };
    let answer = json!({"response": {"uid": "u", "allowed": false}}).to_string();
    let after = mutated(denied, answer.as_bytes()).unwrap();
    assert_eq!((after.expected.to_string(), &after.review), ("denied".to_owned(), &source.review));
    for bad in ["", "{}", r#"{"response": {"allowed": true, "patch": "?"}}"#] {
        assert!(mutated(source.clone(), bad.as_bytes()).is_err(), "{bad}");
    }
}
