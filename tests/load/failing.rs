//! Each way to fail is counted as what it is.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use lessor::tls::rotate::{ServingNames, Validity, issue};
use lessor::tls::serve::{ServeOptions, serve};
use lessor::tls::{CertificateStore, ClientAuth};
use lessor::webhook::floor;
use serde_json::Value;

use super::command::{errors, file, path, report, row};
use super::targets::Target;
use crate::controlplane::Authority;

const REVIEW: &str = "examples/reviews/pod-create.json";

/// Sends twelve reviews over two connections.
fn twelve(url: &str, more: &[&str]) -> Result<(Value, i32)> {
    let args = [url, REVIEW, "--requests", "12", "--rate", "200", "--connections", "2"];
    report(&[&args[..], more].concat())
}

pub(super) fn answers() -> Result<()> {
    let target = Target::answering()?;
    let none: &[&str] = &[];
    let denied = ["--no-answers", "--expect", "denied"];
    let reason = ["--no-answers", "--expect", "denied=SecretNotGranted"];
    for (what, flags, class) in [
        ("good", none, None),
        ("good", &denied[..], Some("wrongVerdict")),
        ("denies", none, Some("wrongVerdict")),
        ("denies", &denied, None),
        ("denies", &reason, Some("wrongReason")),
        ("wrong-uid", none, Some("wrongUid")),
        ("bad-patch", none, Some("badBody")),
        ("not-json", none, Some("badBody")),
        ("old", none, Some("badBody")),
        ("fails", none, Some("status5xx")),
        ("refuses", none, Some("status4xx")),
        ("redirects", none, Some("statusOther")),
        ("nothing-here", none, Some("status4xx")),
    ] {
        let (report, code) = twelve(&target.url(&format!("/{what}")), flags)?;
        let expected: Vec<_> = class.into_iter().map(|class| (class.to_owned(), 12)).collect();
        ensure!(errors(&report)? == expected, "{what}: {report:#}");
        ensure!(code == i32::from(class.is_some()), "{what}: exit code {code}");
        let row = row(&report)?;
        ensure!(row["answered"] == 12 && row["latencyMilliseconds"]["count"] == 12, "{row:#}");
        let sample = &row["errors"]["samples"][0];
        ensure!(class.is_none() || sample["review"] == "pod-create.json", "{row:#}");
    }
    Ok(())
}

pub(super) fn connections() -> Result<()> {
    for half in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let target = Target::closing(half)?;
        let (report, code) = twelve(&target.url("/v"), &["--no-answers"])?;
        ensure!(errors(&report)? == [("reset".to_owned(), 12)] && code == 1, "{report:#}");
        let row = row(&report)?;
        ensure!(row["answered"] == 0 && row["latencyMilliseconds"]["count"] == 0, "{row:#}");
    }
    let gone = Target::vanishing()?;
    let args = [&gone.url("/v"), REVIEW, "--requests", "6", "--connections", "1"];
    let (report, code) = report(&args)?;
    let expected = [("refused".to_owned(), 5), ("reset".to_owned(), 1)];
    ensure!(errors(&report)? == expected && code == 1, "{report:#}");
    Ok(())
}

/// A server of the webhook's own kind that trusts no one but says yes.
struct Secure {
    _runtime: tokio::runtime::Runtime,
    url: String,
}

impl Secure {
    fn start(certificates: Arc<CertificateStore>, router: Router) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let options = ServeOptions::new(([127, 0, 0, 1], 0).into());
        let server = runtime.block_on(serve(options, certificates, router))?;
        let url = format!("https://localhost:{}/v", server.address().port());
        Ok(Self { _runtime: runtime, url })
    }
}

pub(super) fn certificates() -> Result<()> {
    let issued = || {
        let names = ServingNames::for_service("a", "b").with_dns("localhost");
        issue(&names, &Validity::DEFAULT, jiff::Timestamp::now())
    };
    let (known, other) = (issued()?, issued()?);
    let store = Arc::new(CertificateStore::new(ClientAuth::Off));
    store.replace(known.cert_pem().as_bytes(), known.key_pem().as_bytes())?;
    // The first review changes the certificate: the connection that carried it
    // goes on, and the next one fails.
    let swapped = store.clone();
    let swapping = move |body: Bytes| async move {
        let _ = swapped.replace(other.cert_pem().as_bytes(), other.key_pem().as_bytes());
        floor(body).await
    };
    let secure = Secure::start(store, Router::new().route("/v", post(swapping)))?;
    let ca = file(known.ca_pem())?;
    let args = [&secure.url, REVIEW, "--ca", path(&ca)?, "--no-keep-alive", "--no-answers"];
    let more = ["--requests", "5", "--connections", "1"];
    let (report, code) = report(&[&args[..], &more].concat())?;
    ensure!(errors(&report)? == [("tls".to_owned(), 4)] && code == 1, "{report:#}");
    ensure!(row(&report)?["answered"] == 1, "{report:#}");
    Ok(())
}

pub(super) fn client_certificates() -> Result<()> {
    let authority = Authority::new("tests")?;
    let serving = authority.server(&["localhost"])?;
    let allowed_names = ["kube-apiserver".to_owned()].into();
    let ca_pem = authority.certificate().into_bytes();
    let store = CertificateStore::new(ClientAuth::Require { ca_pem, allowed_names });
    store.replace(serving.certificate.as_bytes(), serving.key.as_bytes())?;
    let secure = Secure::start(Arc::new(store), Router::new().route("/v", post(floor)))?;
    let ca = file(&authority.certificate())?;
    let args = [&secure.url, REVIEW, "--ca", path(&ca)?, "--no-answers", "--requests", "4"];
    let pair = authority.client("kube-apiserver", &[])?;
    let (cert, key) = (file(&pair.certificate)?, file(&pair.key)?);
    let known = [&args[..], &["--cert", path(&cert)?, "--key", path(&key)?]].concat();
    let (shown, code) = report(&known)?;
    ensure!(errors(&shown)?.is_empty() && code == 0, "{shown:#}");
    // In TLS 1.3 the refusal comes after the handshake, with the first review.
    let (refused, code) = report(&[&args[..], &["--connections", "1"]].concat())?;
    let classes = errors(&refused)?;
    let total: u64 = classes.iter().map(|(_, count)| count).sum();
    let known = classes.iter().all(|(class, _)| class == "tls" || class == "reset");
    ensure!(code == 1 && total == 4 && known, "{refused:#}");
    Ok(())
}

pub(super) fn hanging() -> Result<()> {
    let silent = Target::silent()?;
    let args = [&silent.url("/v"), REVIEW, "--requests", "12", "--rate", "200"];
    let (report, code) = report(&[&args[..], &["--timeout", "1s", "--no-answers"]].concat())?;
    ensure!(errors(&report)? == [("timeout".to_owned(), 12)] && code == 1, "{report:#}");
    let row = row(&report)?;
    // Nothing was answered, and that is no reason to look fast.
    ensure!(row["answered"] == 0 && row["latencyMilliseconds"]["count"] == 12, "{row:#}");
    Ok(())
}

/// One connection to a target that needs 300 ms cannot start 40 reviews that come
/// within 0.4 s and wait for 0.5 s at most.
pub(super) fn missed() -> Result<()> {
    let target = Target::answering()?;
    let args = [&target.url("/slow"), REVIEW, "--rate", "100", "--duration", "400ms"];
    let more = ["--timeout", "500ms", "--connections", "1", "--no-answers"];
    let (report, code) = report(&[&args[..], &more].concat())?;
    let row = row(&report)?;
    let count = |field: &str| row[field].as_u64().context("no count");
    ensure!(code == 1 && count("due")? == 40, "the rate was lowered: {row:#}");
    ensure!(count("missed")? >= 30 && count("due")? == count("started")? + count("missed")?);
    ensure!(row["errors"]["byClass"]["missed"] == row["missed"], "{row:#}");
    ensure!(row["latencyMilliseconds"]["count"] == 40, "they count with their wait: {row:#}");
    ensure!(count("startedLate")? >= 1, "{row:#}");
    Ok(())
}
