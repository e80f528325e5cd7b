//! Sends reviews and takes down what comes of them.
//!
//! Open loop: a thread that does nothing else puts each start into a queue at
//! its moment, and whichever connection is free takes it; a start that nobody
//! was free for waits, and its latency counts from its moment all the same.
//! Closed loop: each connection starts the next review when the last one was
//! answered. Start reading at [`Crew`].

mod crew;
mod line;
mod load;
mod pacer;
mod queue;
mod slow;

pub(super) use crew::Crew;
pub(super) use load::{Load, Tallies};
pub(super) use slow::{SlowClients, SlowCount};
