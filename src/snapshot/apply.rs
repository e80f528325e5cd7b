//! How a snapshot follows what was observed.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::api::{Tenant, TenantClass, resolve};

use super::change::Change;
use super::views::{Shared, Snapshot, TenantView};

impl Snapshot {
    /// Applies one change and tells whether it changed anything. What is equal
    /// to what is known does not: most events of a Pod are about its status.
    pub fn apply(&mut self, change: Change) -> bool {
        match change {
            Change::Tenant(tenant) => self.put_tenant(*tenant),
            Change::NoTenant(name) => self.drop_tenant(&name),
            Change::Class(class) => self.put_class(*class),
            Change::NoClass(name) => {
                Arc::make_mut(&mut self.classes).remove(&name);
                self.resolve_tenants_of(&name);
            }
            Change::Namespace(view) => {
                if self.namespaces.get(&view.name).is_some_and(|known| **known == view) {
                    return false;
                }
                Arc::make_mut(&mut self.namespaces).insert(view.name.clone(), Arc::new(view));
            }
            // What was in it is reported by its own watches, which may be ahead.
            Change::NoNamespace(name) => {
                Arc::make_mut(&mut self.namespaces).remove(&name);
            }
            Change::Managed { kind, namespace, name, exists } => {
                return set_membership(&mut self.managed, &namespace, (kind, name), exists);
            }
            Change::LivePod { namespace, name, exists } => {
                return set_membership(&mut self.live_pods, &namespace, name, exists);
            }
            Change::Synced => self.synced = true,
        }
        true
    }

    fn put_tenant(&mut self, tenant: Tenant) {
        let name = tenant.metadata.name.clone().unwrap_or_default();
        self.drop_tenant(&name);
        for namespace in claimed(&tenant) {
            let claims = Arc::make_mut(&mut self.claims);
            claims.entry(namespace).or_default().insert(name.clone());
        }
        let class = self.classes.get(&tenant.spec.class).unwrap_or(&self.strictest).clone();
        let (valid, errors) = resolve(&tenant, &class, &self.facts);
        let uid = tenant.metadata.uid.clone().unwrap_or_default();
        let view = TenantView { tenant, uid, valid, errors, class };
        Arc::make_mut(&mut self.tenants).insert(name, Arc::new(view));
    }

    fn drop_tenant(&mut self, name: &str) {
        let Some(view) = Arc::make_mut(&mut self.tenants).remove(name) else { return };
        let claims = Arc::make_mut(&mut self.claims);
        for namespace in claimed(&view.tenant) {
            if let Some(claimants) = claims.get_mut(&namespace) {
                claimants.remove(name);
                if claimants.is_empty() {
                    claims.remove(&namespace);
                }
            }
        }
    }

    fn put_class(&mut self, class: TenantClass) {
        let name = class.metadata.name.unwrap_or_default();
        Arc::make_mut(&mut self.classes).insert(name.clone(), Arc::new(class.spec));
        self.resolve_tenants_of(&name);
    }

    fn resolve_tenants_of(&mut self, class: &str) {
        let affected: Vec<Tenant> = self
            .tenants
            .values()
            .filter(|view| view.tenant.spec.class == class)
            .map(|view| view.tenant.clone())
            .collect();
        for tenant in affected {
            self.put_tenant(tenant);
        }
    }
}

fn set_membership<T: Ord + Clone>(
    sets: &mut Shared<Arc<BTreeSet<T>>>,
    namespace: &str,
    item: T,
    exists: bool,
) -> bool {
    if sets.get(namespace).is_some_and(|set| set.contains(&item)) == exists {
        return false;
    }
    let sets = Arc::make_mut(sets);
    let set = Arc::make_mut(sets.entry(namespace.to_owned()).or_default());
    if exists {
        set.insert(item);
    } else {
        set.remove(&item);
        if set.is_empty() {
            sets.remove(namespace);
        }
    }
    true
}

/// Every namespace that the Tenant's spec or status names.
fn claimed(tenant: &Tenant) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = tenant.spec.namespaces.iter().cloned().collect();
    if names.is_empty() {
        names.extend(tenant.metadata.name.clone());
    }
    if let Some(status) = &tenant.status {
        names.extend(status.namespaces.iter().map(|entry| entry.name.clone()));
    }
    names
}
