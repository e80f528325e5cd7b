//! What a decision costs in process, and what it costs to know one thing more.
//!
//! `cargo bench --bench decide`; a word after `--` selects. Times are of one
//! thread; the allocations are counted per call.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod world;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use lessor::admission::offline::Judge;
use lessor::admission::{Endpoint, Request, wire};
use lessor::snapshot::{Change, ManagedKind, NamespaceView, Snapshot};
use serde_json::{Value, json};
use world::{MUTATE, NAMESPACE, NOW, VALIDATE, decided, mutated, pod, review, snapshot};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// The corpus, by name; as the mutating endpoint gets it.
static CORPUS: LazyLock<BTreeMap<&'static str, Vec<u8>>> = LazyLock::new(|| {
    let config = |bytes: usize| {
        json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "shop", "namespace": NAMESPACE},
            "data": {"settings": "x".repeat(bytes)}})
    };
    let secret = |value: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "session", "namespace": NAMESPACE}, "data": {"key": value}})
    };
    // Two objects of 3 MiB and a half: the largest review that is accepted.
    let (large, larger) = (config(3_600_000), config(3_600_001));
    let pod = pod();
    BTreeMap::from([
        ("pod", review("", "pods", Some(&pod), None)),
        ("deployment", review("apps", "deployments", Some(&deployment(&pod)), None)),
        ("secret-update", review("", "secrets", Some(&secret("bmV3")), Some(&secret("b2xk")))),
        ("networkpolicy", review("networking.k8s.io", "networkpolicies", Some(&policy()), None)),
        ("configmap", review("", "configmaps", Some(&config(500)), None)),
        ("configmap-1MiB", review("", "configmaps", Some(&config(1 << 20)), None)),
        ("configmap-7MiB", review("", "configmaps", Some(&larger), Some(&large))),
        ("pod-delete", review("", "pods", None, Some(&named(pod)))),
    ])
});

static SMALL: LazyLock<Snapshot> = LazyLock::new(|| snapshot(1));
static MIDDLE: LazyLock<Snapshot> = LazyLock::new(|| snapshot(100));
static LARGE: LazyLock<Snapshot> = LazyLock::new(|| snapshot(1000));

fn cases() -> Vec<&'static str> {
    CORPUS.keys().copied().collect()
}

fn named(mut pod: Value) -> Value {
    pod["metadata"]["name"] = json!("shop-6f9c8d7b5c-x7d2k");
    pod
}

fn deployment(pod: &Value) -> Value {
    let labels = json!({"app": "shop"});
    let mut spec = pod["spec"].clone();
    // What admission adds to Pods is not in a template.
    let given = |entry: &Value| entry["name"] == "kube-api-access-x7d2k";
    spec["volumes"].as_array_mut().unwrap().retain(|volume| !given(volume));
    for container in spec["containers"].as_array_mut().unwrap() {
        container["volumeMounts"].as_array_mut().unwrap().retain(|mount| !given(mount));
    }
    for key in ["tolerations", "priority", "preemptionPolicy", "enableServiceLinks"] {
        spec.as_object_mut().unwrap().remove(key);
    }
    json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "shop", "namespace": NAMESPACE, "labels": labels},
        "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "revisionHistoryLimit": 10,
            "template": {"metadata": {"labels": labels}, "spec": spec}}})
}

fn policy() -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "shop", "namespace": NAMESPACE},
        "spec": {"podSelector": {"matchLabels": {"app": "shop"}}, "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "proxy"}}}],
                "ports": [{"port": 8080, "protocol": "TCP"}]}]}})
}

/// Bytes to a request.
#[divan::bench(args = cases())]
fn parse(bencher: Bencher, case: &str) {
    let body = &CORPUS[case];
    bencher.counter(BytesCount::of_slice(body)).bench(|| wire::parse(black_box(body)).unwrap());
}

#[divan::bench(args = cases())]
fn decide_mutating(bencher: Bencher, case: &str) {
    let body = &CORPUS[case];
    decided(body, MUTATE, &LARGE);
    decision(bencher, body, MUTATE);
}

#[divan::bench(args = cases())]
fn decide_validating(bencher: Bencher, case: &str) {
    let body = mutated(&CORPUS[case], &LARGE);
    decided(&body, VALIDATE, &LARGE);
    decision(bencher, &body, VALIDATE);
}

fn decision(bencher: Bencher, body: &[u8], endpoint: Endpoint) {
    let request = wire::parse(body).unwrap();
    let mut judge = Judge::new(&LARGE, NOW);
    bencher
        .with_inputs(|| request.clone())
        .bench_local_refs(|request: &mut Request| black_box(&mut judge).decide(request, endpoint));
}

/// Bytes to bytes, dropping what was made: what a review costs beside HTTP.
#[divan::bench(args = cases())]
fn whole_mutating(bencher: Bencher, case: &str) {
    let body = &CORPUS[case];
    let mut judge = Judge::new(&LARGE, NOW);
    bencher
        .counter(BytesCount::of_slice(body))
        .bench_local(|| answered(black_box(body), MUTATE, &mut judge));
}

#[divan::bench(args = cases())]
fn whole_validating(bencher: Bencher, case: &str) {
    let body = mutated(&CORPUS[case], &LARGE);
    let mut judge = Judge::new(&LARGE, NOW);
    bencher
        .counter(BytesCount::of_slice(&body))
        .bench_local(|| answered(black_box(&body), VALIDATE, &mut judge));
}

fn answered(body: &[u8], endpoint: Endpoint, judge: &mut Judge<'_>) -> Vec<u8> {
    let mut request = wire::parse(body).unwrap();
    let decision = judge.decide(&mut request, endpoint);
    wire::answer(&request.uid, &decision)
}

/// A Pod, bytes to bytes, in clusters of 1, 100 and 1,000 tenants.
#[divan::bench(args = [1, 100, 1000])]
fn pod_by_tenants(bencher: Bencher, tenants: usize) {
    let snapshot: &Snapshot = match tenants {
        1 => &SMALL,
        100 => &MIDDLE,
        _ => &LARGE,
    };
    let mut judge = Judge::new(snapshot, NOW);
    bencher.bench_local(|| answered(black_box(&CORPUS["pod"]), MUTATE, &mut judge));
}

/// One change to a snapshot of 3,000 namespaces: a copy and the change, which is
/// what the writer does when changes come slower than it publishes.
#[divan::bench(args = ["namespace", "managed", "live-pod", "tenant"])]
fn change_of_3000_namespaces(bencher: Bencher, what: &str) {
    let change = match what {
        "namespace" => Change::Namespace(NamespaceView {
            name: NAMESPACE.to_owned(),
            uid: "another".to_owned(),
            ..NamespaceView::default()
        }),
        "managed" => Change::Managed {
            kind: ManagedKind::LimitRange,
            namespace: NAMESPACE.to_owned(),
            name: "another".to_owned(),
            exists: true,
        },
        "live-pod" => Change::LivePod {
            namespace: NAMESPACE.to_owned(),
            name: "shop-6f9c8d7b5c-x7d2k".to_owned(),
            exists: true,
        },
        _ => Change::Tenant(Box::new(LARGE.tenant("tenant-0").unwrap().tenant.clone())),
    };
    LazyLock::force(&LARGE);
    bencher.with_inputs(|| change.clone()).bench_local_values(|change| {
        let mut next = Snapshot::clone(&LARGE);
        next.apply(change);
        next
    });
}
