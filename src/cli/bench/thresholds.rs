//! What a run must keep to.

use std::time::Duration;

use serde::Serialize;

use super::latencies::milliseconds;
use super::tally::{Tally, float};
use super::values::Errors;

/// Limits of each run; what is `None` is not judged.
#[derive(Clone, Debug)]
pub(super) struct Thresholds {
    /// Quantiles as a part of 1, with their names.
    pub(super) quantiles: Vec<(&'static str, f64, Duration)>,
    pub(super) errors: Errors,
    pub(super) min_rate: Option<f64>,
}

/// One limit and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Judged {
    pub(super) threshold: String,
    pub(super) measured: String,
    pub(super) met: bool,
}

impl Thresholds {
    /// Judges a run.
    pub(super) fn judge(&self, tally: &Tally) -> Vec<Judged> {
        let mut judged = Vec::new();
        for (name, part, limit) in &self.quantiles {
            let measured = tally.latency.quantile(*part);
            judged.push(Judged {
                threshold: format!("{name} at most {} ms", milliseconds(*limit)),
                measured: format!("{} ms", milliseconds(measured)),
                // Nothing was fast when nothing came.
                met: tally.latency.count() > 0 && measured <= *limit,
            });
        }
        if let Some(least) = self.min_rate {
            judged.push(Judged {
                threshold: format!("answers at least {least}/s"),
                measured: format!("{:.1}/s", tally.rate()),
                met: tally.rate() >= least,
            });
        }
        let (errors, due) = (tally.errors(), tally.due());
        let (threshold, met) = match self.errors {
            Errors::Count(most) => (format!("errors at most {most}"), errors <= most),
            Errors::Share(most) => {
                let percent = most * 100.0;
                (format!("errors at most {percent}%"), float(errors) <= most * float(due))
            }
        };
        judged.push(Judged {
            threshold,
            measured: format!("{errors} of {due}"),
            met: met && due > 0,
        });
        judged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::bench::fault::Fault;
    use crate::cli::bench::tally::{Exchange, Window};

    fn tally(milliseconds: &[u64], failed: u64) -> Tally {
        let mut tally = Tally::new(1).unwrap();
        let exchange = |service, fault: Option<Fault>| Exchange {
            review: 0,
            lag: Duration::ZERO,
            blocked: false,
            service,
            ended: Duration::from_secs(1),
            sent: 0,
            received: 0,
            dialed: None,
            verdict: None,
            fault: fault.map(|fault| (fault, String::new())),
        };
        for time in milliseconds {
            tally.record(exchange(Duration::from_millis(*time), None), Window::default());
        }
        for _ in 0..failed {
            tally.record(exchange(Duration::ZERO, Some(Fault::Refused)), Window::default());
        }
        tally
    }

    fn met(thresholds: &Thresholds, tally: &Tally) -> Vec<bool> {
        thresholds.judge(tally).into_iter().map(|judged| judged.met).collect()
    }

    #[test]
    fn each_limit_is_judged_by_itself() {
        let limits = |errors| Thresholds {
            quantiles: vec![
                ("p50", 0.5, Duration::from_millis(10)),
                ("max", 1.0, Duration::from_millis(10)),
            ],
            errors,
            min_rate: Some(3.0),
        };
        let none = limits(Errors::Count(0));
        assert_eq!(met(&none, &tally(&[1, 2, 9], 0)), [true; 4]);
        assert_eq!(met(&none, &tally(&[1, 2, 90], 0)), [true, false, true, true]);
        assert_eq!(met(&none, &tally(&[1, 2], 0)), [true, true, false, true]);
        assert_eq!(met(&none, &tally(&[1, 2, 9], 1)), [true, true, true, false]);
        assert_eq!(met(&limits(Errors::Share(0.25)), &tally(&[1, 2, 9], 1)), [true; 4]);
        assert_eq!(met(&none, &tally(&[], 0)), [false; 4], "nothing happened, nothing is met");
        let judged = none.judge(&tally(&[1, 2, 9], 1)).pop().unwrap();
        assert_eq!(
            (judged.threshold.as_str(), judged.measured.as_str()),
            ("errors at most 0", "1 of 4")
        );
    }
}
