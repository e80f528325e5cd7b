//! What is sent where, and where it is taken down.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::CreationError;
use tokio_util::sync::CancellationToken;

use crate::cli::bench::answer::check;
use crate::cli::bench::corpus::{Corpus, Fresh};
use crate::cli::bench::fault::Fault;
use crate::cli::bench::tally::{Exchange, Tally, Window};
use crate::cli::bench::target::Target;

use super::line::Line;
use super::queue::Start;

/// A target and what it is sent.
pub(in crate::cli::bench) struct Load {
    pub(in crate::cli::bench) target: Target,
    pub(in crate::cli::bench) corpus: Corpus,
    /// Ends everything.
    pub(in crate::cli::bench) stop: CancellationToken,
}

/// Where the connections of one run take down what they saw: a tally a stage.
#[derive(Debug)]
pub(in crate::cli::bench) struct Tallies {
    began: Instant,
    /// When each stage begins, after `began`, and how long it is.
    stages: Vec<Window>,
    all: Mutex<Vec<Tally>>,
}

impl Tallies {
    /// A run of stages of these lengths that begins now.
    pub(in crate::cli::bench) fn new(
        stages: &[Duration],
        reviews: usize,
    ) -> Result<Arc<Self>, CreationError> {
        let mut begins = Duration::ZERO;
        let window = |length: &Duration| {
            let window = Window { begins, length: *length };
            begins += *length;
            window
        };
        let windows = stages.iter().map(window).collect();
        let all = stages.iter().map(|_| Tally::new(reviews)).collect::<Result<_, _>>()?;
        Ok(Arc::new(Self { began: Instant::now(), stages: windows, all: Mutex::new(all) }))
    }

    /// When the run began.
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    /// Looks at the tallies, or changes them.
    pub(in crate::cli::bench) fn with<T>(&self, look: impl FnOnce(&mut Vec<Tally>) -> T) -> T {
        look(&mut self.all.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn record(&self, stage: usize, exchange: Exchange) {
        let window = self.stages.get(stage).copied().unwrap_or_default();
        self.with(|all| all.get_mut(stage).map(|tally| tally.record(exchange, window)));
    }

    pub(super) fn miss(&self, stage: usize, waited: Duration) {
        self.with(|all| all.get_mut(stage).map(|tally| tally.miss(waited)));
    }
}

impl Load {
    /// Sends the review that comes at this place; the fault, if there was one.
    pub(super) async fn send(
        &self,
        line: &mut Line,
        fresh: &mut Fresh,
        number: u64,
        start: Option<Start>,
        (tallies, stage): (&Tallies, usize),
    ) -> Option<Fault> {
        let (index, review) = self.corpus.at(number)?;
        let (uid, body) = review.body(fresh);
        let started = Instant::now();
        let lag = started.saturating_duration_since(start.map_or(started, |start| start.intended));
        let posted = line.post(&self.target, &review.path, &body).await;
        let ended = Instant::now();
        let (received, verdict, fault) = match posted.answer {
            Err(failed) => (0, None, Some(failed)),
            Ok(answer) => {
                let received = length(&answer.body);
                match Fault::of_status(answer.status) {
                    Some(fault) => {
                        let text = String::from_utf8_lossy(&answer.body);
                        let words = text.chars().take(200).collect::<String>();
                        (received, None, Some((fault, format!("{}: {words}", answer.status))))
                    }
                    None => {
                        let checked = check(&answer.body, uid.as_str(), &review.expected);
                        (received, checked.verdict, checked.fault)
                    }
                }
            }
        };
        let class = fault.as_ref().map(|(fault, _)| *fault);
        let exchange = Exchange {
            review: index,
            lag,
            blocked: start.is_some_and(|start| start.blocked),
            service: ended.duration_since(started),
            ended: ended.duration_since(tallies.began()),
            sent: length(&body),
            received,
            dialed: posted.dialed,
            verdict,
            fault,
        };
        tallies.record(stage, exchange);
        class
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
