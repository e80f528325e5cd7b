//! Flags and environment become settings, once, at the start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::api::{Callers, Cidr, ClusterFacts, DnsFacts};
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

impl ClusterArgs {
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
        default_value = "/var/run/secrets/lessor/tls",
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
    /// Evaluates every policy anew instead of remembering its verdicts.
    #[arg(long, env = "LESSOR_NO_POLICY_MEMO")]
    pub no_policy_memo: bool,
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
