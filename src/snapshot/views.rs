//! The snapshot's content and how it is asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::api::{
    Callers, ClusterFacts, FieldError, LabelMap, Tenant, TenantClassSpec, ValidTenant,
};
use crate::names;
use crate::policy::{Inventory, PolicySet, TenantInput};

use super::change::ManagedKind;

/// A Namespace as far as decisions need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamespaceView {
    /// Name.
    pub name: String,
    /// UID: a re-created Namespace is another one.
    pub uid: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Tenant that an administrator gave it to, by annotation.
    pub given_to: Option<String>,
    /// Whether deletion has begun.
    pub terminating: bool,
}

/// A Tenant together with its class.
#[derive(Clone, Debug)]
pub struct TenantView {
    /// The Tenant as stored.
    pub tenant: Tenant,
    /// UID of the Tenant.
    pub uid: String,
    /// The Tenant parsed against its class. What the class does not allow is
    /// left out, so that a class that became stricter takes effect at once.
    pub valid: ValidTenant,
    /// What was left out, and why.
    pub errors: Vec<FieldError>,
    /// The class; the strictest possible where it is missing.
    pub class: Arc<TenantClassSpec>,
    /// Labels of the class.
    pub class_labels: Arc<LabelMap>,
    /// What policies read of it.
    pub input: TenantInput,
}

/// Whose a namespace is.
#[derive(Clone, Debug)]
pub enum Membership<'a> {
    /// Nobody's: Lessor has no say.
    Unmanaged,
    /// Recorded by name and UID in the Tenant's status.
    Active {
        /// The Tenant.
        tenant: &'a Arc<TenantView>,
        /// Whether the isolation objects of this very namespace exist.
        isolated: bool,
    },
    /// Named by the Tenant, whose controller created it a moment ago and has
    /// not recorded the UID yet.
    Provisioning {
        /// The Tenant.
        tenant: &'a Arc<TenantView>,
    },
    /// Recorded by a Tenant that no longer lists it, or labelled for one that
    /// does not record it: retained, restored from a backup, or an orphan.
    Retained {
        /// The Tenant, or the label's value.
        tenant: &'a str,
    },
    /// Not in the cache: the context is missing, which is an error and never
    /// means "nobody's".
    Unknown,
}

/// Copied when it changes, and only then: a copy of the snapshot shares it.
pub(super) type Shared<T> = Arc<HashMap<String, T>>;

/// Everything the webhook decides from.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The cluster.
    pub facts: Arc<ClusterFacts>,
    /// Exempt usernames.
    pub callers: Arc<Callers>,
    pub(super) synced: bool,
    pub(super) tenants: Shared<Arc<TenantView>>,
    pub(super) classes: Shared<Arc<TenantClassSpec>>,
    pub(super) namespaces: Shared<Arc<NamespaceView>>,
    /// Namespace name to the tenants whose status or spec names it.
    pub(super) claims: Shared<BTreeSet<String>>,
    pub(super) managed: Shared<Arc<BTreeSet<(ManagedKind, String)>>>,
    pub(super) live_pods: Shared<Arc<BTreeSet<String>>>,
    pub(super) strictest: Arc<TenantClassSpec>,
    pub(super) class_labels: Shared<Arc<LabelMap>>,
    pub(super) policies: Arc<PolicySet>,
    pub(super) inventory: Inventory,
}

impl Snapshot {
    /// Knows nothing yet, and says so.
    #[must_use]
    pub fn new(facts: ClusterFacts, callers: Callers) -> Self {
        Self {
            facts: Arc::new(facts),
            callers: Arc::new(callers),
            synced: false,
            tenants: Shared::default(),
            classes: Shared::default(),
            namespaces: Shared::default(),
            claims: Shared::default(),
            managed: Shared::default(),
            live_pods: Shared::default(),
            strictest: Arc::new(TenantClassSpec::default()),
            class_labels: Shared::default(),
            policies: Arc::default(),
            inventory: Inventory::default(),
        }
    }

    /// Whether every cache has been filled once. An empty cluster is synced.
    #[must_use]
    pub const fn is_synced(&self) -> bool {
        self.synced
    }

    /// A Tenant by name.
    #[must_use]
    pub fn tenant(&self, name: &str) -> Option<&Arc<TenantView>> {
        self.tenants.get(name)
    }

    /// All Tenants, in no order.
    pub fn tenants(&self) -> impl Iterator<Item = &Arc<TenantView>> {
        self.tenants.values()
    }

    /// A class by name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&Arc<TenantClassSpec>> {
        self.classes.get(name)
    }

    /// Every policy and exemption.
    #[must_use]
    pub fn policies(&self) -> &PolicySet {
        &self.policies
    }

    /// Objects of tenants that policies read.
    #[must_use]
    pub const fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// A Namespace by name.
    #[must_use]
    pub fn namespace(&self, name: &str) -> Option<&Arc<NamespaceView>> {
        self.namespaces.get(name)
    }

    /// How many Pods of the namespace are neither Succeeded nor Failed.
    #[must_use]
    pub fn live_pods(&self, namespace: &str) -> usize {
        self.live_pods.get(namespace).map_or(0, |pods| pods.len())
    }

    /// The tenant whose status records this namespace by name and UID.
    #[must_use]
    pub fn recorded_owner(&self, namespace: &str, uid: &str) -> Option<&Arc<TenantView>> {
        self.claimants(namespace).find(|view| {
            recorded(view, namespace).is_some_and(|entry| entry.uid.as_deref() == Some(uid))
        })
    }

    /// The tenant that names this namespace in its spec or status, whatever the UID.
    #[must_use]
    pub fn claimant(&self, namespace: &str) -> Option<&Arc<TenantView>> {
        self.claimants(namespace).next()
    }

    /// Every tenant that names this namespace in its spec or status, whatever the UID.
    pub fn claimants(&self, namespace: &str) -> impl Iterator<Item = &Arc<TenantView>> {
        self.claims.get(namespace).into_iter().flatten().filter_map(|name| self.tenants.get(name))
    }

    /// Whose a namespace is. Decided by name and UID; labels only tell where
    /// an owner is expected.
    #[must_use]
    pub fn owner_of(&self, namespace: &str) -> Membership<'_> {
        let Some(view) = self.namespaces.get(namespace) else { return Membership::Unknown };
        if let Some(tenant) = self.recorded_owner(namespace, &view.uid) {
            let listed = tenant.valid.namespaces.iter().any(|listed| listed == namespace);
            // A Tenant on its way out starts nothing any more: what the
            // controller takes away must not come again.
            if !listed || tenant.tenant.metadata.deletion_timestamp.is_some() {
                return Membership::Retained { tenant: &tenant.valid.name };
            }
            let isolated = self.is_isolated(tenant, view);
            return Membership::Active { tenant, isolated };
        }
        let Some(label) = view.labels.get(names::TENANT_LABEL) else {
            return Membership::Unmanaged;
        };
        let creator = view.labels.get(names::TENANT_UID_LABEL);
        match self.tenants.get(label) {
            Some(tenant) if creator == Some(&tenant.uid) && is_being_made(tenant, namespace) => {
                Membership::Provisioning { tenant }
            }
            _ => Membership::Retained { tenant: label },
        }
    }

    /// The status says that the objects of this UID were made, and the caches
    /// still see them.
    fn is_isolated(&self, tenant: &TenantView, namespace: &NamespaceView) -> bool {
        let noted = recorded(tenant, &namespace.name).is_some_and(|entry| entry.isolated);
        let has = |kind, name: &str| {
            self.managed
                .get(&namespace.name)
                .is_some_and(|objects| objects.contains(&(kind, name.to_owned())))
        };
        noted
            && has(ManagedKind::NetworkPolicy, names::DEFAULT_DENY_POLICY)
            && (tenant.valid.quota.is_empty() || has(ManagedKind::ResourceQuota, names::QUOTA))
            && (tenant.valid.limits.is_empty() || has(ManagedKind::LimitRange, names::LIMIT_RANGE))
    }
}

/// Whether the Tenant records that it means to make a namespace of this name, or
/// lists one of which nothing is recorded: the watch of Namespaces may be ahead
/// of the watch of Tenants.
fn is_being_made(tenant: &TenantView, namespace: &str) -> bool {
    let listed = || tenant.valid.namespaces.iter().any(|listed| listed == namespace);
    let stays = tenant.tenant.metadata.deletion_timestamp.is_none();
    recorded(tenant, namespace).map_or_else(|| stays && listed(), |entry| entry.uid.is_none())
}

fn recorded<'a>(view: &'a TenantView, namespace: &str) -> Option<&'a crate::api::NamespaceStatus> {
    view.tenant.status.as_ref()?.namespaces.iter().find(|entry| entry.name == namespace)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::snapshot::Change;

    /// A Tenant whose status records `acme` and `acme-old`, and whose spec lists the first.
    fn snapshot() -> Snapshot {
        let mut snapshot = Snapshot::new(ClusterFacts::default(), Callers::of_namespace("lessor"));
        let tenant = json!({"apiVersion": "lessor.io/v1", "kind": "Tenant",
            "metadata": {"name": "acme", "uid": "t-1"}, "spec": {"namespaces": ["acme"]},
            "status": {"namespaces": [
                {"name": "acme", "uid": "1", "isolated": true},
                {"name": "acme-old", "uid": "2", "isolated": true}]}});
        snapshot.apply(Change::Tenant(serde_json::from_value(tenant).unwrap()));
        for (name, uid) in [("acme", "1"), ("acme-old", "2")] {
            snapshot.apply(Change::Namespace(NamespaceView {
                name: name.to_owned(),
                uid: uid.to_owned(),
                ..NamespaceView::default()
            }));
        }
        snapshot
    }

    #[test]
    fn watches_may_overtake_each_other() {
        let mut snapshot = snapshot();
        // The policy of the Namespace's next life is seen before the end of the last one.
        let policy = |exists| Change::Managed {
            kind: ManagedKind::NetworkPolicy,
            namespace: "acme".to_owned(),
            name: names::DEFAULT_DENY_POLICY.to_owned(),
            exists,
        };
        snapshot.apply(policy(true));
        let isolated = |snapshot: &Snapshot| {
            matches!(snapshot.owner_of("acme"), Membership::Active { isolated: true, .. })
        };
        assert!(isolated(&snapshot));
        let namespace = snapshot.namespace("acme").unwrap().as_ref().clone();
        snapshot.apply(Change::NoNamespace("acme".to_owned()));
        assert!(matches!(snapshot.owner_of("acme"), Membership::Unknown));
        snapshot.apply(Change::Namespace(namespace));
        assert!(isolated(&snapshot));
        snapshot.apply(policy(false));
        assert!(!isolated(&snapshot));
    }

    #[test]
    fn a_namespace_may_be_seen_before_the_intent_to_make_it() {
        let mut snapshot = snapshot();
        let mut tenant = snapshot.tenant("acme").unwrap().tenant.clone();
        tenant.spec.namespaces = vec!["acme".to_owned(), "acme-new".to_owned()];
        snapshot.apply(Change::Tenant(Box::new(tenant)));
        let seen = |snapshot: &mut Snapshot, name: &str, creator: &str| {
            let labels = [(names::TENANT_LABEL, "acme"), (names::TENANT_UID_LABEL, creator)];
            snapshot.apply(Change::Namespace(NamespaceView {
                name: name.to_owned(),
                uid: "3".to_owned(),
                labels: labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
                ..NamespaceView::default()
            }));
            matches!(snapshot.owner_of(name), Membership::Provisioning { tenant } if tenant.uid == "t-1")
        };
        assert!(seen(&mut snapshot, "acme-new", "t-1"));
        // Another life of the Tenant made it, or the Tenant does not ask for it.
        assert!(!seen(&mut snapshot, "acme-new", "t-0"));
        assert!(!seen(&mut snapshot, "acme-other", "t-1"));
        // One that is recorded is another Namespace than this one.
        assert!(!seen(&mut snapshot, "acme", "t-1"));
    }

    #[test]
    fn a_tenant_on_its_way_out_is_closed() {
        let mut snapshot = snapshot();
        let mut tenant = snapshot.tenant("acme").unwrap().tenant.clone();
        assert!(matches!(snapshot.owner_of("acme"), Membership::Active { .. }));
        let now = k8s_openapi::jiff::Timestamp::UNIX_EPOCH;
        tenant.metadata.deletion_timestamp =
            Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(now));
        snapshot.apply(Change::Tenant(Box::new(tenant)));
        assert!(matches!(snapshot.owner_of("acme"), Membership::Retained { tenant: "acme" }));
    }

    #[test]
    fn a_namespace_that_is_no_longer_listed_is_retained() {
        let snapshot = snapshot();
        assert!(matches!(snapshot.owner_of("acme"), Membership::Active { .. }));
        assert!(matches!(snapshot.owner_of("acme-old"), Membership::Retained { tenant: "acme" }));
    }
}
