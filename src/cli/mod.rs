//! The commands, one file each. No logic of their own: they read, call the
//! rooms that decide, and print.
//!
//! Exit codes: 0 clean, 1 findings (something would be denied), 2 could not run.

mod changes;
mod check;
mod command;
mod completions;
mod controller;
mod demo;
mod installation;
mod manifests;
mod output;
mod process;
mod render;
mod run;
mod uninstall;
mod webhook;
mod world;

pub use command::Cli;
pub(crate) use command::Verdict;
