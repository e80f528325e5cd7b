//! A webhook process is told to stop while it is at work.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::certificates::trusted;
use super::dial::{Dial, NAME};
use super::process::Process;
use super::review::{Said, config_map, said};
use super::tenants;
use crate::controlplane::free_ports;
use crate::eventually::eventually;
use crate::installation::{RANGES, get};
use crate::suite::{Suite, Test};

const DRAIN: Duration = Duration::from_secs(3);
/// How much of it is watched; the rest is left for the request under way.
const WATCHED: Duration = Duration::from_millis(2200);

pub(super) fn register(suite: &mut Suite) {
    suite.rough("stopping_webhook_answers_everything", stopping_webhook_answers_everything);
}

/// A second replica with a port of its own is drained while requests are on
/// their way: one whose body has half arrived, and ones that come during the drain.
async fn stopping_webhook_answers_everything(test: Test) -> Result<()> {
    let (lessor, plane, name) = (test.lessor().await?, &test.plane, test.prefix.as_str());
    tenants::ready(&lessor, name).await?;
    let [port, health] = free_ports()?;
    let (listen, probes) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{health}"));
    let args = ["webhook", "--listen", &listen, "--health-listen", &probes, "--drain-seconds=3"];
    let args = [&args[..], &RANGES].concat();
    let kubeconfig = lessor.kubeconfig_of("lessor-webhook")?;
    let mut replica = Process::start(&args, Some(&kubeconfig), &plane.log(name))?;
    replica.ready(health, Duration::from_secs(30)).await?;
    let dial = Dial::new(port, &trusted(plane).await?, None)?;
    let review = config_map(name).to_string();

    let mut pooled = dial.http().await?;
    let before = pooled.post("/validate", review.clone()).await?;
    ensure!(said(&before)? == Said::Allowed, "{before:?}");
    ensure!(!before.headers.contains_key("connection"), "an idle connection is kept");
    let mut half = dial.tls().await?;
    let head = format!(
        "POST /validate HTTP/1.1\r\nhost: {NAME}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        review.len()
    );
    let (first, rest) = review.split_at(review.len() / 2);
    half.write_all(head.as_bytes()).await?;
    half.write_all(first.as_bytes()).await?;
    half.flush().await?;
    tokio::time::sleep(Duration::from_millis(100)).await;

    let began = Instant::now();
    replica.terminate().await?;
    eventually(Duration::from_secs(1), async || {
        let (status, why) = get(health, "/readyz").await?;
        ensure!(status == 503 && why.contains("draining"), "{status} {why}");
        Ok(())
    })
    .await
    .context("readiness goes off at once")?;
    let closes = |connection: Option<&str>| connection.is_some_and(|c| c.contains("close"));

    // API servers that have not noticed yet: pooled and new connections.
    let mut answered = 0;
    let mut pooled = Some(pooled);
    while began.elapsed() < WATCHED {
        let mut connection = match pooled.take() {
            Some(connection) => connection,
            None => dial.http().await.context("a new connection during the drain")?,
        };
        let answer = connection.post("/validate", review.clone()).await?;
        ensure!(said(&answer)? == Said::Allowed, "{answer:?}");
        let header = answer.headers.get("connection").and_then(|value| value.to_str().ok());
        ensure!(closes(header), "the API server would use the connection again: {answer:?}");
        answered += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ensure!(answered > 3, "only {answered} requests in the drain");
    let (status, _) = get(health, "/livez").await?;
    ensure!(status == 200, "still alive");
    half.write_all(rest.as_bytes()).await?;
    half.flush().await?;
    let mut answer = String::new();
    // Some clients end a TLS stream without saying so; what was read counts.
    let _ = half.read_to_string(&mut answer).await;
    let lower = answer.to_ascii_lowercase();
    ensure!(
        lower.starts_with("http/1.1 200") && lower.contains("connection: close"),
        "the request that was under way: {answer:?}"
    );
    ensure!(answer.contains(r#""allowed":true"#), "{answer}");

    let status = replica.end(DRAIN + Duration::from_secs(2)).await?;
    ensure!(status.success(), "{status}");
    ensure!(dial.tls().await.is_err(), "nobody listens any more");
    Ok(())
}
