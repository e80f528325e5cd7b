//! The webhook's server over real TLS, and a client beside it, each on a thread
//! of its own, so that the server's processor time can be told from the client's.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::routing::post;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use lessor::cluster::SnapshotStore;
use lessor::policy::EvaluatorOptions;
use lessor::telemetry::Metrics;
use lessor::tls::rotate::{ServingNames, Validity, issue};
use lessor::tls::serve::{ServeOptions, Server, serve};
use lessor::tls::{CertificateStore, ClientAuth};
use lessor::webhook::{Limits, Reviewer, routes, with_limits};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsConnector;

const HOST: &str = "lessor-webhook.lessor-system.svc";
const SERVER_THREAD: &str = "bench-server";
/// What every review is answered with that nobody looks at.
const FLOOR: &str = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"7b6c2a1e-5a43-4f39-9a7e-0f2e6d1c9a55","allowed":true}}"#;

/// A running server and how to reach it.
pub(crate) struct Bench {
    address: SocketAddr,
    tls: TlsConnector,
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
    /// `/floor`, which answers `allowed` without looking at the body and is
    /// otherwise the same: same server, same limits.
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
            let reviewer =
                Reviewer::new(store(), Metrics::default(), None, EvaluatorOptions::default());
            let floor = post(|body: Bytes| async move {
                drop(body);
                ([(axum::http::header::CONTENT_TYPE, "application/json")], FLOOR)
            });
            let router = with_limits(routes(reviewer).route("/floor", floor), Limits::default());
            let options = ServeOptions::new(([127, 0, 0, 1], 0).into());
            serve(options, certificates, router).await.unwrap()
        });
        Self {
            address: server.address(),
            tls: client(issued.ca_pem()),
            clients: one_thread("bench-client"),
            _server: (runtime, server),
        }
    }

    /// The runtime of the clients.
    pub(crate) fn clients(&self) -> &Runtime {
        &self.clients
    }

    /// Opens keep-alive connections.
    pub(crate) fn connect(&self, count: usize) -> Vec<SendRequest<Full<Bytes>>> {
        self.clients.block_on(async {
            let mut senders = Vec::new();
            for _ in 0..count {
                let stream = TcpStream::connect(self.address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let name = ServerName::try_from(HOST).unwrap();
                let stream = self.tls.connect(name, stream).await.unwrap();
                let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
                tokio::spawn(connection);
                senders.push(sender);
            }
            senders
        })
    }

    /// Sends the same review over every connection, one after the other, for
    /// `time`. Every answer must be `allowed`.
    pub(crate) fn run(
        &self,
        connections: &mut Vec<SendRequest<Full<Bytes>>>,
        path: &'static str,
        body: &Bytes,
        time: Duration,
    ) -> Run {
        let (began, processor) = (Instant::now(), server_time());
        let tasks: Vec<_> = std::mem::take(connections)
            .into_iter()
            .map(|mut sender| {
                let body = body.clone();
                self.clients.spawn(async move {
                    let mut took = Vec::new();
                    while began.elapsed() < time {
                        let sent = Instant::now();
                        let answer = ask(&mut sender, path, body.clone()).await;
                        took.push(sent.elapsed());
                        assert!(is_allowed(&answer), "{}", String::from_utf8_lossy(&answer));
                    }
                    (sender, took)
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            let (sender, took) = self.clients.block_on(task).unwrap();
            connections.push(sender);
            all.extend(took.iter().map(|took| took.as_secs_f64() * 1e6));
        }
        let (elapsed, processor) = (began.elapsed(), server_time().saturating_sub(processor));
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
pub(crate) async fn ask(
    sender: &mut SendRequest<Full<Bytes>>,
    path: &'static str,
    body: Bytes,
) -> Bytes {
    sender.ready().await.unwrap();
    let request = hyper::Request::post(path)
        .header("host", HOST)
        .header("content-type", "application/json")
        .body(Full::new(body))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.into_body().collect().await.unwrap().to_bytes()
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

/// Processor time of the server's threads so far (Linux; nanoseconds on the
/// processor are the first number of `schedstat`).
fn server_time() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let of = |path: std::path::PathBuf| {
        let name = std::fs::read_to_string(path.join("comm")).ok()?;
        let times = std::fs::read_to_string(path.join("schedstat")).ok()?;
        (name.trim() == SERVER_THREAD)
            .then(|| times.split(' ').next()?.parse::<u64>().ok())
            .flatten()
    };
    Duration::from_nanos(tasks.filter_map(|task| of(task.ok()?.path())).sum::<u64>())
}

fn client(ca_pem: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsConnector::from(Arc::new(config))
}
