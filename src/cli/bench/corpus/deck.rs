//! In which order reviews come.

use crate::cli::bench::tally::float;

/// Cards in a deck: a weight of a ten-thousandth of all still comes.
const CARDS: u32 = 10_000;

/// Indices in an order that repeats. Each comes as often as its weight says,
/// spread as evenly as can be: a short run sees every review that is not rare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deck(Vec<u32>);

impl Deck {
    /// A deck of these weights, each above 0. Every index comes at least once.
    pub(super) fn new(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let mut cards: Vec<(f64, u32)> = Vec::new();
        for (index, weight) in (0_u32..).zip(weights) {
            let wanted = (f64::from(CARDS) * weight / total).round().max(1.0);
            let shift = golden(index);
            let mut position = shift;
            while position < wanted {
                cards.push((position / wanted, index));
                position += 1.0;
            }
        }
        cards.sort_by(|left, right| left.0.total_cmp(&right.0));
        Self(cards.into_iter().map(|(_, index)| index).collect())
    }

    /// The index that comes at this place; 0 in an empty deck.
    pub(super) fn at(&self, number: u64) -> usize {
        let length = u64::try_from(self.0.len()).unwrap_or(u64::MAX).max(1);
        let place = usize::try_from(number % length).unwrap_or_default();
        let index = self.0.get(place).copied().unwrap_or_default();
        usize::try_from(index).unwrap_or_default()
    }
}

/// Multiples of the golden ratio modulo 1: no two indices begin together.
fn golden(index: u32) -> f64 {
    (float(u64::from(index)) * 0.618_033_988_749_894_9).fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(deck: &Deck, first: u64, of: usize) -> Vec<usize> {
        let mut counts = vec![0; of];
        (0..first).for_each(|number| counts[deck.at(number)] += 1);
        counts
    }

    #[test]
    fn weights_are_kept_over_a_deck() {
        let deck = Deck::new(&[95.0, 5.0]);
        let length = u64::try_from(deck.0.len()).unwrap();
        assert_eq!(counts(&deck, length, 2), [9500, 500]);
        for start in [0, 1234, 9999] {
            let rare = (start..start + 100).filter(|n| deck.at(*n) == 1).count();
            assert!((4..=6).contains(&rare), "{rare} of 100 from {start}");
        }
    }

    #[test]
    fn equal_reviews_come_in_turns() {
        let deck = Deck::new(&[1.0; 32]);
        assert_eq!(counts(&deck, 32, 32), [1; 32]);
        assert_eq!(counts(&deck, 64, 32), [2; 32]);
        assert_eq!(deck.at(0), deck.at(u64::try_from(deck.0.len()).unwrap()));
    }

    #[test]
    fn the_rarest_comes_and_nothing_is_no_deck() {
        let deck = Deck::new(&[1e9, 1.0]);
        assert!(deck.0.contains(&1));
        assert_eq!(Deck::new(&[]).at(3), 0);
        assert_eq!(Deck::new(&[2.5]).at(3), 0);
    }
}
