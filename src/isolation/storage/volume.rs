//! `PersistentVolume`.

use serde_json::Value;

use crate::document::child;
use crate::isolation::{Caller, Change, Findings, Operation, read};
use crate::names::{self, Reason};

/// Judges a `PersistentVolume`, which belongs to the tenant in its identity
/// label. `claim_tenant` is the tenant of `spec.claimRef.namespace`, if any.
///
/// Where a claim appears or changes, both must agree; the binder is judged
/// like everybody. A volume that is created for a claim needs no label yet: it
/// was just provisioned and the controller labels it by its claim. Only Lessor
/// and administrators change the label. Cluster-scoped, hence no context.
pub fn judge_volume(change: &Change, claim_tenant: Option<&str>, out: &mut Findings) {
    let writes = matches!(change.operation, Operation::Create | Operation::Update);
    let Some(new) = change.new.filter(|_| writes && change.caller != Caller::Lessor) else {
        return;
    };
    let label = read::label(Some(new), names::TENANT_LABEL);
    let fresh = change.operation == Operation::Create && label.is_none();
    if is_claimed(change.old, new) && label != claim_tenant && !fresh {
        out.violation(
            "storage/volume",
            Reason::VolumeBindingForbidden,
            "spec.claimRef",
            format!(
                "the claim and the volume belong to different tenants; the label {} of the volume must name the tenant of the claim.",
                names::TENANT_LABEL
            ),
        );
    }
    let relabelled = match change.old {
        Some(old) => read::label(Some(old), names::TENANT_LABEL) != label,
        None => label.is_some_and(|label| Some(label) != claim_tenant),
    };
    if relabelled && change.caller != Caller::Administrator {
        out.violation(
            "storage/volume",
            Reason::TenantIdentityMismatch,
            child("metadata.labels", names::TENANT_LABEL),
            "the tenant of a volume is recorded by Lessor or an administrator; leave the label as it is.",
        );
    }
}

/// Whether this request gives the volume to a claim. A UID that is filled in
/// later belongs to the claim that was always meant; one that is taken out or
/// replaced gives the volume to whoever has the names now.
fn is_claimed(old: Option<&Value>, new: &Value) -> bool {
    let part = |volume: Option<&'_ Value>, name: &str| {
        volume.and_then(|volume| read::text(volume, &["spec", "claimRef", name])).map(str::to_owned)
    };
    let differs = |name: &str| part(old, name) != part(Some(new), name);
    read::at(new, &["spec", "claimRef"]).is_some()
        && (differs("namespace")
            || differs("name")
            || part(old, "uid").is_some_and(|uid| part(Some(new), "uid") != Some(uid)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::kinds_fixtures::{by, change, verdicts};

    fn volume(label: Option<&str>, claim: Option<&str>) -> Value {
        let mut volume =
            json!({"kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {}});
        if let Some(label) = label {
            volume["metadata"]["labels"] = json!({"lessor.io/tenant": label});
        }
        if let Some(namespace) = claim {
            volume["spec"]["claimRef"] = json!({"namespace": namespace, "name": "data"});
        }
        volume
    }

    fn bind(old: Option<&Value>, new: &Value, tenant: Option<&str>) -> Vec<String> {
        let change = change("persistentvolumes", old, Some(new));
        let change = by(change, Caller::Platform, "system:kube-controller-manager");
        verdicts(|out| judge_volume(&change, tenant, out))
    }

    #[test]
    fn a_claim_and_its_volume_have_one_tenant() {
        const REFUSED: [&str; 1] = ["VolumeBindingForbidden spec.claimRef"];
        let free = |label| volume(label, None);
        let bound = |label| volume(label, Some("acme"));
        assert!(bind(Some(&free(Some("acme"))), &bound(Some("acme")), Some("acme")).is_empty());
        assert_eq!(
            bind(Some(&free(Some("globex"))), &bound(Some("globex")), Some("acme")),
            REFUSED
        );
        assert_eq!(bind(Some(&free(None)), &bound(None), Some("acme")), REFUSED);
        assert_eq!(bind(Some(&free(Some("acme"))), &bound(Some("acme")), None), REFUSED);
        assert!(bind(Some(&free(None)), &bound(None), None).is_empty());
        assert!(bind(None, &bound(None), Some("acme")).is_empty(), "just provisioned");
        assert!(
            bind(Some(&bound(Some("globex"))), &bound(Some("globex")), Some("acme")).is_empty()
        );
        assert!(bind(Some(&bound(Some("globex"))), &free(Some("globex")), None).is_empty());
    }

    #[test]
    fn a_released_volume_is_not_given_to_a_namesake() {
        let mut old = volume(Some("globex"), Some("acme"));
        old["spec"]["claimRef"]["uid"] = json!("1");
        let new = volume(Some("globex"), Some("acme"));
        assert_eq!(bind(Some(&old), &new, Some("acme")), ["VolumeBindingForbidden spec.claimRef"]);
        assert!(bind(Some(&new), &old, Some("acme")).is_empty());
    }

    #[test]
    fn the_label_is_not_the_platforms_to_write() {
        let (old, new) = (volume(Some("globex"), None), volume(Some("acme"), None));
        assert_eq!(
            bind(Some(&old), &new, None),
            ["TenantIdentityMismatch metadata.labels[lessor.io/tenant]"]
        );
        let repair =
            by(change("persistentvolumes", Some(&old), Some(&new)), Caller::Administrator, "root");
        assert!(verdicts(|out| judge_volume(&repair, None, out)).is_empty());
    }
}
