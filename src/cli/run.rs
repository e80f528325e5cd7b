//! `lessor run`.

use clap::Args;

use crate::settings::{ClusterArgs, HealthArgs, ServingArgs};

use super::Verdict;
use super::process::{Process, Roles};

/// Webhook and controller in one process, against a cluster.
///
/// The cluster is the one of the kubeconfig (`KUBECONFIG`, then
/// `~/.kube/config`), or the one that the process runs in.
#[derive(Args, Debug)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
    #[command(flatten)]
    pub(super) serving: ServingArgs,
    #[command(flatten)]
    pub(super) health: HealthArgs,
    #[command(flatten)]
    pub(super) controller: super::controller::ControllerArgs,
}

impl Run {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        Process {
            roles: Roles { webhook: true, controller: true },
            cluster: self.cluster,
            certificates: self.serving.certs,
            serving: Some(self.serving),
            health: self.health,
            controller: Some(self.controller),
        }
        .run()
    }
}
