//! What a match is asked about.

use serde_json::Value;

use super::parents::parent;
use crate::api::{LabelMap, Operation};

/// A request of a tenant, as far as a match looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// API group of the kind that was sent; empty for the core group.
    pub group: &'a str,
    /// Kind that was sent: `PodExecOptions` for a `pods/exec`.
    pub kind: &'a str,
    /// API group of the resource.
    pub resource_group: &'a str,
    /// Resource in the plural.
    pub resource: &'a str,
    /// Subresource; empty for the object itself.
    pub subresource: &'a str,
    /// Operation.
    pub operation: Operation,
    /// Name of the object. While a `generateName` create is mutated there is
    /// none yet: then the prefix that it will begin with.
    pub name: &'a str,
    /// The object as it will be.
    pub object: Option<&'a Value>,
    /// The object as it was.
    pub old_object: Option<&'a Value>,
    /// Name of the namespace.
    pub namespace: &'a str,
    /// Labels of the Namespace.
    pub namespace_labels: &'a LabelMap,
    /// Name of the Tenant.
    pub tenant: &'a str,
    /// Labels of the Tenant. Whoever writes the Tenant writes them.
    pub tenant_labels: &'a LabelMap,
    /// Name of the TenantClass.
    pub class: &'a str,
    /// Labels of the TenantClass.
    pub class_labels: &'a LabelMap,
}

impl<'a> Subject<'a> {
    /// The kind whose subresource this is, where it is another than the one that
    /// was sent: group and kind.
    pub(super) fn parent(&self) -> Option<(&'a str, &'static str)> {
        if self.subresource.is_empty() {
            return None;
        }
        let kind = parent(self.resource_group, self.resource)?;
        let sent = (self.group, self.kind);
        (sent != (self.resource_group, kind)).then_some((self.resource_group, kind))
    }
}
