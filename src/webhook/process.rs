//! A webhook process from start to drained.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::tls::CertificateStore;
use crate::tls::serve::{ServeError, ServeOptions, Server, serve};

use super::health::Health;
use super::limits::{Limits, with_limits};
use super::review::{Reviewer, routes};

/// Starts the admission server: every endpoint, behind every limit.
///
/// # Errors
/// If the address cannot be bound.
pub async fn start(
    address: SocketAddr,
    certificates: Arc<CertificateStore>,
    reviewer: Reviewer,
) -> Result<Server, ServeError> {
    let router = with_limits(routes(reviewer), Limits::default());
    serve(ServeOptions::new(address), certificates, router).await
}

/// Serves until `shutdown`, then drains: readiness off at once, requests go on
/// being answered for `drain`, each answer ending its connection.
pub async fn until_drained(
    server: Server,
    health: Health,
    shutdown: CancellationToken,
    drain: Duration,
) {
    shutdown.cancelled().await;
    tracing::info!(seconds = drain.as_secs(), "draining");
    health.drain();
    server.drain(drain);
    if let Err(error) = server.finished().await {
        tracing::error!(%error, "the server ended by itself");
    }
}

/// Serves probes and metrics on a plain port until `shutdown`.
///
/// # Errors
/// If the address cannot be bound.
pub async fn serve_health(
    address: SocketAddr,
    health: Health,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, health.routes())
        .with_graceful_shutdown(async move { shutdown.cancelled().await })
        .await
}
