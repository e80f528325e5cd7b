//! Everything that can arrive at the webhook's port, over real TLS.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use super::dial::{Dial, NAME};
use super::malformed::{shapes, texts};
use super::process::Process;
use super::review::{Said, config_map, denied, said};
use crate::controlplane::{Authority, free_ports};
use crate::suite::Suite;

const START: Duration = Duration::from_secs(30);
const MIB: usize = 1024 * 1024;
const TENANT: &str = "apiVersion: lessor.io/v1\nkind: Tenant\nmetadata: {name: acme}\n\
                      spec: {namespaces: [acme]}\n";

pub(super) fn register(suite: &mut Suite) {
    suite.plain("wire::judges_well_formed_reviews", || run(judges_well_formed_reviews));
    suite.plain("wire::refuses_malformed_reviews", || run(refuses_malformed_reviews));
    suite.plain("wire::bounds_depth", || run(bounds_depth));
    suite.plain("wire::bounds_size", || run(bounds_size));
    suite.plain("wire::speaks_only_plain_json_posts", || run(speaks_only_plain_json_posts));
    suite.plain("wire::unsynced_caches_admit_nothing", || run(unsynced_caches_admit_nothing));
}

pub(super) fn run<F: Future<Output = Result<()>>>(body: impl FnOnce() -> F) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(body())
}

/// A webhook that knows one tenant, `acme`, from a file.
struct Static {
    dial: Dial,
    process: Process,
    health: u16,
    _folder: tempfile::TempDir,
}

impl Static {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("tenant.yaml"), TENANT)?;
        let [port, health] = free_ports()?;
        let path = folder.path().display().to_string();
        let listen = format!("--listen=127.0.0.1:{port}");
        let probes = format!("--health-listen=127.0.0.1:{health}");
        let args = ["webhook", &listen, &probes, "--static", &path];
        let mut process = Process::start(&args, None, &folder.path().join("log"))?;
        let mut output = process.output()?;
        process.ready(health, START).await?;
        // The CA that it issued for itself is all that it prints.
        let mut ca = Vec::new();
        while !ca.ends_with(b"-----END CERTIFICATE-----\n") {
            ensure!(output.read_buf(&mut ca).await? > 0, "no certificate was printed");
        }
        let dial = Dial::new(port, &String::from_utf8(ca)?, None)?;
        Ok(Self { dial, process, health, _folder: folder })
    }

    async fn ask(&self, body: impl Into<Bytes>) -> Result<Said> {
        said(&self.dial.post("/validate", body).await?)
    }

    /// It is the same process as at the start, and it judges.
    async fn lives(&mut self) -> Result<()> {
        ensure!(self.process.ended()?.is_none(), "the process has ended");
        self.process.ready(self.health, START).await?;
        let verdict = self.ask(config_map("acme").to_string()).await?;
        ensure!(verdict == Said::Allowed, "{verdict:?}");
        ensure!(!self.process.text().contains("panicked"), "{}", self.process.text());
        Ok(())
    }
}

async fn judges_well_formed_reviews() -> Result<()> {
    let mut webhook = Static::start().await?;
    let mut reserved = config_map("acme");
    reserved["request"]["name"] = json!("lessor-canary");
    reserved["request"]["object"]["metadata"]["name"] = json!("lessor-canary");
    let unavailable = denied(503, "TenancyContextUnavailable");
    for (what, review, expected) in [
        ("a tenant's ConfigMap", config_map("acme"), Said::Allowed),
        ("a reserved name", reserved, denied(403, "ReservedNameForbidden")),
        ("a system namespace", config_map("kube-system"), Said::Allowed),
        ("a namespace that nobody has heard of", config_map("nowhere"), unavailable),
    ] {
        let verdict = webhook.ask(review.to_string()).await?;
        ensure!(verdict == expected, "{what}: {verdict:?}");
    }
    let answer = webhook.dial.post("/validate", config_map("nowhere").to_string()).await?;
    let answer: Value = serde_json::from_slice(&answer.body)?;
    let again = &answer["response"]["status"]["details"]["retryAfterSeconds"];
    ensure!(*again == 1, "the caller shall try again: {answer}");
    webhook.lives().await
}

/// None is admitted, each is answered, and a uid that can be read is echoed.
async fn refuses_malformed_reviews() -> Result<()> {
    let mut webhook = Static::start().await?;
    let mut wrong = Vec::new();
    for (what, body, expected) in texts().into_iter().chain(shapes()) {
        for path in ["/validate", "/mutate"] {
            let answer = webhook.dial.post(path, body.clone()).await;
            let verdict = said(&answer?).with_context(|| format!("{path}: {what}"))?;
            if !expected.is_met(&verdict) {
                wrong.push(format!("{path}: {what}: {verdict:?}, not {expected:?}"));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    webhook.lives().await
}

/// An object whose brackets nest this deep.
fn nested(depth: usize) -> String {
    let inner = depth - 2;
    let data = format!("{}{}", "[".repeat(inner), "]".repeat(inner));
    let good = config_map("acme").to_string();
    good.replace(r#""data":{"key":"value"}"#, &format!(r#""data":{{"key":{data}}}"#))
}

async fn bounds_depth() -> Result<()> {
    let mut webhook = Static::start().await?;
    let deepest = webhook.ask(nested(120)).await?;
    ensure!(deepest != denied(403, "RequestTooDeep"), "120 levels are accepted: {deepest:?}");
    for depth in [121, 127, 128, 129, 10_000, 200_000] {
        let verdict = webhook.ask(nested(depth)).await?;
        ensure!(verdict == denied(403, "RequestTooDeep"), "{depth}: {verdict:?}");
    }
    // So deep that the envelope itself cannot be read.
    let verdict = webhook.ask("[".repeat(100_000)).await?;
    ensure!(verdict == Said::Status(400), "{verdict:?}");
    webhook.lives().await
}

/// A good review of exactly this many bytes.
fn sized(bytes: usize) -> String {
    let good = config_map("acme").to_string();
    let fill = "x".repeat(bytes - good.len());
    good.replace(r#""key":"value""#, &format!(r#""key":"value{fill}""#))
}

async fn bounds_size() -> Result<()> {
    let mut webhook = Static::start().await?;
    for (bytes, expected) in [
        (3 * MIB, Said::Allowed),
        (7 * MIB, Said::Allowed),
        (7 * MIB + 1, Said::Status(413)),
        (8 * MIB, Said::Status(413)),
    ] {
        let body = sized(bytes);
        ensure!(body.len() == bytes);
        let verdict = webhook.ask(body).await.with_context(|| bytes.to_string())?;
        ensure!(verdict == expected, "{bytes}: {verdict:?}");
    }
    webhook.lives().await
}

/// Method, path, headers and the status of the answer.
type Exchange = (&'static str, &'static str, &'static [(&'static str, &'static str)], u16);

async fn speaks_only_plain_json_posts() -> Result<()> {
    let mut webhook = Static::start().await?;
    let body = config_map("acme").to_string();
    let cases: [Exchange; 12] = [
        ("POST", "/validate", &[("content-type", "application/json")], 200),
        ("POST", "/validate", &[("content-type", "Application/JSON; charset=utf-8")], 200),
        ("POST", "/validate", &[], 415),
        ("POST", "/validate", &[("content-type", "text/plain")], 415),
        ("POST", "/validate", &[("content-type", "application/yaml")], 415),
        (
            "POST",
            "/validate",
            &[("content-type", "application/json"), ("content-encoding", "gzip")],
            415,
        ),
        (
            "POST",
            "/validate",
            &[("content-type", "application/json"), ("content-encoding", "identity")],
            200,
        ),
        ("PUT", "/validate", &[("content-type", "application/json")], 405),
        ("GET", "/validate", &[], 405),
        ("GET", "/", &[], 404),
        ("GET", "/metrics", &[], 404),
        ("POST", "/validate/../mutate", &[("content-type", "application/json")], 404),
    ];
    for (method, path, headers, expected) in cases {
        let mut request = Request::builder().method(method).uri(path).header("host", NAME);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body.clone())))?;
        let answer = webhook.dial.http().await?.send(request).await?;
        said_nothing_harmful(&answer)?;
        ensure!(answer.status == expected, "{method} {path} {headers:?}: {}", answer.status);
    }
    webhook.lives().await
}

fn said_nothing_harmful(answer: &super::dial::Answer) -> Result<()> {
    let harmful =
        ["location", "retry-after"].iter().find(|name| answer.headers.contains_key(**name));
    ensure!(harmful.is_none() && !answer.status.is_redirection(), "{answer:?}");
    Ok(())
}

/// A process whose cluster cannot be reached serves TLS, is not ready, and
/// answers what is inside a tenant, or may be, with a retry.
async fn unsynced_caches_admit_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let authority = Authority::new("tests")?;
    let serving = authority.server(&[NAME])?;
    std::fs::write(folder.path().join("tls.crt"), &serving.certificate)?;
    std::fs::write(folder.path().join("tls.key"), &serving.key)?;
    let [port, health, nobody] = free_ports()?;
    let kubeconfig = folder.path().join("kubeconfig");
    let me = authority.client("webhook", &[])?;
    authority.kubeconfig(&kubeconfig, &format!("https://127.0.0.1:{nobody}"), &me)?;
    let (listen, probes) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{health}"));
    let folder_text = folder.path().display().to_string();
    let args = ["webhook", "--listen", &listen, "--health-listen", &probes];
    let args = [&args[..], &["--certs=files", "--cert-dir", &folder_text]].concat();
    let log = folder.path().join("log");
    let process = Process::start(&args, Some(&kubeconfig.display().to_string()), &log)?;
    let dial = Dial::new(port, &authority.certificate(), None)?;
    let review = config_map("acme").to_string();
    let answer =
        crate::eventually::eventually(START, async || dial.post("/validate", review.clone()).await);
    let verdict = said(&answer.await.with_context(|| process.text())?)?;
    ensure!(verdict == denied(503, "TenancyContextUnavailable"), "{verdict:?}");
    let outside = said(&dial.post("/validate", config_map("kube-system").to_string()).await?)?;
    ensure!(outside == Said::Allowed, "{outside:?}");
    let began = std::time::Instant::now();
    let waited = said(&dial.post("/mutate?timeout=2s", review).await?)?;
    ensure!(waited == denied(503, "TenancyContextUnavailable"), "{waited:?}");
    ensure!(began.elapsed() < Duration::from_secs(2), "the API server has given up by now");
    let (status, why) = crate::installation::get(health, "/readyz").await?;
    ensure!(status == 503 && why.contains("caches"), "{status} {why}");
    ensure!(!why.contains("certificate"), "it is served: {why}");
    let (status, _) = crate::installation::get(health, "/livez").await?;
    ensure!(status == 200, "a restart would not help");
    Ok(())
}

/// So that other files can start one.
pub(super) fn tenant_file(folder: &Path) -> Result<()> {
    Ok(std::fs::write(folder.join("tenant.yaml"), TENANT)?)
}
