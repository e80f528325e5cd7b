//! Where a connection is in its life, and until when it may stay there.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::Instant;

use super::ServeOptions;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Between requests, or before the first.
    Idle,
    /// Bytes of a head have come, its end has not.
    Head,
    /// A request is being answered.
    Busy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Now {
    pub(super) phase: Phase,
    /// When a connection that is still in this phase is closed.
    pub(super) until: Instant,
}

/// Shared by the stream (sees bytes), the service (sees requests) and the loop
/// that closes the connection.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    now: Arc<watch::Sender<Now>>,
    options: ServeOptions,
}

impl Clock {
    /// A new connection is idle, not late: Go dials ahead and keeps what it did
    /// not need in its pool, without having sent a byte.
    pub(super) fn new(options: ServeOptions) -> Self {
        let until = Instant::now() + options.idle_timeout;
        Self { now: Arc::new(watch::Sender::new(Now { phase: Phase::Idle, until })), options }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Now> {
        self.now.subscribe()
    }

    /// A head is complete; idle again when the guard is dropped.
    pub(super) fn busy(&self) -> BusyGuard {
        self.enter(Phase::Busy);
        BusyGuard(self.clone())
    }

    fn bytes_arrived(&self) {
        if self.now.borrow().phase == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    fn enter(&self, phase: Phase) {
        let time = match phase {
            Phase::Idle => self.options.idle_timeout,
            Phase::Head => self.options.header_timeout,
            Phase::Busy => self.options.request_timeout,
        };
        self.now.send_replace(Now { phase, until: Instant::now() + time });
    }
}

#[derive(Debug)]
pub(super) struct BusyGuard(Clock);

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle);
    }
}

/// A stream that reports arriving bytes.
#[derive(Debug)]
pub(super) struct Timed<S> {
    pub(super) inner: S,
    pub(super) clock: Clock,
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.clock.bytes_arrived();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// A response body that keeps its connection busy until it was handed over.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) body: axum::body::Body,
    pub(super) _busy: BusyGuard,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::AsyncReadExt as _;
    use tokio_test::io::Builder;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_head_runs_out_of_time_and_an_unused_connection_does_not() {
        let options = ServeOptions::new(([127, 0, 0, 1], 0).into());
        let clock = Clock::new(options);
        let watched = clock.watch();
        let now = || *watched.borrow();
        let pause = Duration::from_mins(1);
        let stream = Builder::new()
            .wait(pause)
            .read(b"PO")
            .wait(options.header_timeout / 2)
            .read(b"ST")
            .build();
        let mut stream = Timed { inner: stream, clock: clock.clone() };
        let began = Instant::now();
        assert_eq!(now(), Now { phase: Phase::Idle, until: began + options.idle_timeout });
        let mut bytes = [0; 2];
        stream.read_exact(&mut bytes).await.unwrap();
        let head = Now { phase: Phase::Head, until: Instant::now() + options.header_timeout };
        assert!(Instant::now() >= began + pause);
        assert_eq!(now(), head);
        // A byte now and then buys no time.
        stream.read_exact(&mut bytes).await.unwrap();
        assert!(Instant::now() > began + pause);
        assert_eq!(now(), head);
        let busy = clock.busy();
        assert_eq!(now().phase, Phase::Busy);
        assert_eq!(now().until, Instant::now() + options.request_timeout);
        drop(busy);
        assert_eq!(now(), Now { phase: Phase::Idle, until: Instant::now() + options.idle_timeout });
    }
}
