//! What is taken away to uninstall Lessor, and in which order.

use serde_json::Value;

use super::install::{Install, manifests};
use crate::names;

/// One object by its kind and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// Namespace; none for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

/// A step of an uninstallation. Each can be done again, and what it does not
/// find is gone already: an uninstallation that broke off is begun anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Scale the Deployment to zero, and wait until nobody leads: a leader
    /// would restore what is taken away.
    Stop(ObjectRef),
    /// Delete these objects and wait until they are gone.
    Delete(Vec<ObjectRef>),
    /// Take the finalizer off every Tenant: nobody is left to do it.
    ReleaseTenants,
    /// Delete managed objects of tenants' namespaces.
    TakeBack {
        /// Whether what isolates stays: network policies, quota, limits and the
        /// labels of namespaces.
        keep_isolation: bool,
    },
}

/// The steps. The API server stops asking before nobody answers, the floor goes
/// before what it protects, and kinds go after the finalizers of their objects.
/// Namespaces of tenants are in no step, nor is the one of the secrets that
/// classes grant: what is in them is not Lessor's.
#[must_use]
pub fn removal(install: &Install, keep_isolation: bool) -> Vec<Removal> {
    let everything = Install { configurations: true, workloads: true, ..install.clone() };
    let objects: Vec<ObjectRef> = manifests(&everything).iter().filter_map(reference).collect();
    let of = |kinds: &[&str]| -> Vec<ObjectRef> {
        let mut found: Vec<_> = objects
            .iter()
            .filter(|object| kinds.contains(&object.kind.as_str()))
            .cloned()
            .collect();
        // What was applied last goes first.
        found.reverse();
        found
    };
    let own = |namespace: &str| Some(namespace.to_owned());
    let mut rights = of(&["ClusterRoleBinding", "ClusterRole", "RoleBinding", "Role"]);
    // What is in Lessor's own namespace goes with it.
    rights.retain(|object| object.namespace != own(&install.namespace));
    let mut home = of(&["Namespace"]);
    home.retain(|namespace| namespace.name == install.namespace);
    vec![
        Removal::Stop(ObjectRef {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: own(&install.namespace),
            name: names::CONTROLLER_DEPLOYMENT.to_owned(),
        }),
        Removal::Delete(of(&["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"])),
        Removal::Delete(of(&["ValidatingAdmissionPolicyBinding"])),
        Removal::Delete(of(&["ValidatingAdmissionPolicy"])),
        Removal::ReleaseTenants,
        Removal::TakeBack { keep_isolation },
        Removal::Delete(of(&["CustomResourceDefinition"])),
        Removal::Delete(rights),
        Removal::Delete(home),
    ]
}

fn reference(object: &Value) -> Option<ObjectRef> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(ObjectRef {
        api_version: text(&object["apiVersion"])?,
        kind: text(&object["kind"])?,
        namespace: text(&object["metadata"]["namespace"]),
        name: text(&object["metadata"]["name"])?,
    })
}

impl std::fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deleted(steps: &[Removal]) -> Vec<String> {
        let objects = steps.iter().flat_map(|step| match step {
            Removal::Delete(objects) => objects.clone(),
            _ => Vec::new(),
        });
        objects.map(|object| object.to_string()).collect()
    }

    #[test]
    fn everything_installed_goes_but_what_is_not_lessors() {
        let install = Install { namespace: "rent".to_owned(), ..Install::default() };
        let deleted = deleted(&removal(&install, false));
        let goes_with = |object: &ObjectRef| {
            // With its namespace, or with its kind.
            object.namespace.as_deref() == Some("rent") || object.kind == "TenantClass"
        };
        let all = Install { configurations: true, ..install };
        for object in manifests(&all).iter().filter_map(reference) {
            let is_secrets = object.kind == "Namespace" && object.name == "lessor-secrets";
            let expected = !is_secrets && !goes_with(&object);
            assert_eq!(deleted.contains(&object.to_string()), expected, "{object}");
        }
    }

    #[test]
    fn the_order_is_the_safe_one() {
        let steps = removal(&Install::default(), true);
        let at = |what: &str| {
            steps.iter().position(|step| match step {
                Removal::Delete(objects) => objects.iter().any(|object| object.kind == what),
                _ => false,
            })
        };
        let position = |wanted: fn(&Removal) -> bool| steps.iter().position(wanted);
        let order = [
            position(|step| matches!(step, Removal::Stop(_))),
            at("ValidatingWebhookConfiguration"),
            at("ValidatingAdmissionPolicyBinding"),
            at("ValidatingAdmissionPolicy"),
            position(|step| *step == Removal::ReleaseTenants),
            position(|step| matches!(step, Removal::TakeBack { keep_isolation: true })),
            at("CustomResourceDefinition"),
            at("ClusterRole"),
            at("Namespace"),
        ];
        assert!(order.is_sorted() && order.iter().all(Option::is_some), "{order:?}");
    }
}
