//! A line that says how far it is, while somebody looks.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::drive::Tallies;
use super::latencies::milliseconds;
use super::tally::Tally;

const PERIOD: Duration = Duration::from_millis(500);
/// Back to the first column, and clear what follows.
const AGAIN: &str = "\r\u{1b}[K";

/// Writes on standard error until it is dropped, and only to a terminal.
pub(super) struct Progress(Option<JoinHandle<()>>);

impl Progress {
    /// Of a run that shall take so long.
    pub(super) fn start(what: &str, tallies: &Arc<Tallies>, length: Duration) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let (what, tallies, began) = (what.to_owned(), tallies.clone(), Instant::now());
        Self(Some(tokio::spawn(async move {
            loop {
                tokio::time::sleep(PERIOD).await;
                let text = tallies.with(|all| line(&what, all, began.elapsed(), length));
                let _ = write!(std::io::stderr(), "{AGAIN}{text}");
            }
        })))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
            let _ = write!(std::io::stderr(), "{AGAIN}");
        }
    }
}

fn line(what: &str, all: &[Tally], passed: Duration, length: Duration) -> String {
    let sum = |of: fn(&Tally) -> u64| all.iter().map(of).sum::<u64>();
    let current = all.iter().rev().find(|tally| tally.started > 0);
    let p99 = current.map_or(0.0, |tally| milliseconds(tally.latency.quantile(0.99)));
    format!(
        "{what}: {} of {} s, {} answers, {} errors, p99 {p99} ms",
        passed.as_secs(),
        length.as_secs(),
        sum(|tally| tally.answered),
        sum(Tally::errors),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_fits_a_terminal() {
        let mut tally = Tally::new(0).unwrap();
        tally.answered = 123_456_789;
        let shown = line("baseline", &[tally], Duration::from_secs(9), Duration::from_secs(10));
        assert_eq!(shown, "baseline: 9 of 10 s, 123456789 answers, 0 errors, p99 0 ms");
    }
}
