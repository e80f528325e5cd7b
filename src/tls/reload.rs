//! Certificates from a directory, kept fresh by polling.
//!
//! Polling and comparing bytes is the only way that works with everything: a
//! kubelet replaces a Secret mount by swapping the `..data` symlink, which
//! kills a watch on the files themselves, and own files are often written one
//! after the other.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::{CertificateError, CertificateStore};

/// The served chain, leaf first, in PEM.
pub const CERT_FILE: &str = "tls.crt";
/// The private key of the leaf, in PEM.
pub const KEY_FILE: &str = "tls.key";
/// The CAs that verify the leaf, for whoever fills in `caBundle`; not served.
pub const CA_FILE: &str = "ca.crt";
/// The CAs that client certificates are checked against; optional.
pub const CLIENT_CA_FILE: &str = "client-ca.crt";
/// How often the directory is read.
pub const POLL_INTERVAL: Duration = Duration::from_secs(10);

/// No chain comes near this; a mistaken mount must not fill the memory.
const FILE_LIMIT: u64 = 1024 * 1024;

/// Feeds a [`CertificateStore`] from a directory.
#[derive(Debug)]
pub struct Reloader {
    directory: PathBuf,
    store: Arc<CertificateStore>,
    seen: Option<Seen>,
}

/// What one look at the directory brought.
#[derive(Debug)]
pub enum Polled {
    /// As before, good or bad: nothing to do and nothing to log.
    Unchanged,
    /// A new pair is served from now on.
    Swapped,
    /// Something changed and cannot be used; the last good pair stays.
    Refused(CertificateError),
}

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Files(Files),
    Unreadable(String),
}

#[derive(PartialEq, Eq)]
struct Files {
    cert: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files(..)")
    }
}

impl Reloader {
    /// Reads `tls.crt`, `tls.key` and, if there, `client-ca.crt` of a directory.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>, store: Arc<CertificateStore>) -> Self {
        Self { directory: directory.into(), store, seen: None }
    }

    /// Looks once. A missing directory or file is a refusal like any other: the
    /// Secret may not exist yet when a replica starts.
    pub async fn poll(&mut self) -> Polled {
        match self.read().await {
            Ok(files) => {
                let polled = if self.seen.as_ref().is_some_and(|seen| seen.holds(&files)) {
                    return Polled::Unchanged;
                } else {
                    let client_ca = files.client_ca.as_deref();
                    self.store
                        .install(&files.cert, &files.key, client_ca)
                        .map_or_else(Polled::Refused, |()| Polled::Swapped)
                };
                self.seen = Some(Seen::Files(files));
                polled
            }
            Err(error) => {
                let seen = Some(Seen::Unreadable(describe(&error)));
                if self.seen == seen {
                    return Polled::Unchanged;
                }
                self.seen = seen;
                Polled::Refused(error)
            }
        }
    }

    /// Looks now and then every `interval` until cancelled, and logs each
    /// change once.
    pub async fn run(mut self, interval: Duration, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(interval.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.poll().await {
                Polled::Unchanged => {}
                Polled::Swapped => {
                    if let Some(leaf) = self.store.leaf() {
                        tracing::info!(
                            fingerprint = leaf.fingerprint,
                            not_after = %leaf.not_after,
                            "serving a new certificate"
                        );
                    }
                }
                Polled::Refused(error) => tracing::warn!(
                    directory = %self.directory.display(),
                    error = describe(&error),
                    serving = self.store.fingerprint(),
                    "certificate files cannot be used, keeping the last good pair"
                ),
            }
        }
    }

    async fn read(&self) -> Result<Files, CertificateError> {
        Ok(Files {
            cert: self.file(CERT_FILE).await?,
            key: self.file(KEY_FILE).await?,
            client_ca: match self.file(CLIENT_CA_FILE).await {
                Ok(bytes) => Some(bytes),
                Err(CertificateError::Read { source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound =>
                {
                    None
                }
                Err(error) => return Err(error),
            },
        })
    }

    async fn file(&self, file: &'static str) -> Result<Vec<u8>, CertificateError> {
        let wrap = |source| CertificateError::Read { file, source };
        let opened = File::open(self.directory.join(file)).await.map_err(wrap)?;
        let mut bytes = Vec::new();
        opened.take(FILE_LIMIT + 1).read_to_end(&mut bytes).await.map_err(wrap)?;
        if bytes.len() as u64 > FILE_LIMIT {
            return Err(CertificateError::TooLarge { file, limit: FILE_LIMIT });
        }
        Ok(bytes)
    }
}

impl Seen {
    fn holds(&self, files: &Files) -> bool {
        matches!(self, Self::Files(seen) if seen == files)
    }
}

/// The error with its sources, on one line.
fn describe(error: &CertificateError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
