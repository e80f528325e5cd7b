//! Waiting for a component that was just started.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use kube::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::components::{API_SERVER, Components};
use super::guard::Guard;

/// On two busy cores the first answer may take several times the usual five seconds.
const STARTING: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(40);

/// What waiting needs before there is a control plane.
pub(crate) struct Starting<'a> {
    pub(crate) guard: &'a Guard,
    pub(crate) folder: &'a Path,
    pub(crate) client: &'a Client,
}

impl Starting<'_> {
    pub(crate) async fn ready(&self) -> Result<()> {
        self.wait(API_SERVER, || async {
            let request = hyper::Request::get("/readyz").body(Vec::new());
            match request {
                Ok(request) => self.client.request_text(request).await.is_ok(),
                Err(_) => false,
            }
        })
        .await
    }

    /// Polls until `component` serves its purpose; fails early when it has ended.
    ///
    /// Not `AsyncFn`: whether such a future is `Send` cannot be said yet.
    pub(crate) async fn wait<F>(&self, component: &str, works: impl Fn() -> F) -> Result<()>
    where
        F: Future<Output = bool>,
    {
        let began = Instant::now();
        loop {
            if tokio::time::timeout(Duration::from_secs(5), works()).await.unwrap_or(false) {
                return Ok(());
            }
            if let Some(how) = self.guard.ended(component) {
                bail!("{component} ended ({how}): {}", self.tail(component));
            }
            if began.elapsed() > STARTING {
                bail!(
                    "{component} is not ready after {} s: {}",
                    STARTING.as_secs(),
                    self.tail(component)
                );
            }
            tokio::time::sleep(STEP).await;
        }
    }

    fn tail(&self, component: &str) -> String {
        let text = std::fs::read_to_string(Components::log(self.folder, component));
        let text = text.unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join(" / ")
    }
}

pub(crate) async fn etcd_healthy(port: u16) -> bool {
    async fn ask(port: u16) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(b"GET /health HTTP/1.0\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
    ask(port).await.is_ok_and(|answer| answer.contains(r#""health":"true""#))
}
