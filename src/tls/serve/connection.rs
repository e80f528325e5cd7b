//! One connection: handshake, requests, end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

use super::ServeOptions;
use super::clock::{Clock, Phase, Timed, Watched};
use super::seats::Seat;
use super::server::Stage;
use crate::tls::CertificateStore;

/// A head of an API server's request is a few hundred bytes.
const BUFFER: usize = 64 * 1024;

/// What all connections share.
pub(super) struct Shared {
    pub(super) options: ServeOptions,
    pub(super) store: Arc<CertificateStore>,
    pub(super) router: Router,
    pub(super) refused: AtomicU64,
    pub(super) failed_handshakes: AtomicU64,
    pub(super) timed_out: AtomicU64,
}

/// Serves one accepted connection to its end. The seat is held until then.
pub(super) async fn run(
    stream: TcpStream,
    peer: SocketAddr,
    _seat: Seat,
    shared: Arc<Shared>,
    stage: watch::Receiver<Stage>,
) {
    let mut closing = stage.clone();
    let handshaken = tokio::select! {
        handshaken = handshake(stream, &shared) => handshaken,
        _ = closing.wait_for(|stage| *stage == Stage::Closing) => return,
    };
    match handshaken {
        Ok(stream) => http(stream, peer, shared, stage).await,
        Err(reason) => {
            shared.failed_handshakes.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(%peer, reason, "handshake failed");
        }
    }
}

async fn handshake(stream: TcpStream, shared: &Shared) -> Result<TlsStream<TcpStream>, String> {
    let config = shared.store.server_config().ok_or("no certificate yet")?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    match timeout(shared.options.handshake_timeout, TlsAcceptor::from(config).accept(stream)).await
    {
        Ok(accepted) => accepted.map_err(|error| error.to_string()),
        Err(_) => Err("timed out".to_owned()),
    }
}

async fn http(
    stream: TlsStream<TcpStream>,
    peer: SocketAddr,
    shared: Arc<Shared>,
    mut stage: watch::Receiver<Stage>,
) {
    let clock = Clock::new(shared.options);
    let mut now = clock.watch();
    let old = Instant::now() + shared.options.connection_age;
    let service = {
        let (clock, shared, stage) = (clock.clone(), Arc::clone(&shared), stage.clone());
        service_fn(move |request: Request<Incoming>| {
            let answer = answer(request, peer, clock.clone(), shared.router.clone());
            let stage = stage.clone();
            async move {
                let mut response = answer.await;
                // Asked when the answer is there: a drain may have begun meanwhile.
                if *stage.borrow() != Stage::Serving || Instant::now() >= old {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        })
    };
    // The head's timer is ours; see the room's doc.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Timed { inner: stream, clock }), service);
    let mut connection = pin!(connection);
    let mut closing = false;
    loop {
        let current = *now.borrow_and_update();
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%peer, %error, "connection failed");
                }
                return;
            }
            () = sleep_until(current.until) => {
                if current.phase != Phase::Idle {
                    shared.timed_out.fetch_add(1, Ordering::Relaxed);
                }
                tracing::debug!(%peer, phase = ?current.phase, "connection timed out");
                return;
            }
            Ok(()) = now.changed() => {}
            _ = stage.wait_for(|stage| *stage == Stage::Closing), if !closing => {
                closing = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    clock: Clock,
    router: Router,
) -> Response<Watched> {
    let busy = clock.busy();
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    response.map(|body| Watched { body, _busy: busy })
}
