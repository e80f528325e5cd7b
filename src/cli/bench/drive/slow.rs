//! Clients that take their time, beside the measured ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;

use crate::cli::bench::corpus::Fresh;
use crate::tls::dial::Duplex;

use super::load::Load;

/// Bytes of one piece and the pause behind it: a small review takes seconds.
const PIECE: usize = 64;
const PAUSE: Duration = Duration::from_millis(100);
/// A slow client asks for a review of this size at most: a larger one would not
/// end within any run.
const LARGEST: usize = 64 << 10;

/// What became of slow requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::cli::bench) struct SlowCount {
    /// Begun.
    pub(in crate::cli::bench) begun: u64,
    /// Answered with any status.
    pub(in crate::cli::bench) answered: u64,
    /// Cut off, or never connected.
    pub(in crate::cli::bench) cut: u64,
}

/// Clients that send a body in small pieces, over and over, until it is dropped.
/// None of their times is measured.
pub(in crate::cli::bench) struct SlowClients {
    counts: Arc<[AtomicU64; 3]>,
    _tasks: JoinSet<()>,
}

impl SlowClients {
    /// Starts so many.
    pub(in crate::cli::bench) fn start(load: &Arc<Load>, count: usize) -> Self {
        let counts: Arc<[AtomicU64; 3]> = Arc::default();
        let mut tasks = JoinSet::new();
        for number in 0..u64::try_from(count).unwrap_or_default() {
            let (load, counts) = (load.clone(), counts.clone());
            tasks.spawn(async move {
                let mut fresh = Fresh::default();
                for round in 0.. {
                    counts[0].fetch_add(1, Ordering::Relaxed);
                    let answered = trickle(&load, &mut fresh, number + round).await;
                    let place = if answered.is_some() { 1 } else { 2 };
                    counts[place].fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(PAUSE).await;
                }
            });
        }
        Self { counts, _tasks: tasks }
    }

    /// What became of them so far.
    pub(in crate::cli::bench) fn count(&self) -> SlowCount {
        let [begun, answered, cut] = [0, 1, 2].map(|at| self.counts[at].load(Ordering::Relaxed));
        SlowCount { begun, answered, cut }
    }
}

/// One request in pieces; none when it was cut off.
async fn trickle(load: &Load, fresh: &mut Fresh, number: u64) -> Option<()> {
    let (_, review) = (0..100)
        .filter_map(|further| load.corpus.at(number + further))
        .find(|(_, review)| review.len() <= LARGEST)
        .or_else(|| load.corpus.at(number))?;
    let (_, body) = review.body(fresh);
    let mut stream = load.target.dialer.stream().await.ok()?;
    let host = load.target.dialer.host().to_str().ok()?;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        review.path,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    for piece in body.chunks(PIECE) {
        // A server that answers before the end has had enough.
        if let Some(early) = written(&mut *stream, piece).await? {
            return early.then_some(());
        }
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.ok()?;
    answer.starts_with(b"HTTP/1.1 ").then_some(())
}

/// Writes a piece and pauses; whether an answer began meanwhile, if anything
/// came at all.
async fn written(stream: &mut dyn Duplex, piece: &[u8]) -> Option<Option<bool>> {
    stream.write_all(piece).await.ok()?;
    stream.flush().await.ok()?;
    let mut early = [0; 9];
    match tokio::time::timeout(PAUSE, stream.read(&mut early)).await {
        Err(_) => Some(None),
        Ok(Ok(read)) if read > 0 => Some(Some(early.starts_with(b"HTTP"))),
        Ok(_) => None,
    }
}
