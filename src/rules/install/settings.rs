//! What an administrator chooses.

use crate::names;

/// Port of the Service unless told otherwise.
pub(super) const DEFAULT_SERVICE_PORT: u16 = 443;

/// How the webhook's serving certificate comes to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certificates {
    /// The leading controller issues authority and leaf and renews them.
    #[default]
    SelfManaged,
    /// cert-manager issues them.
    CertManager,
    /// An administrator keeps the Secret `lessor-webhook-tls` up to date:
    /// `tls.crt`, `tls.key` and `ca.crt`.
    Files,
}

impl Certificates {
    /// The value of `--certs`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SelfManaged => "self",
            Self::CertManager => "cert-manager",
            Self::Files => "files",
        }
    }
}

/// One installation. There is one to a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// Namespace that Lessor runs in.
    pub namespace: String,
    /// Namespace of the secrets that classes may grant; never the one Lessor
    /// runs in, where the serving key lies.
    pub secret_source_namespace: String,
    /// Image of both workloads.
    pub image: String,
    /// Replicas of the webhook.
    pub webhook_replicas: u16,
    /// Replicas of the controller; one leads.
    pub controller_replicas: u16,
    /// How the serving certificate comes to be.
    pub certificates: Certificates,
    /// Addresses on which DNS answers that no Pod selector matches, in CIDR
    /// notation: `NodeLocal` `DNSCache`, the `ClusterIP`, a cloud's resolver.
    pub dns: Vec<String>,
    /// Address ranges of Pods, in CIDR notation.
    pub pod_cidrs: Vec<String>,
    /// Address ranges of Services, in CIDR notation.
    pub service_cidrs: Vec<String>,
    /// Address ranges of nodes, in CIDR notation.
    pub node_cidrs: Vec<String>,
    /// TCP ports on which the API server answers, before and after address
    /// translation of its Service.
    pub api_server_ports: Vec<u16>,
    /// Namespace whose Pods scrape metrics.
    pub monitoring_namespace: Option<String>,
    /// Exact usernames of further platform controllers, such as a load balancer
    /// implementation's: they may write status and endpoints.
    pub platform_users: Vec<String>,
    /// Base URL of a webhook that runs outside the cluster, without a path;
    /// through the Service when absent.
    pub webhook_url: Option<String>,
    /// Port of the Service.
    pub service_port: u16,
    /// Whether the workloads, their Service and what protects them are
    /// installed; without them Lessor runs outside the cluster.
    pub workloads: bool,
    /// Whether the webhook configurations are among the manifests, as GitOps
    /// wants them. Not by default: until Lessor runs they refuse every class and
    /// Tenant, also those that are applied together with them. The
    /// controller keeps them in place either way.
    pub configurations: bool,
}

impl Default for Install {
    fn default() -> Self {
        Self {
            namespace: names::DEFAULT_NAMESPACE.to_owned(),
            secret_source_namespace: names::DEFAULT_SECRET_SOURCE_NAMESPACE.to_owned(),
            image: format!("lessor:{}", env!("CARGO_PKG_VERSION")),
            webhook_replicas: 3,
            controller_replicas: 2,
            certificates: Certificates::default(),
            dns: Vec::new(),
            pod_cidrs: Vec::new(),
            service_cidrs: Vec::new(),
            node_cidrs: Vec::new(),
            api_server_ports: vec![443, 6443],
            monitoring_namespace: None,
            platform_users: Vec::new(),
            webhook_url: None,
            service_port: DEFAULT_SERVICE_PORT,
            workloads: true,
            configurations: false,
        }
    }
}

impl Install {
    /// Names by which the API server may address the Service.
    pub(super) fn service_names(&self) -> Vec<String> {
        let (service, namespace) = (names::WEBHOOK_SERVICE, &self.namespace);
        vec![
            format!("{service}.{namespace}.svc"),
            format!("{service}.{namespace}.svc.cluster.local"),
        ]
    }
}
