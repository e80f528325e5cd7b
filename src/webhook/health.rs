//! Liveness, readiness with reasons, and metrics, on a plain port of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use crate::cluster::SnapshotStore;
use crate::telemetry::Metrics;
use crate::tls::CertificateStore;

/// What readiness depends on.
#[derive(Clone, Debug)]
pub struct Health {
    store: Option<SnapshotStore>,
    certificate: Option<Arc<CertificateStore>>,
    metrics: Metrics,
    draining: Arc<AtomicBool>,
}

impl Health {
    /// A process that serves admission is ready once its caches are filled and
    /// its certificate is served; one that does not is ready at once.
    #[must_use]
    pub fn new(
        store: Option<SnapshotStore>,
        certificate: Option<Arc<CertificateStore>>,
        metrics: Metrics,
    ) -> Self {
        Self { store, certificate, metrics, draining: Arc::new(AtomicBool::new(false)) }
    }

    /// Turns readiness off for good.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Why the process is not ready; empty when it is.
    #[must_use]
    pub fn problems(&self) -> Vec<&'static str> {
        let mut problems = Vec::new();
        if self.draining.load(Ordering::Relaxed) {
            problems.push("draining: the process is shutting down");
        }
        if self.store.as_ref().is_some_and(|store| !store.load().is_synced()) {
            problems.push("caches: not every watch has listed once");
        }
        if self.certificate.as_ref().is_some_and(|store| store.leaf().is_none()) {
            problems.push("certificate: none is served yet");
        }
        problems
    }

    /// `/livez`, `/readyz` and `/metrics`.
    pub fn routes(self) -> axum::Router {
        axum::Router::new()
            .route("/livez", axum::routing::get(|| async { "ok\n" }))
            .route(
                "/readyz",
                axum::routing::get(|State(health): State<Self>| async move {
                    let problems = health.problems();
                    if problems.is_empty() {
                        (StatusCode::OK, "ok\n".to_owned())
                    } else {
                        let text = format!("not ready\n{}\n", problems.join("\n"));
                        (StatusCode::SERVICE_UNAVAILABLE, text)
                    }
                }),
            )
            .route(
                "/metrics",
                axum::routing::get(|State(health): State<Self>| async move {
                    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                    ([(axum::http::header::CONTENT_TYPE, content_type)], health.metrics.text())
                        .into_response()
                }),
            )
            .with_state(self)
    }
}
