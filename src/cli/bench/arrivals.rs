//! When each review is to be started, decided before anything is sent.

use std::time::Duration;

use fastrand::Rng;

use super::values::{Arrivals, Stage};

/// One start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    /// From the beginning of the run.
    pub(super) at: Duration,
    /// Index of its stage.
    pub(super) stage: usize,
    /// Which one it is, from 0, over all stages.
    pub(super) number: u64,
}

/// Every start of a run, in order. The same arguments give the same starts.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    stages: Vec<Stage>,
    arrivals: Arrivals,
    rng: Rng,
    left: u64,
    stage: usize,
    /// Seconds from the run to the stage, and from the stage to the next start.
    begins: f64,
    offset: f64,
    /// Starts of this stage so far.
    started: f64,
    number: u64,
}

impl Schedule {
    /// Stages one after the other; at most `limit` starts.
    pub(super) fn new(stages: Vec<Stage>, arrivals: Arrivals, seed: u64, limit: u64) -> Self {
        let mut schedule = Self {
            stages,
            arrivals,
            rng: Rng::with_seed(seed),
            left: limit,
            stage: 0,
            begins: 0.0,
            offset: 0.0,
            started: 0.0,
            number: 0,
        };
        schedule.enter();
        schedule
    }

    /// How long all stages are together.
    pub(super) fn length(&self) -> Duration {
        self.stages.iter().map(|stage| stage.duration).sum()
    }

    /// Whether the limit ended it before its stages did.
    pub(super) const fn is_cut(&self) -> bool {
        self.left == 0
    }

    /// The first start of a stage: at once, or after a random distance.
    fn enter(&mut self) {
        self.started = 0.0;
        self.offset = match (self.arrivals, self.stages.get(self.stage)) {
            (Arrivals::Poisson, Some(stage)) => exponential(&mut self.rng, stage.rate),
            _ => 0.0,
        };
    }
}

impl Iterator for Schedule {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        self.left = self.left.checked_sub(1)?;
        let mut stage = *self.stages.get(self.stage)?;
        while self.offset >= stage.duration.as_secs_f64() {
            self.begins += stage.duration.as_secs_f64();
            self.stage += 1;
            stage = *self.stages.get(self.stage)?;
            self.enter();
        }
        let at = Duration::try_from_secs_f64(self.begins + self.offset).ok()?;
        let arrival = Arrival { at, stage: self.stage, number: self.number };
        self.number += 1;
        self.started += 1.0;
        match self.arrivals {
            // Not by adding up distances, which would add up their errors.
            Arrivals::Fixed => self.offset = self.started / stage.rate,
            Arrivals::Poisson => self.offset += exponential(&mut self.rng, stage.rate),
        }
        Some(arrival)
    }
}

/// A distance of a Poisson process, in seconds.
fn exponential(rng: &mut Rng, rate: f64) -> f64 {
    -(1.0 - rng.f64()).ln() / rate
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stage(rate: f64, seconds: u64) -> Stage {
        Stage { rate, duration: Duration::from_secs(seconds) }
    }

    #[test]
    fn fixed_starts_are_even() {
        let all: Vec<Arrival> =
            Schedule::new(vec![stage(4.0, 1), stage(2.0, 1)], Arrivals::Fixed, 1, 100).collect();
        let at: Vec<u128> = all.iter().map(|arrival| arrival.at.as_millis()).collect();
        assert_eq!(at, [0, 250, 500, 750, 1000, 1500]);
        let stages: Vec<usize> = all.iter().map(|arrival| arrival.stage).collect();
        assert_eq!(stages, [0, 0, 0, 0, 1, 1]);
        assert_eq!(all[5].number, 5);
    }

    #[test]
    fn a_stage_has_as_many_fixed_starts_as_its_rate_says() {
        for rate in [3.0, 7.0, 50.0, 100.0, 333.0, 1e4] {
            let stages = vec![Stage { rate, duration: Duration::from_secs(2) }];
            let count = Schedule::new(stages, Arrivals::Fixed, 1, u64::MAX).count();
            assert_eq!(f64::from(u32::try_from(count).unwrap()), 2.0 * rate);
        }
        let short = Stage { rate: 50.0, duration: Duration::from_millis(200) };
        assert_eq!(Schedule::new(vec![short; 3], Arrivals::Fixed, 1, u64::MAX).count(), 30);
    }

    #[test]
    fn poisson_starts_have_the_rate_and_the_spread() {
        let schedule = || Schedule::new(vec![stage(1000.0, 100)], Arrivals::Poisson, 7, u64::MAX);
        let at: Vec<f64> = schedule().map(|arrival| arrival.at.as_secs_f64()).collect();
        assert!((99_000..101_000).contains(&at.len()), "{}", at.len());
        let gaps: Vec<f64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let count = f64::from(u32::try_from(gaps.len()).unwrap());
        let mean = gaps.iter().sum::<f64>() / count;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
        // Of an exponential distribution, deviation and mean are the same.
        assert!((variance.sqrt() / mean - 1.0).abs() < 0.03, "{mean} {variance}");
        let longer = gaps.iter().filter(|gap| **gap > mean).count();
        let share = f64::from(u32::try_from(longer).unwrap()) / count;
        assert!((share - (-1.0_f64).exp()).abs() < 0.01, "{share}");
        assert!(schedule().eq(schedule()), "a seed gives one schedule");
        let other = Schedule::new(vec![stage(1000.0, 100)], Arrivals::Poisson, 8, u64::MAX);
        assert!(!schedule().eq(other));
    }

    #[test]
    fn a_limit_and_an_empty_list_end_it() {
        assert_eq!(Schedule::new(vec![stage(10.0, 10)], Arrivals::Fixed, 1, 3).count(), 3);
        assert_eq!(Schedule::new(Vec::new(), Arrivals::Poisson, 1, 3).count(), 0);
        // Slower than its stage is long: one start at its beginning.
        assert_eq!(Schedule::new(vec![stage(0.01, 1)], Arrivals::Fixed, 1, 9).count(), 1);
    }

    proptest! {
        #[test]
        fn starts_are_in_order_and_inside_their_stage(
            stages in prop::collection::vec((0.5_f64..500.0, 1_u64..3), 1..4),
            poisson: bool,
            seed: u64,
        ) {
            let stages: Vec<Stage> = stages.into_iter().map(|(rate, s)| stage(rate, s)).collect();
            let arrivals = if poisson { Arrivals::Poisson } else { Arrivals::Fixed };
            let mut last = Duration::ZERO;
            for (number, arrival) in (0..).zip(Schedule::new(stages.clone(), arrivals, seed, 5000)) {
                prop_assert!(arrival.at >= last);
                prop_assert_eq!(arrival.number, number);
                let ends: Duration = stages[..=arrival.stage].iter().map(|s| s.duration).sum();
                prop_assert!(arrival.at <= ends && arrival.at + stages[arrival.stage].duration >= ends);
                last = arrival.at;
            }
        }
    }
}
