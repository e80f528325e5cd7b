//! Connections at work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::cli::bench::arrivals::Schedule;
use crate::cli::bench::corpus::Fresh;
use crate::cli::bench::fault::Fault;
use crate::cli::bench::latencies::Latencies;
use crate::cli::bench::target::Target;

use super::line::Line;
use super::load::{Load, Tallies};
use super::pacer::pace;
use super::queue::Queue;

/// Pause of a connection of a closed loop that failed to connect: it would spin.
const PAUSE: Duration = Duration::from_millis(50);

/// Connections that are kept from one run to the next.
pub(in crate::cli::bench) struct Crew {
    lines: Vec<Line>,
    /// Which review comes next.
    number: u64,
}

impl Crew {
    /// So many connections, made one after the other.
    ///
    /// # Errors
    /// The first that failed.
    pub(in crate::cli::bench) async fn connect(
        target: &Target,
        count: usize,
        took: &mut Latencies,
    ) -> Result<Self, (Fault, String)> {
        let mut lines = Vec::new();
        for _ in 0..count {
            let mut line = Line::new();
            took.record(line.connect(target).await?);
            lines.push(line);
        }
        Ok(Self { lines, number: 0 })
    }

    /// TLS version and cipher suite.
    pub(in crate::cli::bench) fn negotiated(&self) -> Option<String> {
        self.lines.first()?.negotiated().map(str::to_owned)
    }

    /// Sends what a schedule says when it says so. Returns when every start was
    /// answered or given up; true when the schedule came to its end.
    pub(in crate::cli::bench) async fn open(
        &mut self,
        load: &Arc<Load>,
        schedule: Schedule,
        tallies: &Arc<Tallies>,
    ) -> bool {
        let queue = Arc::new(Queue::new(self.lines.len()));
        let first = self.number;
        let pacer = {
            let (queue, stop, began) = (queue.clone(), load.stop.clone(), tallies.began());
            tokio::task::spawn_blocking(move || pace(schedule, began, &queue, &stop))
        };
        let mut working = JoinSet::new();
        for mut line in self.lines.drain(..) {
            let (load, queue, tallies) = (load.clone(), queue.clone(), tallies.clone());
            working.spawn(async move {
                let (mut fresh, mut last) = (Fresh::default(), first);
                while let Some(start) = queue.next().await {
                    last = last.max(first + start.number + 1);
                    let waited = start.intended.elapsed();
                    if waited > load.target.timeout {
                        tallies.miss(start.stage, waited);
                    } else {
                        let (number, at) = (first + start.number, (&*tallies, start.stage));
                        load.send(&mut line, &mut fresh, number, Some(start), at).await;
                    }
                    queue.done();
                }
                (line, last)
            });
        }
        self.gather(working, load).await;
        pacer.await.unwrap_or(false)
    }

    /// Each connection sends one review after the other for `time`; `requests`
    /// at most together. True when the time was over.
    pub(in crate::cli::bench) async fn closed(
        &mut self,
        load: &Arc<Load>,
        time: Duration,
        requests: u64,
        tallies: &Arc<Tallies>,
    ) -> bool {
        let until = Instant::now() + time;
        let begun = Arc::new(AtomicU64::new(0));
        let first = self.number;
        let mut working = JoinSet::new();
        for mut line in self.lines.drain(..) {
            let (load, tallies, begun) = (load.clone(), tallies.clone(), begun.clone());
            working.spawn(async move {
                let (mut fresh, mut last) = (Fresh::default(), first);
                while Instant::now() < until {
                    let number = begun.fetch_add(1, Ordering::Relaxed);
                    if number >= requests {
                        break;
                    }
                    last = first + number + 1;
                    let fault =
                        load.send(&mut line, &mut fresh, first + number, None, (&tallies, 0)).await;
                    if matches!(fault, Some(Fault::Refused | Fault::Unreachable | Fault::Tls)) {
                        tokio::time::sleep(PAUSE).await;
                    }
                }
                (line, last)
            });
        }
        self.gather(working, load).await;
        Instant::now() >= until
    }

    /// Takes the connections back, or drops them when everything shall end.
    async fn gather(&mut self, mut working: JoinSet<(Line, u64)>, load: &Load) {
        loop {
            tokio::select! {
                biased;
                () = load.stop.cancelled() => {
                    working.shutdown().await;
                    return;
                }
                ended = working.join_next() => match ended {
                    Some(Ok((line, last))) => {
                        self.number = self.number.max(last);
                        self.lines.push(line);
                    }
                    Some(Err(_)) => {}
                    None => return,
                },
            }
        }
    }
}
