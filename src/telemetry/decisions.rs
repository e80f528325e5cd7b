//! The decision log: one line of JSON a decision.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use serde::Serialize;

/// Lines that may wait for the writer; beyond it they are dropped and counted.
const QUEUE: usize = 4096;

/// Where decisions are written. Cheap to clone. A slow reader never holds up a
/// decision: a line that finds no room is dropped and counted.
#[derive(Clone)]
pub struct DecisionLog {
    lines: SyncSender<Vec<u8>>,
    dropped: Arc<AtomicU64>,
    allowed: Arc<AtomicU64>,
    /// Of how many admissions one is written; 0 writes none.
    one_in: u64,
}

impl fmt::Debug for DecisionLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecisionLog").field("one_in", &self.one_in).finish_non_exhaustive()
    }
}

impl DecisionLog {
    /// Writes to a file, or to standard output where the path is `-`. Every
    /// refusal is written, and one of `one_in` admissions (none with 0).
    ///
    /// # Errors
    /// If the file cannot be opened for appending.
    pub fn open(path: &Path, one_in: u64) -> std::io::Result<Self> {
        let out: Box<dyn Write + Send> = if path.as_os_str() == "-" {
            Box::new(std::io::stdout())
        } else {
            Box::new(std::fs::File::options().create(true).append(true).open(path)?)
        };
        Ok(Self::to(out, one_in))
    }

    /// Writes to anything.
    #[must_use]
    pub fn to(mut out: Box<dyn Write + Send>, one_in: u64) -> Self {
        let (lines, waiting) = sync_channel::<Vec<u8>>(QUEUE);
        std::thread::spawn(move || {
            for line in waiting {
                // Nobody reads any more: lines are dropped from now on.
                if out.write_all(&line).and_then(|()| out.flush()).is_err() {
                    return;
                }
            }
        });
        Self { lines, dropped: Arc::default(), allowed: Arc::default(), one_in }
    }

    /// Whether the next admission is one of the sample.
    #[must_use]
    pub fn samples_next(&self) -> bool {
        self.one_in > 0 && self.allowed.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.one_in)
    }

    /// Writes one decision.
    pub fn write(&self, decision: &impl Serialize) {
        let Ok(mut line) = serde_json::to_vec(decision) else { return };
        line.push(b'\n');
        if self.lines.try_send(line).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many lines were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    struct Lines(std::sync::mpsc::Sender<Vec<u8>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _ = self.0.send(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn log(one_in: u64) -> (DecisionLog, Receiver<Vec<u8>>) {
        let (sender, receiver) = channel();
        (DecisionLog::to(Box::new(Lines(sender)), one_in), receiver)
    }

    #[test]
    fn a_decision_is_a_line() {
        let (log, lines) = log(0);
        log.write(&serde_json::json!({"text": "a\nb"}));
        assert_eq!(lines.recv().unwrap(), b"{\"text\":\"a\\nb\"}\n");
    }

    #[test]
    fn admissions_are_sampled() {
        let sampled = |one_in| {
            let log = log(one_in).0;
            (0..10).filter(|_| log.samples_next()).count()
        };
        assert_eq!([0, 1, 3, 100].map(sampled), [0, 10, 4, 1]);
    }

    #[test]
    fn who_does_not_read_holds_up_nobody() {
        struct Stuck(Arc<Mutex<()>>);
        impl Write for Stuck {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                let _held = self.0.lock();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let gate = Arc::new(Mutex::new(()));
        let held = gate.lock().unwrap();
        let log = DecisionLog::to(Box::new(Stuck(gate.clone())), 1);
        for _ in 0..QUEUE + 10 {
            log.write(&1);
        }
        assert!(log.dropped() >= 9, "{}", log.dropped());
        drop(held);
    }
}
