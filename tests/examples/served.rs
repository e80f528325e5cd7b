//! The webhook from files alone, over TLS.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use lessor::tls::dial::Dialer;
use serde_json::Value;

use super::files::{recorded, served_snapshot};
use super::verdicts::answer;

/// A webhook that serves the example tenants and classes. It ends with this value.
pub(crate) struct Served {
    process: Child,
    pub(crate) address: SocketAddr,
    /// The CA that it issued for itself.
    pub(crate) ca_pem: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    pub(crate) fn start() -> Result<Self> {
        let any = "127.0.0.1:0";
        let process = Command::new(env!("CARGO_BIN_EXE_lessor"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["webhook", "--static", "examples/tenants", "examples/classes"])
            .args(["--listen", any, "--health-listen", any])
            .args(["--log", "info", "--log-format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut served = Self { process, address, ca_pem: String::new() };
        let mut log = BufReader::new(served.process.stderr.take().context("no log")?).lines();
        for line in BufReader::new(served.process.stdout.take().context("no output")?).lines() {
            served.ca_pem.push_str(&line?);
            served.ca_pem.push('\n');
            if served.ca_pem.contains("END CERTIFICATE") {
                break;
            }
        }
        while served.address.port() == 0 {
            let line: Value = serde_json::from_str(&log.next().context("the webhook ended")??)?;
            if let Some(address) = line["address"].as_str() {
                served.address = address.parse()?;
            }
        }
        // Read on, or the webhook waits for room in the pipe.
        std::thread::spawn(move || log.for_each(drop));
        Ok(served)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

pub(super) fn alike() -> Result<()> {
    let served = Served::start()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(compare(served.address, &served.ca_pem))
}

async fn compare(address: SocketAddr, ca_pem: &str) -> Result<()> {
    let snapshot = served_snapshot()?;
    let dialer = Dialer::trusting(address, "localhost", ca_pem.as_bytes())?;
    let mut client = dialer.dial().await?;
    for recorded in recorded()? {
        let path = recorded.answer["endpoint"].as_str().context("no endpoint")?.to_owned();
        let path = format!("{path}?timeout=1s").parse()?;
        let given = client.post(&path, recorded.review.clone().into(), false).await?.body;
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
