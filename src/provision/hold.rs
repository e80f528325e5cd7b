//! What holds while a Tenant's spec cannot be applied.

use super::observed::Observed;
use super::render::{Mode, Wanted, held};
use crate::api::{ClusterFacts, DeletionPolicy, LimitDefaults, PodSecurityLevel, ValidTenant};

/// Renders what holds while a Tenant's spec cannot be applied, because its class
/// is missing or it is not valid: the default-deny policy of every namespace
/// that the status records. Nothing is granted, nothing is taken away.
#[must_use]
pub fn hold(tenant: &str, uid: &str, cluster: &ClusterFacts, observed: &Observed) -> Wanted {
    let bare = bare(tenant, uid);
    let recorded = observed.previous.namespaces.iter();
    Wanted {
        tenant: tenant.to_owned(),
        namespaces: recorded
            .map(|entry| held(&bare, cluster, observed, &entry.name, Mode::Frozen))
            .collect(),
        quota: observed.previous.quota.clone(),
        secrets: Vec::new(),
    }
}

/// A Tenant that is given nothing.
fn bare(name: &str, uid: &str) -> ValidTenant {
    ValidTenant {
        name: name.to_owned(),
        uid: uid.to_owned(),
        generation: 0,
        class_name: String::new(),
        namespaces: Vec::new(),
        members: Vec::new(),
        ingress: Vec::new(),
        egress: Vec::new(),
        pod_security: PodSecurityLevel::Restricted,
        pod_security_version: "latest".to_owned(),
        node_pool: None,
        runtime_class_name: None,
        quota: std::collections::BTreeMap::new(),
        quota_shares: std::collections::BTreeMap::new(),
        limits: LimitDefaults::default(),
        secrets: Vec::new(),
        parameters: serde_json::Map::new(),
        suspended: false,
        deletion_policy: DeletionPolicy::Retain,
    }
}
