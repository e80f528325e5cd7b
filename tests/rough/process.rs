//! Lessor processes of a test's own, beside the installed ones.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::process::{Child, Command};

use crate::eventually::eventually;
use crate::installation::{get, lessor};

/// A process that ends with this value.
pub(super) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `lessor` with these arguments; it logs to `log`.
    pub(super) fn start(args: &[&str], kubeconfig: Option<&str>, log: &Path) -> Result<Self> {
        let file = std::fs::File::options().create(true).append(true).open(log)?;
        let mut command = Command::new(lessor());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env_remove(name).env_remove(name.to_ascii_lowercase());
        }
        let child = command
            .args(args)
            .env("KUBECONFIG", kubeconfig.unwrap_or("/nowhere"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// Its standard output, once.
    pub(super) fn output(&mut self) -> Result<tokio::process::ChildStdout> {
        self.child.stdout.take().context("standard output was taken")
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end.
    pub(super) async fn end(&mut self, within: Duration) -> Result<ExitStatus> {
        let ended = tokio::time::timeout(within, self.child.wait()).await;
        Ok(ended.with_context(|| format!("still running; {}", tail(&self.log)))??)
    }

    /// SIGTERM; does not wait.
    pub(super) async fn terminate(&self) -> Result<()> {
        let pid = self.child.id().context("it has ended")?.to_string();
        ensure!(Command::new("kill").args(["-TERM", &pid]).status().await?.success());
        Ok(())
    }

    /// SIGKILL, and waits for the end.
    pub(super) async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// What it has logged.
    pub(super) fn text(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until it says that it is ready; fails early when it has ended.
    pub(super) async fn ready(&mut self, health: u16, within: Duration) -> Result<()> {
        let ready = eventually(within, async || {
            let (status, text) = get(health, "/readyz").await?;
            ensure!(status == 200, "{status} {text}");
            Ok(())
        });
        let ended = tokio::select! {
            ready = ready => return ready.with_context(|| tail(&self.log)),
            ended = self.child.wait() => ended?,
        };
        bail!("it ended with {ended}: {}", tail(&self.log))
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" / ")
}
