//! Times in a histogram of fixed size.

use std::time::Duration;

use hdrhistogram::{CreationError, Histogram};
use serde::Serialize;

/// Shortest and longest time that are told apart, in nanoseconds: 1 µs and an hour.
const LEAST: u64 = 1_000;
const MOST: u64 = 3_600_000_000_000;

/// Times to three significant digits, from a microsecond to an hour. Longer ones
/// count as an hour.
#[derive(Clone, Debug)]
pub(super) struct Latencies(Histogram<u64>);

/// What a histogram says, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Quantiles {
    pub(super) count: u64,
    pub(super) mean: f64,
    pub(super) p50: f64,
    pub(super) p90: f64,
    pub(super) p99: f64,
    #[serde(rename = "p99.9")]
    pub(super) p999: f64,
    pub(super) max: f64,
}

impl Latencies {
    /// About 200 KiB.
    pub(super) fn new() -> Result<Self, CreationError> {
        Self::with_digits(3)
    }

    /// With fewer significant digits: two take about 20 KiB.
    pub(super) fn with_digits(digits: u8) -> Result<Self, CreationError> {
        Histogram::new_with_bounds(LEAST, MOST, digits).map(Self)
    }

    /// Adds a time.
    pub(super) fn record(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(MOST));
    }

    /// Adds all times of another one with the same digits.
    pub(super) fn merge(&mut self, other: &Self) {
        let added = self.0.add(&other.0);
        debug_assert!(added.is_ok(), "all have the same bounds");
    }

    /// How many times there are.
    pub(super) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time that this part of all is not above; zero when there is none.
    pub(super) fn quantile(&self, part: f64) -> Duration {
        Duration::from_nanos(self.0.value_at_quantile(part))
    }

    /// The usual ones.
    pub(super) fn quantiles(&self) -> Quantiles {
        let at = |part| milliseconds(self.quantile(part));
        Quantiles {
            count: self.count(),
            mean: rounded(self.0.mean() / 1e6),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: at(1.0),
        }
    }
}

/// A time in milliseconds, to the microsecond.
pub(super) fn milliseconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1e3)
}

/// To three decimals: what is finer was not measured.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: impl IntoIterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::new().unwrap();
        times.into_iter().for_each(|micros| latencies.record(Duration::from_micros(micros)));
        latencies
    }

    #[test]
    fn quantiles_are_those_of_the_times() {
        let quantiles = of((1..=1000).map(|n| n * 1000)).quantiles();
        assert_eq!(quantiles.count, 1000);
        let close = |value: f64, expected: f64| (value / expected - 1.0).abs() < 0.001;
        assert!(close(quantiles.p50, 500.0), "{quantiles:?}");
        assert!(close(quantiles.p90, 900.0) && close(quantiles.p99, 990.0), "{quantiles:?}");
        assert!(close(quantiles.p999, 999.0) && close(quantiles.max, 1000.0), "{quantiles:?}");
        assert!(close(quantiles.mean, 500.5), "{quantiles:?}");
        assert_eq!(of([]).quantiles(), Quantiles::default());
    }

    #[test]
    fn merging_is_as_recording_all() {
        let (mut left, right) = (of(1..500), of(500..2000));
        left.merge(&right);
        assert_eq!(left.quantiles(), of(1..2000).quantiles());
        left.merge(&of([]));
        assert_eq!(left.count(), 1999);
    }

    #[test]
    fn what_is_longer_than_an_hour_counts_as_one() {
        let mut latencies = Latencies::with_digits(2).unwrap();
        latencies.record(Duration::MAX);
        let hour = latencies.quantile(1.0).as_secs_f64() / 3600.0;
        assert!((0.98..1.03).contains(&hour), "{hour}");
    }
}
