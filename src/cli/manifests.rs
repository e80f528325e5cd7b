//! `lessor manifests`.

use clap::Args;

use crate::rules::{self, Install};
use crate::settings::{CertificateSource, ClusterArgs};

use super::Verdict;
use super::output::{self, Format};

/// Prints everything there is to install, as YAML, in the order to apply it.
///
/// `deploy/lessor.yaml` is the output without any flag.
#[derive(Args, Debug)]
pub(super) struct Manifests {
    /// Container image.
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Replicas of the webhook.
    #[arg(long, value_name = "N")]
    replicas: Option<u16>,
    /// Where the serving certificate comes from.
    #[arg(long, value_enum, default_value = "self")]
    certs: CertificateSource,
    /// Base URL of the webhook, when it does not run in the cluster.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Port of the webhook's Service.
    #[arg(long, default_value_t = 443, value_name = "PORT")]
    webhook_port: u16,
    /// Leaves out the workloads and what belongs to them: Lessor runs outside
    /// the cluster.
    #[arg(long)]
    no_workloads: bool,
    /// Includes the webhook configurations, as GitOps wants them; the controller
    /// creates them otherwise.
    #[arg(long)]
    configurations: bool,
    /// Namespace whose Pods may scrape metrics.
    #[arg(long, value_name = "NAME")]
    monitoring_namespace: Option<String>,
    /// Output format; `text` is YAML.
    #[arg(long, short, value_enum, default_value = "yaml")]
    output: Format,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl Manifests {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let install = self.install();
        output::print_objects(&rules::manifests(&install), self.output)?;
        Ok(Verdict::Clean)
    }

    fn install(&self) -> Install {
        let mut install = Install {
            webhook_url: self.webhook_url.clone(),
            service_port: self.webhook_port,
            workloads: !self.no_workloads,
            configurations: self.configurations,
            monitoring_namespace: self.monitoring_namespace.clone(),
            ..super::installation::of(&self.cluster, self.certs)
        };
        install.image = self.image.clone().unwrap_or(install.image);
        install.webhook_replicas = self.replicas.unwrap_or(install.webhook_replicas);
        install
    }
}
