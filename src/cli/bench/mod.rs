//! `lessor bench`: load on any admission webhook, and what it made of it.
//!
//! What a figure is worth is decided here: starts happen when they were meant
//! to, whatever the target does, and latency counts from there; every answer is
//! checked, so that a fast wrong one is an error; what was not sent is reported;
//! a comparison takes turns with its baseline; and the report names the machine
//! and the command line. Start reading at [`Bench::run`].

mod answer;
mod args;
mod arrivals;
mod command;
mod compare;
mod corpus;
mod drive;
mod expectation;
mod fault;
mod floor;
mod latencies;
mod machine;
mod measure;
mod plan;
mod progress;
mod report;
mod show;
mod tally;
mod target;
mod thresholds;
mod url;
mod values;
mod watched;

pub(super) use args::Bench;
