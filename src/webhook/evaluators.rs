//! The evaluators of the process, as many as cores.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::policy::{Evaluator, EvaluatorOptions};

/// A pool from which an evaluator is checked out for one decision. Checking out
/// is the permit: there is no other bound on how much is judged at a time.
#[derive(Clone, Debug)]
pub(super) struct Evaluators {
    idle: Arc<Mutex<Vec<Evaluator>>>,
    permits: Arc<Semaphore>,
    options: EvaluatorOptions,
}

impl Evaluators {
    /// As many as there are cores.
    pub(super) fn new(options: EvaluatorOptions) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let idle = (0..cores).map(|_| Evaluator::new(options)).collect();
        Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(cores)), options }
    }

    /// One that is free now.
    pub(super) fn try_check_out(&self) -> Option<CheckedOut> {
        Arc::clone(&self.permits).try_acquire_owned().ok().map(|permit| self.hand_out(permit))
    }

    /// The next one that becomes free until then.
    pub(super) async fn check_out(&self, until: Instant) -> Option<CheckedOut> {
        let permit = timeout_at(until, Arc::clone(&self.permits).acquire_owned()).await;
        permit.ok()?.ok().map(|permit| self.hand_out(permit))
    }

    fn hand_out(&self, permit: OwnedSemaphorePermit) -> CheckedOut {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let evaluator = idle.unwrap_or_else(|| Evaluator::new(self.options));
        CheckedOut { evaluator, home: Arc::clone(&self.idle), permit }
    }
}

/// An evaluator on loan.
#[derive(Debug)]
pub(super) struct CheckedOut {
    evaluator: Evaluator,
    home: Arc<Mutex<Vec<Evaluator>>>,
    permit: OwnedSemaphorePermit,
}

impl CheckedOut {
    /// Works with it and gives it back. It moves with the work into the worker,
    /// so that a caller who gives up frees none while the work goes on; one that
    /// a panic left half-way is not used again.
    pub(super) fn run<T>(self, work: impl FnOnce(&mut Evaluator) -> T) -> T {
        let Self { mut evaluator, home, permit } = self;
        let result = work(&mut evaluator);
        home.lock().unwrap_or_else(PoisonError::into_inner).push(evaluator);
        drop(permit);
        result
    }
}
