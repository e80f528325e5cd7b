//! The command line: which command, and what its outcome means to the shell.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{
    check, completions, controller, demo, manifests, output, render, run, uninstall, webhook,
};
use crate::telemetry::{self, LogFormat};

/// Isolated, secured tenants on Kubernetes.
///
/// Lessor turns each Tenant into isolated namespaces and secures every object
/// that is admitted there. `lessor demo` shows it without a cluster.
#[derive(Debug, Parser)]
#[command(name = "lessor", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// What to log, such as `info` or `warn,lessor=debug`.
    #[arg(long, global = true, env = "LESSOR_LOG", value_name = "FILTER", help_heading = "Logs")]
    log: Option<String>,
    /// How log lines look; they go to standard error.
    #[arg(
        long,
        global = true,
        env = "LESSOR_LOG_FORMAT",
        value_enum,
        default_value = "text",
        help_heading = "Logs"
    )]
    log_format: LogFormat,
}

// Their documentation is that of their arguments: a comment here would hide it.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Run(run::Run),
    Webhook(webhook::Webhook),
    Controller(controller::Controller),
    Demo(demo::Demo),
    Check(check::Check),
    Render(render::Render),
    Manifests(manifests::Manifests),
    Uninstall(uninstall::Uninstall),
    Completions(completions::Completions),
}

/// What a command found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing to complain about.
    Clean,
    /// Something would be denied or is invalid.
    Findings,
}

impl Cli {
    /// Runs the command.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let serves =
            matches!(self.command, Command::Run(_) | Command::Webhook(_) | Command::Controller(_));
        let filter = self.log.as_deref().unwrap_or(if serves { "info" } else { "error" });
        telemetry::init(self.log_format, filter);
        let result = match self.command {
            Command::Run(command) => command.run(),
            Command::Webhook(command) => command.run(),
            Command::Controller(command) => command.run(),
            Command::Demo(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Render(command) => command.run(),
            Command::Manifests(command) => command.run(),
            Command::Uninstall(command) => command.run(),
            Command::Completions(command) => command.run(),
        };
        match result {
            Ok(Verdict::Clean) => ExitCode::SUCCESS,
            Ok(Verdict::Findings) => ExitCode::from(1),
            Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("lessor: {error:#}");
                ExitCode::from(2)
            }
        }
    }
}
