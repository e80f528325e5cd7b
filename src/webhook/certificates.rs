//! Follows the Secret that holds the serving certificate.

use std::sync::Arc;

use futures::StreamExt as _;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::runtime::{WatchStreamExt as _, watcher};
use tokio_util::sync::CancellationToken;

use crate::names;
use crate::telemetry::Metrics;
use crate::tls::{CERT_FILE, CertificateStore, KEY_FILE};

/// Serves whatever pair the Secret holds; a pair that cannot be used is
/// logged, and the last good one is served on.
pub async fn follow_secret(
    client: kube::Client,
    namespace: &str,
    store: Arc<CertificateStore>,
    metrics: Metrics,
    shutdown: CancellationToken,
) {
    let api: Api<Secret> = Api::namespaced(client, namespace);
    let config =
        watcher::Config::default().fields(&format!("metadata.name={}", names::CERTIFICATE_SECRET));
    let mut secrets = std::pin::pin!(watcher(api, config).default_backoff().applied_objects());
    loop {
        let next = tokio::select! {
            () = shutdown.cancelled() => return,
            next = secrets.next() => next,
        };
        match next {
            None => return,
            Some(Err(error)) => tracing::warn!(%error, "watching the certificate"),
            Some(Ok(secret)) => install(&secret, &store, &metrics),
        }
    }
}

fn install(secret: &Secret, store: &CertificateStore, metrics: &Metrics) {
    let part = |key: &str| secret.data.as_ref().and_then(|data| data.get(key)).map(|b| &b.0);
    let (Some(certificate), Some(key)) = (part(CERT_FILE), part(KEY_FILE)) else {
        tracing::info!("the certificate is not issued yet");
        return;
    };
    match store.replace(certificate, key) {
        Ok(()) => {
            let not_after = store.not_after();
            metrics.certificate_not_after(not_after.map_or(0, jiff::Timestamp::as_second));
            tracing::info!(not_after = not_after.map(|at| at.to_string()), "certificate served");
        }
        Err(error) => tracing::error!(%error, "the certificate cannot be used"),
    }
}
