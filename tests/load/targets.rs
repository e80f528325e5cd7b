//! Targets that fail on purpose, over plain HTTP or bare TCP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A server in this process.
pub(super) struct Target {
    runtime: Option<Runtime>,
    pub(super) address: SocketAddr,
    /// Requests that it got.
    pub(super) seen: Arc<AtomicU64>,
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Target {
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers as the last part of the path says.
    pub(super) fn answering() -> Result<Self> {
        let seen = Arc::new(AtomicU64::new(0));
        let count = seen.clone();
        let router = Router::new().route(
            "/{what}",
            post(move |Path(what): Path<String>, body: Bytes| {
                count.fetch_add(1, Ordering::SeqCst);
                async move { answer(&what, &body).await }
            }),
        );
        let (runtime, listener) = listening()?;
        let address = listener.local_addr()?;
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { runtime: Some(runtime), address, seen })
    }

    /// Takes connections and never says anything.
    pub(super) fn silent() -> Result<Self> {
        let (runtime, listener) = listening()?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            let mut kept = Vec::new();
            while let Ok(connection) = listener.accept().await {
                kept.push(connection);
            }
        });
        Ok(Self { runtime: Some(runtime), address, seen: Arc::default() })
    }

    /// Reads the beginning of each request, writes `half` and hangs up.
    pub(super) fn closing(half: &'static str) -> Result<Self> {
        let (runtime, listener) = listening()?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 1024]).await;
                    let _ = stream.write_all(half.as_bytes()).await;
                });
            }
        });
        Ok(Self { runtime: Some(runtime), address, seen: Arc::default() })
    }

    /// Takes one connection, and is gone when something is said on it.
    pub(super) fn vanishing() -> Result<Self> {
        let (runtime, listener) = listening()?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            if let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 1]).await;
                drop(listener);
            }
        });
        Ok(Self { runtime: Some(runtime), address, seen: Arc::default() })
    }
}

fn listening() -> Result<(Runtime, TcpListener)> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    Ok((runtime, listener))
}

async fn answer(what: &str, body: &[u8]) -> Response {
    let review: Value = serde_json::from_slice(body).unwrap_or_default();
    let uid = &review["request"]["uid"];
    let say = |response: Value| {
        json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "response": response})
        .to_string()
        .into_response()
    };
    match what {
        "good" => say(json!({"uid": uid, "allowed": true})),
        "denies" => say(json!({"uid": uid, "allowed": false,
            "status": {"code": 403, "reason": "Forbidden", "message": "no"}})),
        "wrong-uid" => say(json!({"uid": "0", "allowed": true})),
        "bad-patch" => say(json!({"uid": uid, "allowed": true, "patchType": "JSONPatch",
            "patch": "not base64"})),
        "not-json" => "<html>".into_response(),
        "old" => json!({"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview",
            "response": {"uid": uid, "allowed": true}})
        .to_string()
        .into_response(),
        "fails" => (StatusCode::INTERNAL_SERVER_ERROR, "broken").into_response(),
        "refuses" => (StatusCode::PAYLOAD_TOO_LARGE, "too large").into_response(),
        "redirects" => (StatusCode::FOUND, [("location", "/good")]).into_response(),
        "slow" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            say(json!({"uid": uid, "allowed": true}))
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
