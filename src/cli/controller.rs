//! `lessor controller`.

use clap::Args;

use crate::controller::{ControllerOptions, KeepOptions, Trust};
use crate::names;
use crate::rules::Install;
use crate::settings::{CertificateSource, ClusterArgs, HealthArgs};
use crate::telemetry::Metrics;
use crate::tls::rotate::{ServingNames, Validity, Want};

use super::Verdict;
use super::process::{Process, Roles};

/// How tenants are provisioned.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Controller")]
pub(super) struct ControllerArgs {
    /// Works without a lease. For trying only: two controllers would fight.
    #[arg(long, env = "LESSOR_NO_LEADER_ELECTION")]
    pub(super) no_leader_election: bool,
    /// Leaves the webhook configurations and the floor to somebody else.
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

impl ControllerArgs {
    /// What the controller is told.
    pub(super) fn options(
        &self,
        cluster: &ClusterArgs,
        certificates: CertificateSource,
        metrics: Metrics,
    ) -> ControllerOptions {
        let install = self.install(cluster, certificates);
        let keep = KeepOptions { trust: self.trust(cluster, certificates), install };
        ControllerOptions {
            facts: cluster.facts(),
            identity: identity(),
            leader_election: !self.no_leader_election,
            crash_after_writes: self.crash_after_writes,
            keep: (!self.no_configurations).then_some(keep),
            metrics,
            ..ControllerOptions::default()
        }
    }

    /// The installation whose rules are kept.
    pub(super) fn install(
        &self,
        cluster: &ClusterArgs,
        certificates: CertificateSource,
    ) -> Install {
        Install {
            webhook_url: self.webhook_url.clone(),
            service_port: self.webhook_port,
            ..super::installation::of(cluster, certificates)
        }
    }

    fn trust(&self, cluster: &ClusterArgs, certificates: CertificateSource) -> Trust {
        match certificates {
            CertificateSource::SelfManaged => {}
            CertificateSource::Files => return Trust::Secret,
            CertificateSource::CertManager => return Trust::Foreign,
        }
        let names = ServingNames::for_service(names::WEBHOOK_SERVICE, &cluster.namespace);
        let names = match self.webhook_host() {
            None => names,
            Some(host) => match host.parse() {
                Ok(address) => names.with_ip(address),
                Err(_) => names.with_dns(host),
            },
        };
        Trust::SelfManaged(Want { names, validity: Validity::DEFAULT })
    }

    /// The host that the URL names, which the certificate must carry.
    fn webhook_host(&self) -> Option<&str> {
        let authority = self.webhook_url.as_ref()?.strip_prefix("https://")?.split('/').next()?;
        match authority.strip_prefix('[') {
            Some(v6) => v6.split(']').next(),
            None => authority.split(':').next(),
        }
    }
}

/// This process among its replicas: the host's name, which is the Pod's, and
/// something that no earlier process of that name had.
fn identity() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}-{}", host.trim(), uuid::Uuid::new_v4().simple())
}

/// Provisions tenants and keeps them so.
#[derive(Args, Debug)]
pub(super) struct Controller {
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
    #[command(flatten)]
    pub(super) controller: ControllerArgs,
    /// Who issues the certificates that the webhook configurations trust.
    #[arg(long, env = "LESSOR_CERTS", value_enum, default_value = "self")]
    pub(super) certs: CertificateSource,
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
