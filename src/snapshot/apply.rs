//! How a snapshot follows what was observed.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::api::{LabelMap, Tenant, TenantClass, resolve};
use crate::policy::{Member, PolicySet, TenantInput, Wanted};

use super::change::Change;
use super::views::{Membership, Shared, Snapshot, TenantView};

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
                Arc::make_mut(&mut self.class_labels).remove(&name);
                self.resolve_tenants_of(&name);
            }
            Change::Namespace(view) => {
                if self.namespaces.get(&view.name).is_some_and(|known| **known == view) {
                    return false;
                }
                let name = view.name.clone();
                Arc::make_mut(&mut self.namespaces).insert(name.clone(), Arc::new(view));
                self.assign(&name);
            }
            // What was in it is reported by its own watches, which may be ahead.
            Change::NoNamespace(name) => {
                Arc::make_mut(&mut self.namespaces).remove(&name);
                self.assign(&name);
            }
            Change::Managed { kind, namespace, name, exists } => {
                return set_membership(&mut self.managed, &namespace, (kind, name), exists);
            }
            Change::LivePod { namespace, name, exists } => {
                return set_membership(&mut self.live_pods, &namespace, name, exists);
            }
            Change::Policy(member) => self.change_policies(|set| set.put(member)),
            Change::NoPolicy(name) => self.change_policies(|set| set.remove(&name)),
            Change::Exemption { name, spec } => {
                Arc::make_mut(&mut self.policies).put_exemption(&name, *spec);
            }
            Change::NoExemption(name) => {
                Arc::make_mut(&mut self.policies).remove_exemption(&name);
            }
            Change::Inventory { kind, namespace, name, fields } => match fields {
                Some(fields) => self.inventory.put(&kind, &namespace, &name, &fields),
                None => self.inventory.remove(&kind, &namespace, &name),
            },
            Change::InventorySynced { kind, synced } => {
                if synced {
                    self.inventory.synced(&kind);
                } else {
                    self.inventory.forget(&kind);
                }
            }
            Change::Synced => self.synced = true,
        }
        true
    }

    fn put_tenant(&mut self, tenant: Tenant) {
        let name = tenant.metadata.name.clone().unwrap_or_default();
        let mut touched = self.take_tenant(&name);
        for namespace in claimed(&tenant) {
            let claims = Arc::make_mut(&mut self.claims);
            claims.entry(namespace).or_default().insert(name.clone());
        }
        let class = self.classes.get(&tenant.spec.class).unwrap_or(&self.strictest).clone();
        let (valid, errors) = resolve(&tenant, &class, &self.facts);
        let uid = tenant.metadata.uid.clone().unwrap_or_default();
        let class_labels = self.class_labels.get(&tenant.spec.class).cloned().unwrap_or_default();
        let input = TenantInput {
            name: name.clone(),
            class: tenant.spec.class.clone(),
            labels: tenant.metadata.labels.clone().unwrap_or_default(),
            parameters: valid.parameters.clone(),
        };
        touched.extend(claimed(&tenant));
        let view = TenantView { tenant, uid, valid, errors, class, class_labels, input };
        Arc::make_mut(&mut self.tenants).insert(name, Arc::new(view));
        for namespace in touched {
            self.assign(&namespace);
        }
    }

    /// Tells the inventory whose a namespace is.
    fn assign(&mut self, namespace: &str) {
        let owner = match self.owner_of(namespace) {
            Membership::Active { tenant, .. } | Membership::Provisioning { tenant } => {
                Some(tenant.valid.name.clone())
            }
            Membership::Retained { .. } | Membership::Unmanaged | Membership::Unknown => None,
        };
        self.inventory.assign(namespace, owner.as_deref());
    }

    /// Changes the policies, and with them what is kept in the inventory.
    fn change_policies(&mut self, change: impl FnOnce(&mut PolicySet)) {
        change(Arc::make_mut(&mut self.policies));
        let asked = self.policies.iter().filter_map(|member| match member {
            Member::Enforced(policy) => Some(&policy.inventory),
            Member::Broken(_) => None,
        });
        self.inventory.want(Wanted::of(asked));
    }

    fn drop_tenant(&mut self, name: &str) {
        for namespace in self.take_tenant(name) {
            self.assign(&namespace);
        }
    }

    /// Takes a Tenant out, and tells which namespaces it named.
    fn take_tenant(&mut self, name: &str) -> BTreeSet<String> {
        let Some(view) = Arc::make_mut(&mut self.tenants).remove(name) else {
            return BTreeSet::new();
        };
        let named = claimed(&view.tenant);
        let claims = Arc::make_mut(&mut self.claims);
        for namespace in &named {
            if let Some(claimants) = claims.get_mut(namespace) {
                claimants.remove(name);
                if claimants.is_empty() {
                    claims.remove(namespace);
                }
            }
        }
        named
    }

    fn put_class(&mut self, class: TenantClass) {
        let name = class.metadata.name.unwrap_or_default();
        let labels: LabelMap = class.metadata.labels.unwrap_or_default();
        Arc::make_mut(&mut self.class_labels).insert(name.clone(), Arc::new(labels));
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
