//! `lessor controller`.

use clap::Args;

use crate::settings::{CertificateSource, ClusterArgs, HealthArgs};

use super::process::{Process, Roles};
use super::Verdict;

/// How tenants are provisioned.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Controller")]
pub(super) struct ControllerArgs {
    /// Works without a lease. For trying only: two controllers would fight.
    #[arg(long, env = "LESSOR_NO_LEADER_ELECTION")]
    pub(super) no_leader_election: bool,
    /// Leaves the webhook configurations to somebody else.
    #[arg(long, env = "LESSOR_NO_CONFIGURATIONS")]
    pub(super) no_configurations: bool,
    /// Base URL of the webhook, when API servers reach it past its Service.
    #[arg(long, env = "LESSOR_WEBHOOK_URL", value_name = "URL")]
    pub(super) webhook_url: Option<String>,
    /// Port of the webhook's Service.
    #[arg(long, env = "LESSOR_WEBHOOK_PORT", default_value_t = 443, value_name = "PORT")]
    pub(super) webhook_port: u16,
    /// Ends the process with code 70 right after its N-th write. For tests.
    #[arg(long, hide = true, value_name = "N")]
    pub(super) crash_after_writes: Option<u64>,
}

impl ControllerArgs { pub(super) fn options(&self, _c: &ClusterArgs, _s: CertificateSource) {} }

/// Provisions tenants and keeps them so.
#[derive(Args, Debug)]
pub(super) struct Controller {
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    controller: ControllerArgs,
    /// Who issues the certificates that the webhook configurations trust.
    #[arg(long, env = "LESSOR_CERTS", value_enum, default_value = "self")]
    certs: CertificateSource,
    #[command(flatten)]
    health: HealthArgs,
}

impl Controller {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        Process {
            roles: Roles { webhook: false, controller: true },
            cluster: self.cluster,
            serving: None,
            certificates: self.certs,
            health: self.health,
            controller: Some(self.controller),
        }
        .run()
    }
}
