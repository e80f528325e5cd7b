//! A webhook that can be dialled.

use std::time::Duration;

use anyhow::Context as _;
use axum::http::HeaderValue;
use rustls::pki_types::ServerName;

use crate::tls::dial::{Dialer, Identity, Trust, client_config};

use super::url::{Url, only_loopback};

/// How to dial, whatever is dialled.
#[derive(Debug)]
pub(super) struct Dialing {
    /// None when no CA was given.
    pub(super) trust: Option<Trust>,
    pub(super) identity: Option<Identity>,
    pub(super) server_name: Option<String>,
    pub(super) resume: bool,
    pub(super) remote: bool,
}

/// A webhook under load.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) url: String,
    /// Path of the URL, if it has one.
    pub(super) path: Option<String>,
    pub(super) dialer: Dialer,
    /// Whether connections are kept.
    pub(super) keep_alive: bool,
    /// How long an answer is waited for.
    pub(super) timeout: Duration,
}

impl Dialing {
    /// Resolves a URL once: what was allowed is what is dialled.
    pub(super) async fn resolve(&self, url: &Url) -> anyhow::Result<Dialer> {
        let addresses: Vec<_> = tokio::net::lookup_host((url.host.as_str(), url.port))
            .await
            .with_context(|| format!("{url}: the host cannot be found"))?
            .collect();
        if !self.remote {
            only_loopback(url, &addresses).map_err(anyhow::Error::msg)?;
        }
        let host = HeaderValue::try_from(url.authority())?;
        if !url.secure {
            return Ok(Dialer::plain(addresses, host));
        }
        let trust = self.trust.as_ref().with_context(|| {
            format!("{url}: --ca FILE is needed, or --insecure to believe whoever answers")
        })?;
        let config = client_config(trust, self.identity.as_ref(), self.resume)
            .context("TLS cannot be set up")?;
        let name = self.server_name.as_ref().unwrap_or(&url.host);
        let name = ServerName::try_from(name.clone())
            .with_context(|| format!("{name:?} is no server name"))?;
        Ok(Dialer::tls(addresses, host, config, name))
    }
}
