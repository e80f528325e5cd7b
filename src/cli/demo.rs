//! `lessor demo`.
use clap::Args;

use super::Verdict;

/// Shows the main job without a cluster.
#[derive(Args, Debug)]
pub(super) struct Demo {}

impl Demo {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        Ok(Verdict::Clean)
    }
}
