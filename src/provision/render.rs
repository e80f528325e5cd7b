//! A valid Tenant and what was observed -> the objects that shall exist.

use serde_json::{Value, json};

use super::access;
use super::claim::{Claim, claim};
use super::object::{Kind, Object, ObjectKey};
use super::observed::Observed;
use super::quota;
use super::secrets::{self, SecretPlan};
use crate::api::{ClusterFacts, QuotaShare, ValidTenant};
use crate::isolation::network;
use crate::names;

/// Everything that shall exist for a Tenant, in the order it is created.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Name of the Tenant.
    pub tenant: String,
    /// Namespaces: those of the spec in its order, then retained ones by name.
    pub namespaces: Vec<WantedNamespace>,
    /// The quota's parts.
    pub quota: Vec<QuotaShare>,
    /// Secrets to distribute.
    pub secrets: Vec<SecretPlan>,
}

/// What is done with a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In the spec: everything is provisioned.
    Active,
    /// Dropped from the spec: isolation stays, members' access and copies of
    /// secrets go, the Namespace and its data stay.
    Retained,
    /// The spec cannot be applied (no class, not valid): isolation is held,
    /// nothing is granted and nothing is taken away.
    Frozen,
}

/// One namespace of a Tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedNamespace {
    /// Its name.
    pub name: String,
    /// Whether it may be written into. Where it may not, there are no objects.
    pub claim: Claim,
    /// What is done with it.
    pub mode: Mode,
    /// The Namespace with all labels, which are part of the create call; absent
    /// unless the namespace is active.
    pub namespace: Option<Object>,
    /// What Pod admission waits for: default-deny first, then quota and limits.
    pub isolation: Vec<Object>,
    /// The rest: policies, ServiceAccounts, secrets, members' access last.
    pub rest: Vec<Object>,
}

impl WantedNamespace {
    /// The namespaced objects in the order of their creation.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.isolation.iter().chain(&self.rest)
    }
}

/// Renders everything that shall exist. Deterministic; names of namespaces that
/// are not the Tenant's render no objects.
#[must_use]
pub fn render(tenant: &ValidTenant, cluster: &ClusterFacts, observed: &Observed) -> Wanted {
    let quota = quota::split(&tenant.quota, &tenant.namespaces, &tenant.quota_shares);
    let secrets: Vec<SecretPlan> = tenant
        .secrets
        .iter()
        .map(|secret| {
            secrets::plan(secret, observed.sources.get(&secret.source), &observed.digest_key)
        })
        .collect();
    let active = quota.iter().map(|share| active(tenant, cluster, observed, share, &secrets));
    let retained =
        dropped(tenant, observed).map(|name| held(tenant, cluster, observed, name, Mode::Retained));
    let namespaces = active.chain(retained).collect();
    Wanted { tenant: tenant.name.clone(), namespaces, quota, secrets }
}

fn claim_of(
    tenant: &ValidTenant,
    cluster: &ClusterFacts,
    observed: &Observed,
    name: &str,
) -> Claim {
    if cluster.is_system_namespace(name) {
        return Claim::AdoptionDenied;
    }
    let namespace = observed.namespaces.get(name);
    claim(&tenant.name, &tenant.uid, observed.recorded(name), namespace)
}

fn active(
    tenant: &ValidTenant,
    cluster: &ClusterFacts,
    observed: &Observed,
    share: &QuotaShare,
    secrets: &[SecretPlan],
) -> WantedNamespace {
    let name = share.namespace.as_str();
    let claim = claim_of(tenant, cluster, observed, name);
    let mut wanted = WantedNamespace {
        name: name.to_owned(),
        claim,
        mode: Mode::Active,
        namespace: None,
        isolation: Vec::new(),
        rest: Vec::new(),
    };
    if !wanted.claim.is_writable() {
        return wanted;
    }
    wanted.namespace = Some(render_namespace(tenant, name));
    let (gate, edges): (Vec<Object>, Vec<Object>) = policies(tenant, cluster, name)
        .into_iter()
        .partition(|policy| policy.key.name == names::DEFAULT_DENY_POLICY);
    wanted.isolation = gate;
    wanted.isolation.extend(quota::render_quota(tenant, share));
    wanted.isolation.extend(quota::render_limits(tenant, name));
    wanted.rest = edges;
    wanted.rest.push(access::render_default_account(name));
    wanted.rest.extend(secrets.iter().filter_map(|plan| {
        let content = plan.content.as_ref().ok()?;
        Some(secrets::render_copy(&tenant.name, name, &plan.name, content))
    }));
    wanted.rest.extend(access::render_members(tenant, name));
    wanted
}

pub(super) fn held(
    tenant: &ValidTenant,
    cluster: &ClusterFacts,
    observed: &Observed,
    name: &str,
    mode: Mode,
) -> WantedNamespace {
    let claim = claim_of(tenant, cluster, observed, name);
    let mut isolation = Vec::new();
    if claim.owned_uid().is_some() {
        isolation = policies(tenant, cluster, name);
        isolation.retain(|policy| policy.key.name == names::DEFAULT_DENY_POLICY);
    }
    let (namespace, rest) = (None, Vec::new());
    WantedNamespace { name: name.to_owned(), claim, mode, namespace, isolation, rest }
}

/// Names that the status records and the spec no longer has, as long as their
/// Namespace exists.
fn dropped<'a>(
    tenant: &'a ValidTenant,
    observed: &'a Observed,
) -> impl Iterator<Item = &'a str> + 'a {
    let mut names: Vec<&str> = observed
        .previous
        .namespaces
        .iter()
        .map(|entry| entry.name.as_str())
        .filter(|name| !tenant.namespaces.iter().any(|own| own == name))
        .filter(|name| observed.namespaces.contains_key(*name))
        .collect();
    names.sort_unstable();
    names.into_iter()
}

/// The Namespace with every label in one object: labels that come after the
/// create leave a window in which neither Pod Security nor a webhook selector
/// sees the namespace.
fn render_namespace(tenant: &ValidTenant, name: &str) -> Object {
    let mut labels = serde_json::Map::new();
    labels.insert(names::TENANT_LABEL.to_owned(), json!(tenant.name));
    labels.insert(names::TENANT_UID_LABEL.to_owned(), json!(tenant.uid));
    for mode in ["enforce", "warn", "audit"] {
        let key = format!("{}{mode}", names::POD_SECURITY_PREFIX);
        labels.insert(format!("{key}-version"), json!(tenant.pod_security_version));
        labels.insert(key, json!(tenant.pod_security.as_str()));
    }
    let key = ObjectKey::new(Kind::Namespace, "", name);
    object(key, json!({"metadata": {"labels": labels}}))
}

fn policies(tenant: &ValidTenant, cluster: &ClusterFacts, namespace: &str) -> Vec<Object> {
    network::render(tenant, namespace, cluster)
        .into_iter()
        .filter_map(|policy| {
            let name = policy.metadata.name.clone()?;
            let key = ObjectKey::new(Kind::NetworkPolicy, namespace, name);
            let body = serde_json::to_value(policy).ok()?;
            Some(managed(key, &tenant.name, body))
        })
        .collect()
}

/// An object of Lessor's own: `fields` plus type, name and the labels that mark it.
pub(super) fn managed(key: ObjectKey, tenant: &str, fields: Value) -> Object {
    let mut object = object(key, fields);
    let labels = &mut object.body["metadata"]["labels"];
    labels[names::MANAGED_LABEL] = json!(names::TRUE);
    labels[names::TENANT_LABEL] = json!(tenant);
    object
}

/// `fields`, which is an object, plus type and name.
pub(super) fn object(key: ObjectKey, fields: Value) -> Object {
    let mut body = fields;
    body["apiVersion"] = json!(key.kind.api_version());
    body["kind"] = json!(key.kind.name());
    body["metadata"]["name"] = json!(key.name);
    if !key.namespace.is_empty() {
        body["metadata"]["namespace"] = json!(key.namespace);
    }
    Object { key, body }
}
