//! `lessor`: webhook, controller and commands in one binary.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    // One crypto provider for the whole process: two would panic at first use.
    let installed = rustls::crypto::ring::default_provider().install_default();
    debug_assert!(installed.is_ok(), "installed once, before anything else");
    lessor::cli::Cli::parse().run()
}
