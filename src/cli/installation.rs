//! Settings become the installation that everything is rendered for.

use crate::api::Cidr;
use crate::rules::{Certificates, Install};
use crate::settings::{CertificateSource, ClusterArgs};

/// The installation that manifests and webhook configurations are rendered for.
pub(super) fn of(cluster: &ClusterArgs, certificates: CertificateSource) -> Install {
    let text = |ranges: &[Cidr]| ranges.iter().map(ToString::to_string).collect();
    Install {
        namespace: cluster.namespace.clone(),
        secret_source_namespace: cluster.secret_source_namespace.clone(),
        certificates: match certificates {
            CertificateSource::SelfManaged => Certificates::SelfManaged,
            CertificateSource::CertManager => Certificates::CertManager,
            CertificateSource::Files => Certificates::Files,
        },
        dns: text(&cluster.dns),
        pod_cidrs: text(&cluster.pod_cidrs),
        service_cidrs: text(&cluster.service_cidrs),
        node_cidrs: text(&cluster.node_cidrs),
        platform_users: cluster.platform_callers.clone(),
        ..Install::default()
    }
}
