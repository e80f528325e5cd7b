//! The thread that keeps time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::cli::bench::arrivals::Schedule;

use super::queue::{Queue, Start};

/// Longest sleep, so that an end is noticed.
const NAP: Duration = Duration::from_millis(50);
/// How much later than asked the kernel may wake this thread, in nanoseconds;
/// 50,000 unless it is said. Timers of the runtime are of a millisecond, which
/// is longer than many an answer takes.
const SLACK: &str = "1000";

/// Puts every start of `schedule` into `queue` at its moment after `began`, then
/// closes it. Blocks. True when the schedule came to its end.
pub(super) fn pace(
    mut schedule: Schedule,
    began: Instant,
    queue: &Arc<Queue>,
    stop: &CancellationToken,
) -> bool {
    wake_promptly();
    let ended = loop {
        let Some(arrival) = schedule.next() else { break !schedule.is_cut() };
        let intended = began + arrival.at;
        if !sleep_until(intended, stop) {
            break false;
        }
        let (stage, number) = (arrival.stage, arrival.number);
        queue.push(Start { intended, stage, number, blocked: false });
    };
    // A stage lasts as long as it was said, also after its last start.
    let ended = ended && sleep_until(began + schedule.length(), stop);
    queue.close();
    ended
}

/// False when it was told to stop meanwhile.
fn sleep_until(moment: Instant, stop: &CancellationToken) -> bool {
    loop {
        if stop.is_cancelled() {
            return false;
        }
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(NAP));
    }
}

/// Asks Linux for exact timers for this thread; elsewhere, or when it is
/// refused, starts come a little later, and the report says how much.
fn wake_promptly() {
    let thread = std::fs::read_link("/proc/thread-self").unwrap_or_default();
    if let Some(thread) = thread.file_name() {
        let file = std::path::Path::new("/proc").join(thread).join("timerslack_ns");
        let _ = std::fs::write(file, SLACK);
    }
}
