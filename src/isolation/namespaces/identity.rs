//! Keys of Lessor on Namespaces: they cannot be taken, moved or dropped.

use serde_json::Value;

use super::facts::Facts;
use crate::api::ClusterFacts;
use crate::document::child;
use crate::isolation::{Caller, Change, Findings, read};
use crate::names::{self, Reason};

const RULE: &str = "namespaces/identity";

pub(super) fn judge(
    change: &Change,
    new: &Value,
    facts: &Facts,
    cluster: &ClusterFacts,
    out: &mut Findings,
) {
    let name = read::text(new, &["metadata", "name"]).unwrap_or(change.name);
    let system = cluster.is_system_namespace(name) || cluster.is_system_namespace(change.name);
    for which in ["labels", "annotations"] {
        for (key, _, after) in read::changed_entries(change.old, Some(new), which) {
            if !key.starts_with(names::KEY_PREFIX) {
                continue;
            }
            let after = after.map(|value| value.as_str().unwrap_or_default());
            let touched = Touched { which, key, after };
            if let Some((reason, message)) = touched.verdict(change, facts, system) {
                out.violation(RULE, reason, child(&format!("metadata.{which}"), key), message);
            } else if touched.is_adoption()
                && let Some(tenant) = after.filter(|tenant| !(facts.tenants)(tenant))
            {
                out.warn(format!("no Tenant {tenant:?} exists yet; the Namespace waits for it"));
            }
        }
    }
}

/// One key of Lessor that a request adds, changes or removes.
#[derive(Clone, Copy)]
struct Touched<'a> {
    which: &'a str,
    key: &'a str,
    after: Option<&'a str>,
}

impl Touched<'_> {
    fn is_tenant(self) -> bool {
        self.which == "labels" && self.key == names::TENANT_LABEL
    }

    fn is_adoption(self) -> bool {
        self.which == "annotations" && self.key == names::ADOPT_ANNOTATION
    }

    fn verdict(self, change: &Change, facts: &Facts, system: bool) -> Option<(Reason, String)> {
        let administrator = change.caller == Caller::Administrator;
        if system && !(administrator && self.after.is_none()) {
            return Some((
                Reason::SystemNamespaceProtected,
                "no Tenant can own a Namespace of the cluster or of Lessor; leave lessor.io keys out."
                    .to_owned(),
            ));
        }
        let claimed = facts.claimed_by(change.old);
        if administrator {
            return self.administrators(change, facts, claimed);
        }
        let moves = (self.is_tenant() || self.is_adoption())
            && self.after.is_some_and(|to| claimed != Some(to) && (facts.tenants)(to));
        Some(match claimed {
            Some(_) if moves => foreign(),
            Some(_) => (
                Reason::NamespaceIdentityImmutable,
                "lessor.io keys of a tenant's Namespace are written by Lessor only; send them as they are."
                    .to_owned(),
            ),
            None => not_adoptable(),
        })
    }

    /// An administrator adopts by annotation, restores and repairs, but moves
    /// nothing from one tenant to another by a slip.
    fn administrators(
        self,
        change: &Change,
        facts: &Facts,
        claimed: Option<&str>,
    ) -> Option<(Reason, String)> {
        let to = self.after?;
        let holder = if self.is_adoption() {
            claimed.or(facts.intended_by)
        } else if self.is_tenant() {
            facts.owner
        } else {
            None
        };
        if holder.is_some_and(|holder| holder != to) {
            return Some(foreign());
        }
        // A restored backup brings its labels in the create call; it is owned
        // by nobody until its UID is recorded.
        let labels_unmanaged = self.is_tenant() && claimed.is_none() && change.old.is_some();
        labels_unmanaged.then(not_adoptable)
    }
}

fn foreign() -> (Reason, String) {
    (
        Reason::NamespaceForeign,
        "this Namespace is held by another Tenant; a Namespace changes hands only after its Tenant lets go of it."
            .to_owned(),
    )
}

fn not_adoptable() -> (Reason, String) {
    (
        Reason::NamespaceNotAdoptable,
        format!(
            "Namespaces of a Tenant are created by Lessor; list the name in `spec.namespaces` of the Tenant, or have an administrator adopt an existing one with the annotation {}.",
            names::ADOPT_ANNOTATION
        ),
    )
}
