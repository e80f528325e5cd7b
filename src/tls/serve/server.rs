//! Binding, accepting, draining.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::ServeOptions;
use super::connection::{self, Shared};
use super::seats::Seats;
use crate::tls::CertificateStore;

/// Connections that the kernel holds for us between two accepts.
const BACKLOG: u32 = 1024;
/// Pause after an accept error that would otherwise spin, such as a lack of
/// file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Serving,
    /// Accepting still, but each response ends its connection.
    Draining {
        until: Instant,
    },
    /// Accepting no more; what is in flight may finish.
    Closing,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct ServeError {
    /// The address that was asked for.
    pub address: SocketAddr,
    /// What the operating system said.
    #[source]
    pub source: io::Error,
}

/// What the server has counted since it started, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Connections open now, those in their handshake included.
    pub open: usize,
    /// Connections closed at once because a cap was reached.
    pub refused: u64,
    /// Handshakes that failed or took too long; a wrong client certificate
    /// shows here.
    pub failed_handshakes: u64,
    /// Connections closed because a head or a request took too long.
    pub timed_out: u64,
}

/// A running server. Dropping it does not stop it: [`drain`](Self::drain) does.
pub struct Server {
    address: SocketAddr,
    stage: watch::Sender<Stage>,
    shared: Arc<Shared>,
    seats: Arc<Seats>,
    task: JoinHandle<()>,
}

/// Binds, then serves `router` in the background with the certificates of
/// `store`. Handlers find the caller in `ConnectInfo<SocketAddr>`.
///
/// # Errors
/// When the address cannot be bound; nothing was started then.
pub async fn serve(
    options: ServeOptions,
    store: Arc<CertificateStore>,
    router: Router,
) -> Result<Server, ServeError> {
    let failed = |source| ServeError { address: options.address, source };
    let listener = bind(options.address).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let seats = Seats::new(options.max_connections, options.max_connections_per_address);
    let shared = Arc::new(Shared {
        options,
        store,
        router,
        refused: AtomicU64::new(0),
        failed_handshakes: AtomicU64::new(0),
        timed_out: AtomicU64::new(0),
    });
    let stage = watch::Sender::new(Stage::Serving);
    let task =
        tokio::spawn(accept(listener, Arc::clone(&shared), Arc::clone(&seats), stage.clone()));
    Ok(Server { address, stage, shared, seats, task })
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has counted.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters {
            open: self.seats.taken(),
            refused: self.shared.refused.load(Ordering::Relaxed),
            failed_handshakes: self.shared.failed_handshakes.load(Ordering::Relaxed),
            timed_out: self.shared.timed_out.load(Ordering::Relaxed),
        }
    }

    /// Begins to drain: from now on every response carries `Connection: close`,
    /// while connections are accepted for `time` more ([`DRAIN`](super::DRAIN)
    /// loses no request). Then accepting ends and what is in flight finishes.
    /// Readiness must be off before. A further call may shorten the time.
    pub fn drain(&self, time: Duration) {
        let until = Instant::now() + time;
        self.stage.send_if_modified(|stage| match stage {
            Stage::Serving => {
                *stage = Stage::Draining { until };
                true
            }
            Stage::Draining { until: before } if until < *before => {
                *before = until;
                true
            }
            Stage::Draining { .. } | Stage::Closing => false,
        });
    }

    /// Waits until the server has drained.
    ///
    /// # Errors
    /// When the accept loop itself died, which it never should: end the process.
    pub async fn finished(self) -> Result<(), tokio::task::JoinError> {
        self.task.await
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restarted replica must not wait for connections of its predecessor.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    seats: Arc<Seats>,
    stage: watch::Sender<Stage>,
) {
    let mut connections = JoinSet::new();
    let mut drained = pin!(drained(stage.subscribe()));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    if let Some(seat) = seats.take(peer.ip()) {
                        let shared = Arc::clone(&shared);
                        let stage = stage.subscribe();
                        connections.spawn(connection::run(stream, peer, seat, shared, stage));
                    } else {
                        shared.refused.fetch_add(1, Ordering::Relaxed);
                        tracing::debug!(%peer, "too many connections");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "accept failed");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = &mut drained => break,
        }
    }
    drop(listener);
    stage.send_replace(Stage::Closing);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(shared.options.in_flight_timeout, all).await.is_err() {
        tracing::warn!("requests in flight did not finish in time");
    }
}

/// Ends when a drain has begun and its time is over.
async fn drained(mut stage: watch::Receiver<Stage>) {
    loop {
        let current = *stage.borrow_and_update();
        match current {
            Stage::Draining { until } => tokio::select! {
                () = sleep_until(until) => return,
                Ok(()) = stage.changed() => {}
            },
            Stage::Closing => return,
            Stage::Serving => {
                if stage.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}
