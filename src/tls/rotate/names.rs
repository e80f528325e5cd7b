//! The names that a leaf is issued for.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::tls::CertificateInfo;

/// The names a serving certificate must carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServingNames {
    dns: BTreeSet<String>,
    ips: BTreeSet<IpAddr>,
}

impl ServingNames {
    /// The names of a Service: `<svc>.<ns>.svc` (what the API server dials and
    /// verifies), `<svc>.<ns>.svc.cluster.local` and `<svc>.<ns>`.
    #[must_use]
    pub fn for_service(service: &str, namespace: &str) -> Self {
        let short = format!("{service}.{namespace}").to_ascii_lowercase();
        let dns = [format!("{short}.svc"), format!("{short}.svc.cluster.local"), short].into();
        Self { dns, ips: BTreeSet::new() }
    }

    /// Adds a DNS name, for example one of another cluster domain.
    #[must_use]
    pub fn with_dns(mut self, name: &str) -> Self {
        self.dns.insert(name.to_ascii_lowercase());
        self
    }

    /// Adds an address, for configurations that use a `url`.
    #[must_use]
    pub fn with_ip(mut self, address: IpAddr) -> Self {
        self.ips.insert(address);
        self
    }

    /// Whether a certificate carries all of them.
    #[must_use]
    pub fn covered_by(&self, certificate: &CertificateInfo) -> bool {
        self.dns.is_subset(&certificate.dns) && self.ips.is_subset(&certificate.ips)
    }

    /// As rcgen reads them: it tells addresses from names.
    pub(super) fn alternatives(&self) -> Vec<String> {
        self.dns.iter().cloned().chain(self.ips.iter().map(ToString::to_string)).collect()
    }
}
