//! The webhook from files alone, over TLS.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::client::Client;
use super::files::{recorded, served_snapshot};
use super::verdicts::answer;

/// Ends the process whatever happens.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn alike() -> Result<()> {
    let any = "127.0.0.1:0";
    let child = Command::new(env!("CARGO_BIN_EXE_lessor"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["webhook", "--static", "examples/tenants", "examples/classes"])
        .args(["--listen", any, "--health-listen", any, "--log", "info", "--log-format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut process = Ended(child);
    let log = BufReader::new(process.0.stderr.take().context("no log")?);
    let mut ca_pem = String::new();
    for line in BufReader::new(process.0.stdout.take().context("no output")?).lines() {
        ca_pem.push_str(&line?);
        ca_pem.push('\n');
        if ca_pem.contains("END CERTIFICATE") {
            break;
        }
    }
    let mut address: Option<SocketAddr> = None;
    let mut log = log.lines();
    while address.is_none() {
        let line: Value = serde_json::from_str(&log.next().context("the webhook ended")??)?;
        address = line["address"].as_str().and_then(|text| text.parse().ok());
    }
    // Read on, or the webhook waits for room in the pipe.
    std::thread::spawn(move || log.for_each(drop));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(compare(address.context("no address")?, &ca_pem))
}

async fn compare(address: SocketAddr, ca_pem: &str) -> Result<()> {
    let snapshot = served_snapshot()?;
    let mut client = Client::connect(address, "localhost", ca_pem).await?;
    for recorded in recorded()? {
        let path = recorded.answer["endpoint"].as_str().context("no endpoint")?.to_owned();
        let given = client.post(&format!("{path}?timeout=1s"), recorded.review.clone()).await?;
        let expected = answer(&recorded, &snapshot)?;
        ensure!(
            given == expected,
            "{}: served {}\noffline {}",
            recorded.name,
            String::from_utf8_lossy(&given),
            String::from_utf8_lossy(&expected)
        );
    }
    Ok(())
}
