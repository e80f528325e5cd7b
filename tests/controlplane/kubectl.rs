//! kubectl of the same release as the server, with nothing of the user's own.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};

/// What a run of kubectl left.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Standard output of a run that succeeded, trimmed.
    pub(crate) fn success(self) -> Result<String> {
        ensure!(self.status.success(), "kubectl: {}: {}", self.status, self.stderr.trim());
        Ok(self.stdout.trim().to_owned())
    }

    /// Standard error of a run that was refused, trimmed.
    pub(crate) fn failure(self) -> Result<String> {
        ensure!(
            !self.status.success(),
            "kubectl succeeded where it had to fail: {}",
            self.stdout.trim()
        );
        Ok(self.stderr.trim().to_owned())
    }
}

/// How kubectl is run for one user.
#[derive(Debug, Clone)]
pub(crate) struct Kubectl {
    pub(crate) program: PathBuf,
    pub(crate) kubeconfig: PathBuf,
    /// Home and caches go here.
    pub(crate) folder: PathBuf,
}

impl Kubectl {
    pub(crate) async fn run(&self, args: &[&str], input: Option<&str>) -> Result<Output> {
        let me = self.clone();
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let input = input.map(str::to_owned);
        tokio::task::spawn_blocking(move || me.run_blocking(&args, input)).await?
    }

    fn run_blocking(&self, args: &[OsString], input: Option<String>) -> Result<Output> {
        let mut child = Command::new(&self.program)
            .args(args)
            .env("HOME", &self.folder)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("KUBECACHEDIR", self.folder.join("kubectl-cache"))
            .stdin(match input {
                Some(_) => Stdio::piped(),
                None => Stdio::null(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| self.program.display().to_string())?;
        // From a thread: kubectl may answer before it has read everything.
        let writer = child.stdin.take().map(|mut pipe| {
            let text = input.unwrap_or_default();
            std::thread::spawn(move || pipe.write_all(text.as_bytes()))
        });
        let output = child.wait_with_output()?;
        if let Some(writer) = writer {
            // An error here is a kubectl that gave up reading; its status says why.
            let _ = writer.join();
        }
        Ok(Output {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}
