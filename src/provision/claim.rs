//! Whose namespace is it?

use super::observed::ObservedNamespace;
use crate::api::NamespaceStatus;
use crate::names;

/// Whether a namespace may be written into on behalf of a Tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has the name: it is created.
    Create,
    /// It is the Tenant's.
    Own {
        /// UID of the Namespace.
        uid: String,
    },
    /// It is the Tenant's, but is being deleted: nothing is written into it.
    Terminating {
        /// UID of the Namespace.
        uid: String,
    },
    /// Another Tenant has it, or an earlier Tenant of this name had it. Which one
    /// is not said: who writes a Tenant does not learn of others.
    NameConflict,
    /// It exists, belongs to nobody, and no administrator gave it to the Tenant.
    AdoptionDenied,
}

impl Claim {
    /// UID of a Namespace that may be written into.
    #[must_use]
    pub fn owned_uid(&self) -> Option<&str> {
        if let Self::Own { uid } = self { Some(uid) } else { None }
    }

    /// Whether Lessor may write into the namespace, now or after creating it.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        matches!(self, Self::Create | Self::Own { .. })
    }
}

/// Decides whose a namespace is. Trusted are the UID that the status records,
/// then the label with the Tenant's UID, which is written in the create call and
/// which nobody but Lessor can write: it is how a controller that died between
/// create and status recognises its own. A label with the Tenant's *name* alone
/// proves nothing (a restored backup, a retained namespace of an earlier
/// Tenant): an administrator has to give the namespace by annotation.
#[must_use]
pub fn claim(
    tenant: &str,
    tenant_uid: &str,
    recorded: Option<&NamespaceStatus>,
    observed: Option<&ObservedNamespace>,
) -> Claim {
    let Some(namespace) = observed else {
        return Claim::Create;
    };
    let uid = namespace.uid.clone();
    let label = |key: &str| namespace.labels.get(key).map(String::as_str);
    let is_recorded = recorded.is_some_and(|entry| entry.uid.as_deref() == Some(uid.as_str()));
    let is_created = !tenant_uid.is_empty() && label(names::TENANT_UID_LABEL) == Some(tenant_uid);
    let is_given = label(names::TENANT_LABEL).is_none_or(|owner| owner == tenant)
        && namespace.annotations.get(names::ADOPT_ANNOTATION).is_some_and(|name| name == tenant);
    if is_recorded || is_created || is_given {
        return if namespace.deleting { Claim::Terminating { uid } } else { Claim::Own { uid } };
    }
    match label(names::TENANT_LABEL) {
        Some(_) => Claim::NameConflict,
        None => Claim::AdoptionDenied,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespace(labels: &[(&str, &str)], annotations: &[(&str, &str)]) -> ObservedNamespace {
        let map = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        ObservedNamespace {
            uid: "ns-1".into(),
            labels: map(labels),
            annotations: map(annotations),
            deleting: false,
        }
    }

    fn recorded(uid: &str) -> NamespaceStatus {
        NamespaceStatus { name: "acme".into(), uid: Some(uid.into()), ..Default::default() }
    }

    #[test]
    fn a_free_name_is_created() {
        assert_eq!(claim("acme", "t-1", None, None), Claim::Create);
    }

    #[test]
    fn the_recorded_uid_is_the_tenants_whatever_the_labels_say() {
        let stripped = namespace(&[], &[]);
        let own = Claim::Own { uid: "ns-1".into() };
        assert_eq!(claim("acme", "t-1", Some(&recorded("ns-1")), Some(&stripped)), own);
        assert_eq!(
            claim("acme", "t-1", Some(&recorded("ns-0")), Some(&stripped)),
            Claim::AdoptionDenied
        );
    }

    #[test]
    fn the_tenants_uid_in_the_label_is_enough_and_its_name_is_not() {
        let created =
            namespace(&[("lessor.io/tenant", "acme"), ("lessor.io/tenant-uid", "t-1")], &[]);
        assert_eq!(claim("acme", "t-1", None, Some(&created)).owned_uid(), Some("ns-1"));
        let earlier =
            namespace(&[("lessor.io/tenant", "acme"), ("lessor.io/tenant-uid", "t-0")], &[]);
        assert_eq!(claim("acme", "t-1", None, Some(&earlier)), Claim::NameConflict);
    }

    #[test]
    fn an_empty_tenant_uid_matches_nothing() {
        let blank = namespace(&[("lessor.io/tenant-uid", "")], &[]);
        assert_eq!(claim("acme", "", None, Some(&blank)), Claim::AdoptionDenied);
    }

    #[test]
    fn an_administrator_gives_a_namespace_to_one_tenant() {
        let given = namespace(&[], &[("lessor.io/adopt", "acme")]);
        assert_eq!(claim("acme", "t-1", None, Some(&given)).owned_uid(), Some("ns-1"));
        assert_eq!(claim("globex", "t-2", None, Some(&given)), Claim::AdoptionDenied);
        let held = namespace(&[("lessor.io/tenant", "globex")], &[("lessor.io/adopt", "acme")]);
        assert_eq!(claim("acme", "t-1", None, Some(&held)), Claim::NameConflict);
    }

    #[test]
    fn a_terminating_namespace_is_not_writable() {
        let mut dying = namespace(&[("lessor.io/tenant-uid", "t-1")], &[]);
        dying.deleting = true;
        let claim = claim("acme", "t-1", None, Some(&dying));
        assert!(!claim.is_writable());
        assert_eq!(claim.owned_uid(), None);
    }
}
