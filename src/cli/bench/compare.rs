//! Two targets in turns: what can be said on a machine that is never quiet.

use serde::Serialize;

use super::latencies::rounded;

/// The middle of some values, and their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Spread {
    /// Of an even number of values the lower one of the two in the middle; all
    /// zero when there is none.
    pub(super) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| rounded(sorted.get(place).copied().unwrap_or_default());
        let last = sorted.len().saturating_sub(1);
        Self { median: at(last / 2), least: at(0), most: at(last) }
    }
}

/// One measure of both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Compared {
    pub(super) measure: &'static str,
    pub(super) target: Spread,
    pub(super) baseline: Spread,
    /// Median by median, and the ends of what neighbouring blocks say.
    pub(super) ratio: Option<Spread>,
}

impl Compared {
    /// Of the blocks of both, which took turns. No ratio where the baseline has
    /// nothing.
    pub(super) fn of(measure: &'static str, target: &[f64], baseline: &[f64]) -> Self {
        let pairs = target.iter().zip(baseline).filter(|(_, baseline)| **baseline > 0.0);
        let paired: Vec<f64> = pairs.map(|(target, baseline)| target / baseline).collect();
        let (target, baseline) = (Spread::of(target), Spread::of(baseline));
        let ends = Spread::of(&paired);
        let ratio = (baseline.median > 0.0)
            .then(|| Spread { median: rounded(target.median / baseline.median), ..ends });
        Self { measure, target, baseline, ratio }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_ends() {
        let spread = Spread::of(&[3.0, 1.0, 2.0]);
        assert_eq!(spread, Spread { median: 2.0, least: 1.0, most: 3.0 });
        assert!((Spread::of(&[4.0, 1.0]).median - 1.0).abs() < 1e-9);
        assert_eq!(Spread::of(&[]), Spread::default());
    }

    #[test]
    fn the_ratio_is_of_medians_and_its_ends_of_neighbours() {
        let compared = Compared::of("p50", &[2.0, 4.0, 6.0], &[1.0, 1.0, 2.0]);
        assert_eq!(compared.ratio, Some(Spread { median: 4.0, least: 2.0, most: 4.0 }));
        assert_eq!(Compared::of("p50", &[2.0], &[0.0]).ratio, None);
        assert_eq!(Compared::of("p50", &[], &[]).ratio, None);
    }
}
