//! What came of the reviews of one stage or block.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::CreationError;
use serde::Serialize;

use super::answer::Verdict;
use super::fault::Fault;
use super::latencies::Latencies;

/// A start that is later than this after its moment is reported as late.
const LATE: Duration = Duration::from_millis(1);
/// The most faults of which the words are kept.
const SAMPLES: usize = 10;

/// One review that was started.
#[derive(Debug)]
pub(super) struct Exchange {
    /// Index of the review.
    pub(super) review: usize,
    /// From its intended start to its start.
    pub(super) lag: Duration,
    /// Whether no connection was free at its intended start.
    pub(super) blocked: bool,
    /// From its start to the end of the answer.
    pub(super) service: Duration,
    /// When it ended, from the beginning of the run.
    pub(super) ended: Duration,
    /// Bytes of the body that was sent.
    pub(super) sent: u64,
    /// Bytes of the body that came back.
    pub(super) received: u64,
    /// Time of each new connection that it needed, handshake included.
    pub(super) dialed: Option<Duration>,
    /// What was said, if anything was.
    pub(super) verdict: Option<Verdict>,
    /// What went wrong.
    pub(super) fault: Option<(Fault, String)>,
}

/// When a stage is, from the beginning of the run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    pub(super) begins: Duration,
    pub(super) length: Duration,
}

/// Counts and times.
///
/// Latency counts from the *intended* start to the end of the answer, so that a
/// slow answer is also charged for those that had to wait behind it. It is known
/// of every answer, right or wrong; a time-out and a missed start count with the
/// time for which they were waited for. Connections that failed have none.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    pub(super) latency: Latencies,
    /// From the start alone: what the target took.
    pub(super) service: Latencies,
    /// From the intended start to the start: what was waited for here.
    pub(super) lag: Latencies,
    pub(super) handshake: Latencies,
    /// Reviews that were sent.
    pub(super) started: u64,
    /// Those that got an answer, right or wrong.
    pub(super) answered: u64,
    /// Those that were sent later than a millisecond after their moment.
    pub(super) late: u64,
    /// Of those, the ones for which no connection was free.
    pub(super) blocked: u64,
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) verdicts: Verdicts,
    pub(super) faults: BTreeMap<Fault, u64>,
    /// By index of the review.
    pub(super) reviews: Vec<ReviewTally>,
    /// Review and words of some faults, one of each class and review.
    pub(super) samples: Vec<Sample>,
    /// From its beginning to the end of the last answer.
    pub(super) elapsed: Duration,
    /// Answers that came while it lasted; it may end before the last one comes.
    pub(super) within: u64,
    /// How long it lasted, when it came to its end.
    pub(super) lasted: Option<Duration>,
}

/// Answers by what they said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Verdicts {
    pub(super) allowed: u64,
    /// Of those, with a patch.
    pub(super) patched: u64,
    /// Of those, with a warning.
    pub(super) warned: u64,
    /// By code.
    pub(super) denied: BTreeMap<u16, u64>,
}

/// What came of one review.
#[derive(Clone, Debug)]
pub(super) struct ReviewTally {
    pub(super) started: u64,
    pub(super) faults: u64,
    pub(super) latency: Latencies,
}

/// One fault in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) fault: Fault,
    /// None when nothing was sent.
    pub(super) review: Option<usize>,
    pub(super) detail: String,
}

impl Tally {
    /// Nothing yet, of so many different reviews.
    pub(super) fn new(reviews: usize) -> Result<Self, CreationError> {
        let review = || {
            let latency = Latencies::with_digits(2)?;
            Ok(ReviewTally { started: 0, faults: 0, latency })
        };
        Ok(Self {
            latency: Latencies::new()?,
            service: Latencies::new()?,
            lag: Latencies::new()?,
            handshake: Latencies::new()?,
            started: 0,
            answered: 0,
            late: 0,
            blocked: 0,
            sent: 0,
            received: 0,
            verdicts: Verdicts::default(),
            faults: BTreeMap::new(),
            reviews: std::iter::repeat_with(review).take(reviews).collect::<Result<_, _>>()?,
            samples: Vec::new(),
            elapsed: Duration::ZERO,
            within: 0,
            lasted: None,
        })
    }

    /// Counts a review that was started in this stage.
    pub(super) fn record(&mut self, exchange: Exchange, window: Window) {
        self.started += 1;
        self.late += u64::from(exchange.lag > LATE);
        self.blocked += u64::from(exchange.lag > LATE && exchange.blocked);
        self.sent += exchange.sent;
        self.received += exchange.received;
        let ended = exchange.ended.saturating_sub(window.begins);
        self.elapsed = self.elapsed.max(ended);
        self.lag.record(exchange.lag);
        if let Some(dialed) = exchange.dialed {
            self.handshake.record(dialed);
        }
        match exchange.verdict {
            None => {}
            Some(Verdict::Allowed { patched, warned }) => {
                self.verdicts.allowed += 1;
                self.verdicts.patched += u64::from(patched);
                self.verdicts.warned += u64::from(warned);
            }
            Some(Verdict::Denied(code)) => *self.verdicts.denied.entry(code).or_default() += 1,
        }
        let fault = exchange.fault.as_ref().map(|(fault, _)| *fault);
        let answered = fault.is_none_or(is_answer);
        self.answered += u64::from(answered);
        self.within += u64::from(answered && ended <= window.length);
        let known = answered || fault == Some(Fault::Timeout);
        let latency = exchange.lag + exchange.service;
        if known {
            self.latency.record(latency);
            self.service.record(exchange.service);
        }
        if let Some(review) = self.reviews.get_mut(exchange.review) {
            review.started += 1;
            review.faults += u64::from(fault.is_some());
            if known {
                review.latency.record(latency);
            }
        }
        if let Some((fault, detail)) = exchange.fault {
            self.fault(fault, Some(exchange.review), detail);
        }
    }

    /// Counts a start that was given up after having waited for so long.
    pub(super) fn miss(&mut self, waited: Duration) {
        self.latency.record(waited);
        self.lag.record(waited);
        let detail = "no connection was free within the time-out".to_owned();
        self.fault(Fault::Missed, None, detail);
    }

    fn fault(&mut self, fault: Fault, review: Option<usize>, detail: String) {
        *self.faults.entry(fault).or_default() += 1;
        self.sample(Sample { fault, review, detail });
    }

    fn sample(&mut self, new: Sample) {
        let same = |old: &Sample| (old.fault, old.review) == (new.fault, new.review);
        if self.samples.len() < SAMPLES && !self.samples.iter().any(same) {
            self.samples.push(new);
        }
    }

    /// Adds what came of another stage or block with the same reviews, which
    /// followed this one.
    pub(super) fn merge(&mut self, other: &Self) {
        self.latency.merge(&other.latency);
        self.service.merge(&other.service);
        self.lag.merge(&other.lag);
        self.handshake.merge(&other.handshake);
        self.started += other.started;
        self.answered += other.answered;
        self.late += other.late;
        self.blocked += other.blocked;
        self.sent += other.sent;
        self.received += other.received;
        self.verdicts.allowed += other.verdicts.allowed;
        self.verdicts.patched += other.verdicts.patched;
        self.verdicts.warned += other.verdicts.warned;
        for (code, count) in &other.verdicts.denied {
            *self.verdicts.denied.entry(*code).or_default() += count;
        }
        for (fault, count) in &other.faults {
            *self.faults.entry(*fault).or_default() += count;
        }
        for (mine, theirs) in self.reviews.iter_mut().zip(&other.reviews) {
            mine.started += theirs.started;
            mine.faults += theirs.faults;
            mine.latency.merge(&theirs.latency);
        }
        for sample in &other.samples {
            self.sample(sample.clone());
        }
        self.elapsed += other.elapsed;
        self.within += other.within;
        self.lasted = self.lasted.zip(other.lasted).map(|(mine, theirs)| mine + theirs);
    }

    /// Reviews that failed in any way, and starts that were missed.
    pub(super) fn errors(&self) -> u64 {
        self.faults.values().sum()
    }

    /// Starts that were due, missed ones included.
    pub(super) fn due(&self) -> u64 {
        self.started + self.faults.get(&Fault::Missed).copied().unwrap_or_default()
    }

    /// Answers a second, right or wrong, while it lasted; of one that was cut
    /// short, to the last answer. Zero when no time has passed.
    pub(super) fn rate(&self) -> f64 {
        match self.lasted {
            Some(lasted) => per_second(self.within, lasted),
            None => per_second(self.answered, self.elapsed),
        }
    }

    /// How long it lasted, or until its last answer when it was cut short.
    pub(super) fn length(&self) -> Duration {
        self.lasted.unwrap_or(self.elapsed)
    }
}

/// Whether something came back that was read to its end.
fn is_answer(fault: Fault) -> bool {
    match fault {
        Fault::Missed
        | Fault::Refused
        | Fault::Unreachable
        | Fault::Tls
        | Fault::Reset
        | Fault::Timeout => false,
        Fault::Status4xx
        | Fault::Status5xx
        | Fault::StatusOther
        | Fault::BadBody
        | Fault::WrongUid
        | Fault::WrongVerdict
        | Fault::WrongReason => true,
    }
}

/// A count by a time.
pub(super) fn per_second(count: u64, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 { float(count) / seconds } else { 0.0 }
}

/// A count as a number to divide; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const WINDOW: Window =
        Window { begins: Duration::from_millis(20), length: Duration::from_millis(85) };

    fn exchange(fault: Option<Fault>, lag: u32, service: u32) -> Exchange {
        Exchange {
            review: 0,
            lag: MS * lag,
            blocked: true,
            service: MS * service,
            ended: MS * 100,
            sent: 10,
            received: 20,
            dialed: None,
            verdict: Some(Verdict::Denied(403)),
            fault: fault.map(|fault| (fault, "words".to_owned())),
        }
    }

    fn tally(all: impl IntoIterator<Item = Exchange>) -> Tally {
        let mut tally = Tally::new(1).unwrap();
        all.into_iter().for_each(|exchange| tally.record(exchange, WINDOW));
        tally
    }

    #[test]
    fn latency_counts_from_the_intended_start() {
        let mut tally = tally([exchange(None, 7, 3), exchange(None, 0, 3)]);
        assert_eq!(tally.latency.quantile(1.0).as_millis(), 10);
        assert_eq!(tally.service.quantile(1.0).as_millis(), 3);
        assert_eq!((tally.started, tally.answered, tally.late, tally.blocked), (2, 2, 1, 1));
        assert_eq!((tally.sent, tally.received), (20, 40));
        assert_eq!(tally.elapsed, MS * 80);
        assert!((tally.rate() - 25.0).abs() < 1e-9, "{}", tally.rate());
        // What is answered after the end does not make it longer.
        tally.record(Exchange { ended: MS * 9000, ..exchange(None, 0, 3) }, WINDOW);
        tally.lasted = Some(MS * 100);
        assert!((tally.rate() - 20.0).abs() < 1e-9, "{}", tally.rate());
        assert_eq!((tally.length(), tally.elapsed, tally.answered), (MS * 100, MS * 8980, 3));
    }

    #[test]
    fn failures_hide_no_latency() {
        let mut tally = tally([
            exchange(Some(Fault::Timeout), 0, 5000),
            exchange(Some(Fault::Refused), 0, 1),
            exchange(Some(Fault::WrongVerdict), 0, 2),
        ]);
        assert_eq!((tally.answered, tally.latency.count()), (1, 2));
        tally.miss(MS * 9000);
        assert_eq!(tally.latency.quantile(1.0).as_millis() / 10, 900);
        assert_eq!((tally.errors(), tally.started, tally.due()), (4, 3, 4));
        assert_eq!(tally.reviews[0].faults, 3);
    }

    #[test]
    fn merging_is_as_recording_all() {
        let some = || [exchange(None, 1, 2), exchange(Some(Fault::Reset), 0, 9)];
        let mut left = tally(some());
        left.merge(&tally(some()));
        let all = tally(some().into_iter().chain(some()));
        assert_eq!(left.latency.quantiles(), all.latency.quantiles());
        assert_eq!((left.started, &left.faults), (all.started, &all.faults));
        assert_eq!((&left.verdicts, &left.samples), (&all.verdicts, &all.samples));
        assert_eq!(left.reviews[0].latency.count(), all.reviews[0].latency.count());
        assert_eq!(left.elapsed, MS * 160, "one after the other");
    }

    #[test]
    fn few_words_are_kept() {
        let many = (0..50).map(|review| Exchange { review, ..exchange(Some(Fault::Tls), 0, 1) });
        let tally = tally(many.chain([exchange(Some(Fault::Tls), 0, 1)]));
        assert_eq!((tally.samples.len(), tally.errors()), (SAMPLES, 51));
    }
}
