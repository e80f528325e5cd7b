//! How a snapshot follows what was observed.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::api::{Tenant, TenantClass, resolve};

use super::change::Change;
use super::views::{Snapshot, TenantView};

impl Snapshot {
    /// Applies one change. Equal changes change nothing.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Tenant(tenant) => self.put_tenant(*tenant),
            Change::NoTenant(name) => self.drop_tenant(&name),
            Change::Class(class) => self.put_class(*class),
            Change::NoClass(name) => {
                self.classes.remove(&name);
                self.resolve_tenants_of(&name);
            }
            Change::Namespace(view) => {
                self.namespaces.insert(view.name.clone(), Arc::new(view));
            }
            Change::NoNamespace(name) => {
                self.namespaces.remove(&name);
                self.managed.remove(&name);
                self.live_pods.remove(&name);
            }
            Change::Managed { kind, namespace, name, exists } => {
                let objects = Arc::make_mut(self.managed.entry(namespace).or_default());
                set_membership(objects, (kind, name), exists);
            }
            Change::LivePod { namespace, name, exists } => {
                let pods = Arc::make_mut(self.live_pods.entry(namespace).or_default());
                set_membership(pods, name, exists);
            }
            Change::Synced => self.synced = true,
        }
    }

    fn put_tenant(&mut self, tenant: Tenant) {
        let name = tenant.metadata.name.clone().unwrap_or_default();
        self.drop_tenant(&name);
        for namespace in claimed(&tenant) {
            self.claims.entry(namespace).or_default().insert(name.clone());
        }
        let class = self.classes.get(&tenant.spec.class).unwrap_or(&self.strictest).clone();
        let (valid, errors) = resolve(&tenant, &class, &self.facts);
        let uid = tenant.metadata.uid.clone().unwrap_or_default();
        self.tenants.insert(name, Arc::new(TenantView { tenant, uid, valid, errors, class }));
    }

    fn drop_tenant(&mut self, name: &str) {
        let Some(view) = self.tenants.remove(name) else { return };
        for namespace in claimed(&view.tenant) {
            if let Some(claimants) = self.claims.get_mut(&namespace) {
                claimants.remove(name);
                if claimants.is_empty() {
                    self.claims.remove(&namespace);
                }
            }
        }
    }

    fn put_class(&mut self, class: TenantClass) {
        let name = class.metadata.name.unwrap_or_default();
        self.classes.insert(name.clone(), Arc::new(class.spec));
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

fn set_membership<T: Ord>(set: &mut BTreeSet<T>, item: T, exists: bool) {
    if exists {
        set.insert(item);
    } else {
        set.remove(&item);
    }
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
