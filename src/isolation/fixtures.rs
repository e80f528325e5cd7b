//! Tenants, classes and changes for the tests of this room.

use serde_json::Value;

use super::{Caller, Change, Context, Operation};
use crate::api::{
    ClusterFacts, DeletionPolicy, LimitDefaults, NodePool, PodSecurityLevel, SecretMount,
    TenantClassSpec, Toleration, ValidSecret, ValidTenant, WorkloadSelector,
};

/// A tenant with its class and cluster.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// The tenant `acme`.
    pub(crate) tenant: ValidTenant,
    /// Its class, with the strict default of every field.
    pub(crate) class: TenantClassSpec,
    /// The cluster.
    pub(crate) cluster: ClusterFacts,
}

impl Default for World {
    fn default() -> Self {
        Self {
            tenant: tenant(),
            class: TenantClassSpec::default(),
            cluster: ClusterFacts::default(),
        }
    }
}

impl World {
    /// A world in which everything is granted that can be: a node pool, a
    /// runtime class, class labels and two mounted secrets.
    pub(crate) fn rich() -> Self {
        let mut world = Self::default();
        let gold = pool("gold");
        world.class.node_pools = vec![gold.clone(), pool("silver")];
        world.class.pod_labels = [("team".to_owned(), "blue".to_owned())].into();
        world.tenant.node_pool = Some(gold);
        world.tenant.runtime_class_name = Some("gvisor".to_owned());
        world.tenant.secrets = vec![
            secret("db", vec![mount(&[("app", "web")], "/etc/db")]),
            secret("ca", vec![mount(&[], "/etc/ca")]),
        ];
        world
    }

    /// What rules may know, in the namespace `acme`.
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            tenant: &self.tenant,
            class: &self.class,
            namespace: "acme",
            cluster: &self.cluster,
        }
    }
}

/// The tenant `acme` with two namespaces and nothing else.
pub(crate) fn tenant() -> ValidTenant {
    ValidTenant {
        name: "acme".to_owned(),
        uid: "uid-acme".to_owned(),
        generation: 1,
        class_name: "default".to_owned(),
        namespaces: vec!["acme".to_owned(), "acme-db".to_owned()],
        members: Vec::new(),
        ingress: Vec::new(),
        egress: Vec::new(),
        pod_security: PodSecurityLevel::Restricted,
        pod_security_version: "latest".to_owned(),
        node_pool: None,
        runtime_class_name: None,
        quota: [].into(),
        quota_shares: [].into(),
        limits: LimitDefaults::default(),
        secrets: Vec::new(),
        parameters: serde_json::Map::new(),
        suspended: false,
        deletion_policy: DeletionPolicy::Retain,
    }
}

/// A node pool `pool=NAME` with a taint of the same name.
pub(crate) fn pool(name: &str) -> NodePool {
    NodePool {
        name: name.to_owned(),
        node_selector: [("pool".to_owned(), name.to_owned())].into(),
        tolerations: vec![Toleration {
            key: "pool".to_owned(),
            operator: None,
            value: Some(name.to_owned()),
            effect: Some("NoSchedule".to_owned()),
        }],
    }
}

/// A distributed secret with the key `token`.
pub(crate) fn secret(name: &str, mounts: Vec<SecretMount>) -> ValidSecret {
    ValidSecret {
        name: name.to_owned(),
        source: format!("{name}-source"),
        keys: vec!["token".to_owned()],
        mounts,
    }
}

/// A mount into Pods with these labels.
pub(crate) fn mount(labels: &[(&str, &str)], path: &str) -> SecretMount {
    let match_labels = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    SecretMount {
        selector: WorkloadSelector { match_labels, match_expressions: Vec::new() },
        path: path.to_owned(),
        default_mode: None,
    }
}

/// Somebody creates a Pod.
pub(crate) fn create(new: &Value) -> Change<'_> {
    Change {
        operation: Operation::Create,
        group: "",
        resource: "pods",
        subresource: "",
        name: "a",
        old: None,
        new: Some(new),
        caller: Caller::Other,
        username: "dev",
    }
}

/// Somebody updates a Pod.
pub(crate) fn update<'a>(old: &'a Value, new: &'a Value) -> Change<'a> {
    Change { operation: Operation::Update, old: Some(old), ..create(new) }
}
