//! When a Tenant that failed is tried again.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const MOST: Duration = Duration::from_secs(30);

/// Failures in a row, by Tenant. `kube` tells an error policy neither how often
/// something failed nor that it succeeded.
#[derive(Debug, Default)]
pub(super) struct Backoff(Mutex<HashMap<String, u32>>);

impl Backoff {
    /// Counts a failure; the time to wait doubles from 0.2 s to 30 s.
    pub(super) fn fail(&self, name: &str) -> Duration {
        let mut failures = lock(&self.0);
        let count = failures.entry(name.to_owned()).or_default();
        let delay = FIRST.saturating_mul(1 << (*count).min(16)).min(MOST);
        *count = count.saturating_add(1);
        delay
    }

    /// Forgets the failures of a Tenant that succeeded or is gone.
    pub(super) fn forget(&self, name: &str) {
        lock(&self.0).remove(name);
    }
}

/// Locks, also after a panic in another task: every critical section here
/// leaves its map whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A period with up to a fifth added or taken away, the same for one name always.
pub(super) fn jittered(period: Duration, name: &str) -> Duration {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    let permille = u32::try_from(hasher.finish() % 401).unwrap_or_default();
    period * (800 + permille) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_a_limit_and_start_again() {
        let backoff = Backoff::default();
        let delays: Vec<u128> = (0..10).map(|_| backoff.fail("a").as_millis()).collect();
        assert_eq!(delays[..4], [200, 400, 800, 1600]);
        assert_eq!(delays[9], 30_000);
        assert_eq!(backoff.fail("b").as_millis(), 200);
        backoff.forget("a");
        assert_eq!(backoff.fail("a").as_millis(), 200);
    }

    #[test]
    fn many_failures_do_not_overflow() {
        let backoff = Backoff::default();
        for _ in 0..100 {
            assert!(backoff.fail("a") <= MOST);
        }
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let period = Duration::from_mins(10);
        for name in ["acme", "globex", "initech"] {
            let delay = jittered(period, name);
            assert!((480..=720).contains(&delay.as_secs()), "{delay:?}");
            assert_eq!(delay, jittered(period, name));
        }
    }
}
