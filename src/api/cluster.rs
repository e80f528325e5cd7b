//! What Lessor was told about the cluster it runs in.

use super::cidr::Cidr;
use super::common::WorkloadSelector;
use crate::names;

/// Facts about the cluster that decisions and renderings need. They come from
/// settings and never from a Tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterFacts {
    /// Namespace that Lessor runs in.
    pub lessor_namespace: String,
    /// Namespace that holds the secrets a class may grant.
    pub secret_source_namespace: String,
    /// Address ranges of Pods; empty when unknown.
    pub pod_cidrs: Vec<Cidr>,
    /// Address ranges of Services; empty when unknown.
    pub service_cidrs: Vec<Cidr>,
    /// Address ranges of nodes; empty when unknown.
    pub node_cidrs: Vec<Cidr>,
    /// Where DNS answers.
    pub dns: DnsFacts,
}

/// Where DNS answers: Pods by namespace and selector, and addresses that
/// selectors never match (a cache on each node, the ClusterIP, cloud resolvers).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsFacts {
    /// Namespace of the DNS Pods.
    pub namespace: String,
    /// Labels of the DNS Pods.
    pub pod_selector: WorkloadSelector,
    /// Addresses on which port 53 is allowed.
    pub addresses: Vec<Cidr>,
}

impl Default for DnsFacts {
    fn default() -> Self {
        Self {
            namespace: "kube-system".to_owned(),
            pod_selector: WorkloadSelector {
                match_labels: [("k8s-app".to_owned(), "kube-dns".to_owned())].into(),
                match_expressions: Vec::new(),
            },
            addresses: Vec::new(),
        }
    }
}

impl Default for ClusterFacts {
    fn default() -> Self {
        Self {
            lessor_namespace: names::DEFAULT_NAMESPACE.to_owned(),
            secret_source_namespace: names::DEFAULT_SECRET_SOURCE_NAMESPACE.to_owned(),
            pod_cidrs: Vec::new(),
            service_cidrs: Vec::new(),
            node_cidrs: Vec::new(),
            dns: DnsFacts::default(),
        }
    }
}

impl ClusterFacts {
    /// Whether no Tenant can ever own this namespace.
    #[must_use]
    pub fn is_system_namespace(&self, name: &str) -> bool {
        names::SYSTEM_NAMESPACES.contains(&name)
            || name == self.lessor_namespace
            || name == self.secret_source_namespace
    }

    /// Whether Pod, Service and node ranges are known, without which an
    /// address range cannot be told from the cluster's own.
    #[must_use]
    pub fn knows_ranges(&self) -> bool {
        !self.pod_cidrs.is_empty() && !self.service_cidrs.is_empty() && !self.node_cidrs.is_empty()
    }
}
