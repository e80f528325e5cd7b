//! Flags and environment become settings, once, at the start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::api::{Callers, Cidr, ClusterFacts, DnsFacts, is_dns_label};
use crate::names;

/// What Lessor must be told about the cluster.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterArgs {
    /// Namespace that Lessor runs in.
    #[arg(long, env = "LESSOR_NAMESPACE", default_value = names::DEFAULT_NAMESPACE, value_name = "NAME")]
    pub namespace: String,
    /// Namespace with the secrets that classes may grant.
    #[arg(long, env = "LESSOR_SECRET_SOURCE_NAMESPACE", default_value = names::DEFAULT_SECRET_SOURCE_NAMESPACE, value_name = "NAME")]
    pub secret_source_namespace: String,
    /// Address range of Pods; repeat or separate by commas. Needed, with the
    /// other two, before Tenants may name egress CIDRs.
    #[arg(long = "pod-cidr", env = "LESSOR_POD_CIDR", value_delimiter = ',', value_name = "CIDR")]
    pub pod_cidrs: Vec<Cidr>,
    /// Address range of Services; repeat or separate by commas.
    #[arg(
        long = "service-cidr",
        env = "LESSOR_SERVICE_CIDR",
        value_delimiter = ',',
        value_name = "CIDR"
    )]
    pub service_cidrs: Vec<Cidr>,
    /// Address range of nodes; repeat or separate by commas.
    #[arg(
        long = "node-cidr",
        env = "LESSOR_NODE_CIDR",
        value_delimiter = ',',
        value_name = "CIDR"
    )]
    pub node_cidrs: Vec<Cidr>,
    /// Address on which DNS answers beside the kube-dns Pods (the ClusterIP,
    /// a cache on each node, a cloud resolver), as a CIDR such as 169.254.20.10/32.
    #[arg(long = "dns", env = "LESSOR_DNS", value_delimiter = ',', value_name = "CIDR")]
    pub dns: Vec<Cidr>,
    /// Further exact usernames of platform controllers.
    #[arg(
        long = "platform-caller",
        env = "LESSOR_PLATFORM_CALLERS",
        value_delimiter = ',',
        value_name = "USERNAME"
    )]
    pub platform_callers: Vec<String>,
}

/// Settings that contradict themselves; says what would be right.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    /// Not the name of a namespace.
    #[error(
        "{flag}: {name:?} is no name of a namespace; at most 63 of a-z, 0-9 and `-`, as in `lessor-system`"
    )]
    Name {
        /// The flag.
        flag: &'static str,
        /// Its value.
        name: String,
    },
    /// A namespace of the cluster's own.
    #[error("{flag}: {name} belongs to the cluster itself; Lessor needs one of its own")]
    System {
        /// The flag.
        flag: &'static str,
        /// Its value.
        name: String,
    },
    /// Secrets that classes grant would lie beside the serving key.
    #[error(
        "--secret-source-namespace: it cannot be {0}, where Lessor's own key lies; name another"
    )]
    Shared(String),
    /// Not an exact username.
    #[error(
        "--platform-caller: {0:?} is no exact username; write it as the API server sees it, as in `system:serviceaccount:metallb-system:controller`"
    )]
    Caller(String),
}

impl ClusterArgs {
    /// Whether the settings can be meant.
    ///
    /// # Errors
    /// The first of them that cannot.
    pub fn check(&self) -> Result<(), SettingsError> {
        for (flag, name) in [
            ("--namespace", &self.namespace),
            ("--secret-source-namespace", &self.secret_source_namespace),
        ] {
            if !is_dns_label(name) {
                return Err(SettingsError::Name { flag, name: name.clone() });
            }
            if names::SYSTEM_NAMESPACES.contains(&name.as_str()) {
                return Err(SettingsError::System { flag, name: name.clone() });
            }
        }
        if self.namespace == self.secret_source_namespace {
            return Err(SettingsError::Shared(self.namespace.clone()));
        }
        let is_exact = |user: &&String| !user.is_empty() && !user.contains(['*', ' ', '?']);
        match self.platform_callers.iter().find(|user| !is_exact(user)) {
            Some(user) => Err(SettingsError::Caller(user.clone())),
            None => Ok(()),
        }
    }

    /// The facts that decisions and renderings need.
    #[must_use]
    pub fn facts(&self) -> ClusterFacts {
        ClusterFacts {
            lessor_namespace: self.namespace.clone(),
            secret_source_namespace: self.secret_source_namespace.clone(),
            pod_cidrs: self.pod_cidrs.clone(),
            service_cidrs: self.service_cidrs.clone(),
            node_cidrs: self.node_cidrs.clone(),
            dns: DnsFacts { addresses: self.dns.clone(), ..DnsFacts::default() },
        }
    }

    /// Exempt usernames.
    #[must_use]
    pub fn callers(&self) -> Callers {
        let mut callers = Callers::of_namespace(&self.namespace);
        callers.platform.extend(self.platform_callers.iter().cloned());
        callers
    }
}

/// Where the serving certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CertificateSource {
    /// Issued and rotated by Lessor, kept in a Secret.
    #[value(name = "self")]
    SelfManaged,
    /// Issued by cert-manager into a Secret that is mounted as files.
    CertManager,
    /// Your own files.
    Files,
}

/// How admission is served.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Webhook")]
pub struct ServingArgs {
    /// Address of the webhook.
    #[arg(long, env = "LESSOR_LISTEN", default_value = "0.0.0.0:8443", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Where the serving certificate comes from.
    #[arg(long, env = "LESSOR_CERTS", value_enum, default_value = "self")]
    pub certs: CertificateSource,
    /// Folder with tls.crt and tls.key, for `cert-manager` and `files`.
    #[arg(
        long,
        env = "LESSOR_CERT_DIR",
        default_value = names::CERTIFICATE_DIRECTORY,
        value_name = "DIR"
    )]
    pub cert_dir: PathBuf,
    /// CA file of the API server's client certificate; without it callers are
    /// not authenticated.
    #[arg(long, env = "LESSOR_CLIENT_CA", value_name = "FILE")]
    pub client_ca: Option<PathBuf>,
    /// Name (common name or subject alternative name) that a client
    /// certificate must carry.
    #[arg(
        long = "client-name",
        env = "LESSOR_CLIENT_NAMES",
        value_delimiter = ',',
        value_name = "NAME",
        requires = "client_ca"
    )]
    pub client_names: Vec<String>,
    /// Where decisions about tenants are written, one line of JSON each: a file,
    /// `-` for standard output, or `none`. Standard output by default, nothing
    /// with `--static`.
    #[arg(long, env = "LESSOR_DECISION_LOG", value_name = "PATH")]
    pub decision_log: Option<PathBuf>,
    /// Of how many admissions one is written to the decision log; 0 writes
    /// refusals alone.
    #[arg(long, env = "LESSOR_DECISION_LOG_ALLOWS", default_value_t = 100, value_name = "ONE_IN")]
    pub decision_log_allows: u64,
    /// How long to keep serving after SIGTERM; API servers reuse idle
    /// connections for up to 90 s.
    #[arg(long, env = "LESSOR_DRAIN_SECONDS", default_value_t = 95, value_name = "SECONDS")]
    pub drain_seconds: u64,
}

impl ServingArgs {
    /// How long to keep serving after SIGTERM.
    #[must_use]
    pub const fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

/// The plain port for probes and metrics.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Health")]
pub struct HealthArgs {
    /// Address of /livez, /readyz and /metrics.
    #[arg(
        long,
        env = "LESSOR_HEALTH_LISTEN",
        default_value = "0.0.0.0:8081",
        value_name = "ADDRESS"
    )]
    pub health_listen: SocketAddr,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        cluster: ClusterArgs,
    }

    /// What is wrong with these flags.
    fn wrong(flags: &[&str]) -> Option<SettingsError> {
        let flags = std::iter::once("lessor").chain(flags.iter().copied());
        Flags::try_parse_from(flags).unwrap().cluster.check().err()
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let name = |flag, name: &str| SettingsError::Name { flag, name: name.to_owned() };
        assert_eq!(wrong(&["--namespace=Rent"]), Some(name("--namespace", "Rent")));
        let long = "a".repeat(64);
        let flag = format!("--secret-source-namespace={long}");
        assert_eq!(wrong(&[&flag]), Some(name("--secret-source-namespace", &long)));
        let system = SettingsError::System { flag: "--namespace", name: "kube-system".to_owned() };
        assert_eq!(wrong(&["--namespace=kube-system"]), Some(system));
        let shared = Some(SettingsError::Shared("rent".to_owned()));
        assert_eq!(wrong(&["--namespace=rent", "--secret-source-namespace=rent"]), shared);
        for user in ["system:*", "", "two words"] {
            let flag = format!("--platform-caller={user}");
            assert_eq!(wrong(&[&flag]), Some(SettingsError::Caller(user.to_owned())), "{user}");
        }
        let right =
            ["--namespace=rent", "--secret-source-namespace=s", "--platform-caller=system:cloud"];
        assert_eq!(wrong(&right), None);
        assert_eq!(wrong(&[]), None);
    }
}
