//! The one test binary besides the unit tests in `src/`.
//!
//! It has a main of its own, because tests that share a control plane must be
//! skipped at run time where there is none, and because something has to stop
//! it. `cargo test --test tests -- --list` shows the tests, a word after `--`
//! selects among them. `--playground` gives a control plane to play with,
//! `--measure` measures on one.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    // Every test has one signature, whether it can fail by an error or not.
    clippy::unnecessary_wraps,
    clippy::unwrap_in_result,
    clippy::unwrap_used
)]

mod controlplane;
mod deploy;
mod end_to_end;
mod eventually;
mod examples;
mod harness;
mod house;
mod installation;
mod load;
mod measure;
mod rough;
mod suite;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> anyhow::Result<ExitCode> {
    // Only one call installs it, and this is the first thing the process does.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut suite = suite::Suite::new()?;
    match std::env::args().nth(1).as_deref() {
        Some("--playground") => {
            suite.runtime().block_on(controlplane::playground())?;
            return Ok(ExitCode::SUCCESS);
        }
        Some("--measure") => {
            suite.runtime().block_on(measure::measure())?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    deploy::register(&mut suite);
    house::register(&mut suite);
    examples::register(&mut suite);
    load::register(&mut suite);
    end_to_end::register(&mut suite);
    harness::register(&mut suite);
    rough::register(&mut suite);
    Ok(suite.run(Arguments::from_args()))
}
