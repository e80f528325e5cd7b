//! Waiting for a tenant's isolation.
//!
//! `decide` cannot wait; it says that the context is not there yet. Waiting
//! happens here, before a worker is taken, so that gated Pods of one tenant
//! never slow down another's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most requests of one tenant that may wait at a time.
const WAITERS_PER_TENANT: usize = 64;

/// Counts who waits, by tenant.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    waiting: Arc<Mutex<HashMap<String, usize>>>,
}

/// The right to wait; given back when dropped.
#[derive(Debug)]
pub(super) struct Waiter {
    gate: Gate,
    tenant: String,
}

impl Gate {
    /// Lets one more request of the tenant wait, unless too many already do.
    pub(super) fn enter(&self, tenant: &str) -> Option<Waiter> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entry(tenant.to_owned()).or_insert(0);
        if *count >= WAITERS_PER_TENANT {
            return None;
        }
        *count += 1;
        Some(Waiter { gate: self.clone(), tenant: tenant.to_owned() })
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut waiting = self.gate.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = waiting.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tenant_cannot_take_anothers_places() {
        let gate = Gate::default();
        let mut acme: Vec<Waiter> =
            (0..WAITERS_PER_TENANT).filter_map(|_| gate.enter("acme")).collect();
        assert_eq!(acme.len(), WAITERS_PER_TENANT);
        assert!(gate.enter("acme").is_none());
        assert!(gate.enter("globex").is_some());
        acme.pop();
        assert!(gate.enter("acme").is_some());
        acme.clear();
        assert!(gate.waiting.lock().unwrap().is_empty());
    }
}
