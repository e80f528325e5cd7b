//! `lessor webhook`.

use std::path::PathBuf;

use clap::Args;

use crate::settings::{ClusterArgs, HealthArgs, ServingArgs};

use super::Verdict;
use super::process::{Process, Roles};

/// Serves admission, from a cluster or, with `--static`, from files alone.
#[derive(Args, Debug)]
pub(super) struct Webhook {
    /// Serves from Tenants, TenantClasses and Namespaces in files; no cluster
    /// is needed. Every Tenant counts as provisioned.
    #[arg(long = "static", value_name = "DIR", num_args = 1..)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
    #[command(flatten)]
    serving: ServingArgs,
    #[command(flatten)]
    health: HealthArgs,
}

impl Webhook {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        if !self.files.is_empty() {
            return super::process::serve_files(
                &self.files,
                &self.cluster,
                &self.serving,
                &self.health,
            );
        }
        Process {
            roles: Roles { webhook: true, controller: false },
            cluster: self.cluster,
            certificates: self.serving.certs,
            serving: Some(self.serving),
            health: self.health,
            controller: None,
        }
        .run()
    }
}
