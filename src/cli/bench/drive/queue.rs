//! Starts that are due, for whoever is free.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    /// Whether nobody was free for it at its moment.
    pub(super) blocked: bool,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Start>,
    /// Those who are not busy.
    free: usize,
}

/// First come, first served, on both sides.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// One permit for each start that waits.
    ready: Semaphore,
}

impl Queue {
    /// For so many who take starts, all of them free.
    pub(super) fn new(workers: usize) -> Self {
        let state = State { waiting: VecDeque::new(), free: workers };
        Self { state: Mutex::new(state), ready: Semaphore::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a start that is due; whether somebody is free for it is seen here.
    pub(super) fn push(&self, mut start: Start) {
        let mut state = self.state();
        start.blocked = state.waiting.len() >= state.free;
        state.waiting.push_back(start);
        drop(state);
        self.ready.add_permits(1);
    }

    /// The next start, whose taker is busy until [`done`](Self::done); none once
    /// the queue is closed and empty.
    pub(super) async fn next(&self) -> Option<Start> {
        if let Ok(permit) = self.ready.acquire().await {
            permit.forget();
        }
        let mut state = self.state();
        let start = state.waiting.pop_front()?;
        state.free = state.free.saturating_sub(1);
        Some(start)
    }

    /// Whoever took a start is free again.
    pub(super) fn done(&self) {
        self.state().free += 1;
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
        Start { intended: Instant::now(), stage: 0, number, blocked: false }
    }

    #[tokio::test]
    async fn what_waits_is_given_out_before_the_end() {
        let queue = Queue::new(1);
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
        let queue = std::sync::Arc::new(Queue::new(1));
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { queue.next().await }
        });
        tokio::task::yield_now().await;
        queue.close();
        assert_eq!(waiting.await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_start_for_which_nobody_is_free_is_blocked() {
        let queue = Queue::new(2);
        let mut blocked = Vec::new();
        for number in 0..3 {
            queue.push(start(number));
        }
        for _ in 0..2 {
            blocked.push(queue.next().await.unwrap().blocked);
        }
        queue.done();
        // One is free, and one already waits for it.
        queue.push(start(3));
        for _ in 0..2 {
            blocked.push(queue.next().await.unwrap().blocked);
        }
        queue.done();
        queue.push(start(4));
        blocked.push(queue.next().await.unwrap().blocked);
        assert_eq!(blocked, [false, false, true, true, false]);
    }
}
