//! `lessor manifests`.

use clap::Args;

use crate::rules::{self, Certificates, Install};
use crate::settings::{CertificateSource, ClusterArgs};

use super::output::{self, Format};
use super::Verdict;

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
    replicas: Option<i32>,
    /// Where the serving certificate comes from.
    #[arg(long, value_enum, default_value = "self")]
    certs: CertificateSource,
    /// Base URL of the webhook, when it does not run in the cluster.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Port of the webhook's Service.
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
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
}
