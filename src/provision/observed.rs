//! What was seen in the cluster about one Tenant.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::object::ObjectKey;
use super::secrets::DigestKey;
use crate::api::{LabelMap, NamespaceStatus, TenantStatus};

/// What was seen in the cluster about one Tenant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The status as it was last written.
    pub previous: TenantStatus,
    /// Namespaces that exist, by name, of every name in the Tenant's spec and status.
    pub namespaces: BTreeMap<String, ObservedNamespace>,
    /// Managed objects and `default` ServiceAccounts in these namespaces.
    pub objects: Objects,
    /// Secrets of the secret source namespace that the Tenant refers to, by name.
    pub sources: BTreeMap<String, SourceSecret>,
    /// Key of the digests of secrets.
    pub digest_key: DigestKey,
}

impl Observed {
    /// What the status records about a namespace.
    #[must_use]
    pub fn recorded(&self, name: &str) -> Option<&NamespaceStatus> {
        self.previous.namespaces.iter().find(|entry| entry.name == name)
    }
}

/// A Namespace that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedNamespace {
    /// Its UID.
    pub uid: String,
    /// Its labels.
    pub labels: LabelMap,
    /// Its annotations.
    pub annotations: LabelMap,
    /// It is being deleted.
    pub deleting: bool,
}

/// Objects by key. Shows keys alone: the objects may be Secrets.
#[derive(Clone, Default, PartialEq)]
pub struct Objects(pub BTreeMap<ObjectKey, std::sync::Arc<Value>>);

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A Secret of the secret source namespace.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SourceSecret {
    /// Its `type`.
    pub kind: String,
    /// Its `data`: base64 text by key.
    pub data: BTreeMap<String, String>,
}

/// Shows keys alone.
impl fmt::Debug for SourceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceSecret")
            .field("kind", &self.kind)
            .field("keys", &self.data.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
