//! What a review costs over real TLS, beside the least that any webhook in this
//! server could cost, and what one tenant's waiting Pods cost another tenant.
//!
//! `cargo bench --bench floor`, about a minute. Server and client have one
//! thread each and share the machine, so read the ratios: every figure is set
//! beside the floor of the same run, in interleaved blocks. The loop is closed:
//! latencies are those of a client that waits for its answer.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

mod load;
mod world;

use std::time::Duration;

use axum::body::Bytes;
use lessor::cluster::SnapshotStore;
use lessor::names;
use lessor::snapshot::{Change, ManagedKind};
use load::{Bench, Run, ask, is_allowed, percentile};
use world::{MUTATE, NAMESPACE, VALIDATE, decided, mutated, pod, review, snapshot};

/// Tenants of the cluster; each has three namespaces.
const TENANTS: usize = 1000;
/// Blocks of each kind, interleaved.
const BLOCKS: usize = 5;
const BLOCK: Duration = Duration::from_millis(800);
/// Pods of one tenant that wait at the gate, each on a connection of its own.
const GATED: usize = 200;
/// A namespace of another tenant that lost its NetworkPolicy.
const NOT_ISOLATED: &str = "tenant-1-web";

fn main() {
    let snapshot = snapshot(TENANTS);
    let body = review("", "pods", Some(&pod()), None);
    let judged = mutated(&body, &snapshot);
    decided(&body, MUTATE, &snapshot);
    decided(&judged, VALIDATE, &snapshot);
    let (body, judged) = (Bytes::from(body), Bytes::from(judged));
    let bench = Bench::start(|| {
        let (store, changes) = SnapshotStore::followed(snapshot);
        tokio::spawn(busy_cluster(changes));
        store
    });
    println!("{TENANTS} tenants, a Pod of three containers, {} bytes\n", body.len());
    for connections in [1, 16] {
        against_the_floor(&bench, connections, &body, &judged);
    }
    gate(&bench, &body);
}

/// Ten changes a second, so that snapshots are published meanwhile; the first
/// takes the isolation of one namespace away.
async fn busy_cluster(changes: lessor::cluster::ChangeSender) {
    let mut change = Change::Managed {
        kind: ManagedKind::NetworkPolicy,
        namespace: NOT_ISOLATED.to_owned(),
        name: names::DEFAULT_DENY_POLICY.to_owned(),
        exists: false,
    };
    for number in 0_u64.. {
        if changes.send(change).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        change = Change::LivePod {
            namespace: "tenant-2-web".to_owned(),
            name: "worker".to_owned(),
            exists: number % 2 == 0,
        };
    }
}

fn against_the_floor(bench: &Bench, connections: usize, body: &Bytes, judged: &Bytes) {
    let mut pool = bench.connect(connections);
    let kinds = [("/floor", body), ("/mutate", body), ("/validate", judged)];
    let mut runs: [Vec<Run>; 3] = Default::default();
    for (path, body) in kinds {
        bench.run(&mut pool, path, body, BLOCK / 4);
    }
    for _ in 0..BLOCKS {
        for ((path, body), runs) in kinds.iter().zip(&mut runs) {
            runs.push(bench.run(&mut pool, path, body, BLOCK));
        }
    }
    println!("{connections} connections, median of {BLOCKS} blocks (least to most)\n");
    println!(
        "| path | reviews/s | server CPU µs/review | p50 µs | p99 µs | reviews/s to the floor |"
    );
    println!("|---|---|---|---|---|---|");
    let floor = median(&runs[0], |run| run.per_second);
    for ((path, _), runs) in kinds.iter().zip(&runs) {
        println!(
            "| {path} | {} | {} | {} | {} | {:.2} |",
            spread(runs, |run| run.per_second),
            spread(runs, |run| run.server_micros),
            spread(runs, |run| run.p50),
            spread(runs, |run| run.p99),
            median(runs, |run| run.per_second) / floor
        );
    }
    println!();
}

/// Measures another tenant's reviews, in turns without and with the gated Pods.
/// A Pod that was turned away comes again after the second that it is told.
fn gate(bench: &Bench, body: &Bytes) {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let gated = Bytes::from(text.replace(NAMESPACE, NOT_ISOLATED));
    let mut pool = bench.connect(4);
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..BLOCKS {
        alone.push(bench.run(&mut pool, "/mutate", body, BLOCK));
        let waiting: Vec<_> = bench
            .connect(GATED)
            .into_iter()
            .map(|mut sender| {
                let gated = gated.clone();
                bench.clients().spawn(async move {
                    loop {
                        let answer = ask(&mut sender, "/mutate?timeout=5s", gated.clone()).await;
                        assert!(!is_allowed(&answer), "a gated Pod got through");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                })
            })
            .collect();
        bench.clients().block_on(async { tokio::time::sleep(Duration::from_millis(200)).await });
        beside.push(bench.run(&mut pool, "/mutate", body, BLOCK));
        assert!(waiting.iter().all(|task| !task.is_finished()), "a gated Pod ended");
        for task in waiting {
            task.abort();
        }
    }
    println!("4 connections of one tenant, beside {GATED} gated Pods of another\n");
    println!("| gated Pods | reviews/s | p50 µs | p99 µs |\n|---|---|---|---|");
    for (count, runs) in [(0, &alone), (GATED, &beside)] {
        println!(
            "| {count} | {} | {} | {} |",
            spread(runs, |run| run.per_second),
            spread(runs, |run| run.p50),
            spread(runs, |run| run.p99)
        );
    }
    let ratio = median(&beside, |run| run.p99) / median(&alone, |run| run.p99);
    println!("\np99 with to without: {ratio:.2}");
}

fn median(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    percentile(&mut runs.iter().map(of).collect::<Vec<_>>(), 50)
}

fn spread(runs: &[Run], of: impl Fn(&Run) -> f64) -> String {
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    let median = percentile(&mut values, 50);
    format!("{median:.0} ({:.0} to {:.0})", values[0], values[values.len() - 1])
}
