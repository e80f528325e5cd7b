//! Starts that are due, for whoever is free.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::Semaphore;

/// One start that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// When it was meant to happen.
    pub(super) intended: Instant,
    /// Index of its stage.
    pub(super) stage: usize,
    /// Which one it is.
    pub(super) number: u64,
}

/// First come, first served, on both sides.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<VecDeque<Start>>,
    /// One permit for each start that waits.
    ready: Semaphore,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self { waiting: Mutex::default(), ready: Semaphore::new(0) }
    }

    pub(super) fn push(&self, start: Start) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back(start);
        self.ready.add_permits(1);
    }

    /// The next start; none once the queue is closed and empty.
    pub(super) async fn next(&self) -> Option<Start> {
        if let Ok(permit) = self.ready.acquire().await {
            permit.forget();
        }
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Nothing more will come; what waits is still given out.
    pub(super) fn close(&self) {
        self.ready.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(number: u64) -> Start {
        Start { intended: Instant::now(), stage: 0, number }
    }

    #[tokio::test]
    async fn what_waits_is_given_out_before_the_end() {
        let queue = Queue::new();
        for number in 0..3 {
            queue.push(start(number));
        }
        assert_eq!(queue.next().await.map(|start| start.number), Some(0));
        queue.close();
        assert_eq!(queue.next().await.map(|start| start.number), Some(1));
        assert_eq!(queue.next().await.map(|start| start.number), Some(2));
        assert_eq!(queue.next().await, None);
    }

    #[tokio::test]
    async fn closing_wakes_those_who_wait() {
        let queue = std::sync::Arc::new(Queue::new());
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { queue.next().await }
        });
        tokio::task::yield_now().await;
        queue.close();
        assert_eq!(waiting.await.unwrap(), None);
    }
}
