//! The baseline that is always at hand.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::routing::post;
use tokio::runtime::{Builder, Runtime};

use crate::tls::dial::Dialer;
use crate::tls::rotate::{ServingNames, Validity, issue};
use crate::tls::serve::{ServeOptions, serve};
use crate::tls::{CertificateStore, ClientAuth};
use crate::webhook::{Limits, floor, with_limits};

/// Name of its threads, by which their processor time is told from the client's.
pub(super) const THREAD: &str = "bench-floor";

/// A server that answers every review `allowed`, on threads of its own. It ends
/// when it is dropped.
pub(super) struct Floor {
    runtime: Option<Runtime>,
    pub(super) dialer: Dialer,
}

impl Floor {
    /// Starts it on loopback, with certificates that it issues for itself: the
    /// webhook's server and its limits, and nothing behind them.
    ///
    /// # Errors
    /// If it cannot listen.
    pub(super) async fn start(threads: usize) -> anyhow::Result<Self> {
        let names = ServingNames::for_service("floor", "bench").with_dns("localhost");
        let issued = issue(&names, &Validity::DEFAULT, jiff::Timestamp::now())?;
        let certificates = Arc::new(CertificateStore::new(ClientAuth::Off));
        certificates.replace(issued.cert_pem().as_bytes(), issued.key_pem().as_bytes())?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name(THREAD)
            .enable_all()
            .build()
            .context("starting the floor")?;
        let router = with_limits(Router::new().fallback(post(floor)), Limits::default());
        let options = ServeOptions::new(SocketAddr::from(([127, 0, 0, 1], 0)));
        let server = runtime.spawn(serve(options, certificates, router)).await??;
        let dialer = Dialer::trusting(server.address(), "localhost", issued.ca_pem().as_bytes())?;
        Ok(Self { runtime: Some(runtime), dialer })
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // A runtime may not be dropped, which waits, where others are polled.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
