//! The webhook's server over real TLS, and a client beside it, each on a thread
//! of its own, so that the server's processor time can be told from the client's.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Uri;
use axum::routing::post;
use lessor::cluster::SnapshotStore;
use lessor::telemetry::{Metrics, thread_time};
use lessor::tls::dial::{Connection, Dialer};
use lessor::tls::rotate::{ServingNames, Validity, issue};
use lessor::tls::serve::{ServeOptions, Server, serve};
use lessor::tls::{CertificateStore, ClientAuth};
use lessor::webhook::{Limits, Reviewer, floor, routes, with_limits};
use tokio::runtime::{Builder, Runtime};

const HOST: &str = "lessor-webhook.lessor-system.svc";
const SERVER_THREAD: &str = "bench-server";

/// A running server and how to reach it.
pub(crate) struct Bench {
    dialer: Dialer,
    clients: Runtime,
    /// Ends with the process.
    _server: (Runtime, Server),
}

/// One closed-loop run.
#[derive(Default)]
pub(crate) struct Run {
    /// Reviews a second, from first to last.
    pub(crate) per_second: f64,
    /// The server's processor time for one review.
    pub(crate) server_micros: f64,
    /// Median of the latencies, in microseconds.
    pub(crate) p50: f64,
    /// 99th percentile of the latencies, in microseconds.
    pub(crate) p99: f64,
}

impl Bench {
    /// Serves `store` with a log that is written and thrown away, beside
    /// `/floor`, the least that a webhook in this server could cost.
    pub(crate) fn start(store: impl FnOnce() -> SnapshotStore) -> Self {
        let log = std::fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::INFO)
            .with_writer(Mutex::new(log))
            .init();
        let names = ServingNames::for_service("lessor-webhook", "lessor-system");
        let issued = issue(&names, &Validity::DEFAULT, jiff::Timestamp::now()).unwrap();
        let certificates = Arc::new(CertificateStore::new(ClientAuth::Off));
        certificates.replace(issued.cert_pem().as_bytes(), issued.key_pem().as_bytes()).unwrap();
        let runtime = one_thread(SERVER_THREAD);
        let server = runtime.block_on(async {
            let reviewer = Reviewer::new(store(), Metrics::default(), None);
            let routes = routes(reviewer).route("/floor", post(floor));
            let router = with_limits(routes, Limits::default());
            let options = ServeOptions::new(([127, 0, 0, 1], 0).into());
            serve(options, certificates, router).await.unwrap()
        });
        let ca_pem = issued.ca_pem().as_bytes();
        Self {
            dialer: Dialer::trusting(server.address(), HOST, ca_pem).unwrap(),
            clients: one_thread("bench-client"),
            _server: (runtime, server),
        }
    }

    /// The runtime of the clients.
    pub(crate) fn clients(&self) -> &Runtime {
        &self.clients
    }

    /// Opens keep-alive connections.
    pub(crate) fn connect(&self, count: usize) -> Vec<Connection> {
        self.clients.block_on(async {
            let mut connections = Vec::new();
            for _ in 0..count {
                connections.push(self.dialer.dial().await.unwrap());
            }
            connections
        })
    }

    /// Sends the same review over every connection, one after the other, for
    /// `time`. Every answer must be `allowed`.
    pub(crate) fn run(
        &self,
        connections: &mut Vec<Connection>,
        path: &'static str,
        body: &Bytes,
        time: Duration,
    ) -> Run {
        let (began, processor) = (Instant::now(), thread_time(SERVER_THREAD));
        let tasks: Vec<_> = std::mem::take(connections)
            .into_iter()
            .map(|mut connection| {
                let body = body.clone();
                self.clients.spawn(async move {
                    let mut took = Vec::new();
                    while began.elapsed() < time {
                        let sent = Instant::now();
                        let answer = ask(&mut connection, path, body.clone()).await;
                        took.push(sent.elapsed());
                        assert!(is_allowed(&answer), "{}", String::from_utf8_lossy(&answer));
                    }
                    (connection, took)
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            let (connection, took) = self.clients.block_on(task).unwrap();
            connections.push(connection);
            all.extend(took.iter().map(|took| took.as_secs_f64() * 1e6));
        }
        let (elapsed, processor) =
            (began.elapsed(), thread_time(SERVER_THREAD).saturating_sub(processor));
        let count = f64::from(u32::try_from(all.len()).unwrap());
        Run {
            per_second: count / elapsed.as_secs_f64(),
            server_micros: processor.as_secs_f64() * 1e6 / count,
            p50: percentile(&mut all, 50),
            p99: percentile(&mut all, 99),
        }
    }
}

/// One request; the bytes of its answer, which must be 200.
pub(crate) async fn ask(connection: &mut Connection, path: &'static str, body: Bytes) -> Bytes {
    let answer = connection.post(&Uri::from_static(path), body, false).await.unwrap();
    assert_eq!(answer.status, 200, "{path}");
    answer.body
}

/// Whether an answer allows, without parsing it: the client shall be cheap.
pub(crate) fn is_allowed(answer: &[u8]) -> bool {
    const ALLOWED: &[u8] = br#""allowed":true"#;
    answer.windows(ALLOWED.len()).any(|window| window == ALLOWED)
}

/// Sorts and takes the value that so many percent are not above.
pub(crate) fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get(last * percent / 100).copied().unwrap_or(0.0)
}

fn one_thread(name: &str) -> Runtime {
    Builder::new_multi_thread().worker_threads(1).thread_name(name).enable_all().build().unwrap()
}
