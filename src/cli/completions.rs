//! `lessor completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Verdict, output};

/// Prints a completion script for a shell, for example
/// `lessor completions bash > /etc/bash_completion.d/lessor`.
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "lessor", &mut script);
        output::print(&String::from_utf8_lossy(&script))?;
        Ok(Verdict::Clean)
    }
}
