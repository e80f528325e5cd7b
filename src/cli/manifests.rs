//! `lessor manifests`.

use clap::Args;

use crate::rules::{self, Install};
use crate::settings::{CertificateSource, ClusterArgs};

use super::Verdict;
use super::output::{self, Format};

/// Prints everything there is to install, as YAML, in the order to apply it.
///
/// Any other order does as well when it is applied twice. `deploy/lessor.yaml`
/// is the output without any flag.
#[derive(Args, Debug)]
pub(super) struct Manifests {
    /// Container image.
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Replicas of the webhook.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    replicas: Option<u16>,
    /// Replicas of the controller; one leads.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    controller_replicas: Option<u16>,
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
    /// Port on which API servers answer, before or after address translation of
    /// their Service; repeat or separate by commas. 443 and 6443 if not given.
    #[arg(long = "api-server-port", value_delimiter = ',', value_name = "PORT")]
    api_server_ports: Vec<u16>,
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
        self.cluster.check()?;
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
        install.controller_replicas =
            self.controller_replicas.unwrap_or(install.controller_replicas);
        if !self.api_server_ports.is_empty() {
            install.api_server_ports.clone_from(&self.api_server_ports);
        }
        install
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use serde_json::Value;

    use super::*;
    use crate::cli::Cli;
    use crate::cli::command::Command;
    use crate::rules::Certificates;

    fn parsed(args: &[&str]) -> Command {
        let args = std::iter::once("lessor").chain(args.iter().copied());
        Cli::try_parse_from(args).unwrap().command
    }

    fn install(args: &[&str]) -> Install {
        let Command::Manifests(manifests) = parsed(&[&["manifests"], args].concat()) else {
            panic!("another command")
        };
        manifests.install()
    }

    const ALL: [&str; 14] = [
        "--image=registry.example.com/lessor:1",
        "--namespace=rent",
        "--secret-source-namespace=rent-secrets",
        "--replicas=5",
        "--controller-replicas=3",
        "--certs=cert-manager",
        "--dns=169.254.20.10/32",
        "--pod-cidr=10.244.0.0/16,fd00::/48",
        "--service-cidr=10.96.0.0/12",
        "--node-cidr=192.168.0.0/16",
        "--platform-caller=system:serviceaccount:lb:one,system:cloud",
        "--webhook-port=9443",
        "--api-server-port=8443",
        "--monitoring-namespace=monitoring",
    ];

    #[test]
    fn every_flag_is_a_setting() {
        let install = install(&ALL);
        assert_eq!(install.image, "registry.example.com/lessor:1");
        assert_eq!((install.webhook_replicas, install.controller_replicas), (5, 3));
        assert_eq!((install.namespace.as_str(), install.service_port), ("rent", 9443));
        assert_eq!(install.secret_source_namespace, "rent-secrets");
        assert_eq!(install.certificates, Certificates::CertManager);
        assert_eq!(install.pod_cidrs, ["10.244.0.0/16", "fd00::/48"]);
        assert_eq!(install.platform_users.len(), 2);
        assert_eq!(install.api_server_ports, [8443]);
        assert_eq!(install.monitoring_namespace.as_deref(), Some("monitoring"));
        assert!(Cli::try_parse_from(["lessor", "manifests", "--replicas=0"]).is_err());
    }

    /// The controller keeps what it renders from its own flags: were they not
    /// those of the manifests, the two would undo each other.
    #[test]
    fn the_workloads_are_told_everything_that_rules_are_rendered_from() {
        for flags in [&ALL[..], &[], &["--certs=files", "--webhook-url=https://192.0.2.1:8443"]] {
            let install = install(flags);
            let objects = rules::manifests(&install);
            let args = |component: &str| -> Vec<String> {
                let deployment = objects.iter().find(|object| {
                    object["kind"] == "Deployment"
                        && object["metadata"]["name"] == format!("lessor-{component}")
                });
                let container = &deployment.unwrap()["spec"]["template"]["spec"]["containers"][0];
                let args = container["args"].as_array().unwrap().iter();
                args.map(|arg| Value::as_str(arg).unwrap().to_owned()).collect()
            };
            let (controller, webhook) = (args("controller"), args("webhook"));
            let strs = |args: &'_ [String]| -> Command {
                parsed(&args.iter().map(String::as_str).collect::<Vec<_>>())
            };
            let Command::Controller(controller) = strs(&controller) else { panic!("{flags:?}") };
            let kept = controller.controller.install(&controller.cluster, controller.certs);
            assert_eq!(rules::digest(&kept), rules::digest(&install), "{flags:?}");
            let Command::Webhook(webhook) = strs(&webhook) else { panic!("{flags:?}") };
            let callers = |cluster: &ClusterArgs| (cluster.facts(), cluster.callers());
            assert_eq!(callers(&webhook.cluster), callers(&controller.cluster), "{flags:?}");
        }
    }
}
