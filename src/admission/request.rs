//! What the API server asks, after parsing.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::isolation::Operation;

/// Which phase of admission asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// May patch; runs the fixed core on the result so that the caller sees our reason.
    Mutating,
    /// Judges the final object.
    Validating,
}

/// The endpoint that was called. Two webhook entries with complementary
/// matchConditions call different endpoints, so that the API server's own
/// authorizer tells who is an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Phase of admission.
    pub phase: Phase,
    /// Whether the caller holds `administer` on `tenants.lessor.io`.
    pub administrator: bool,
}

impl Endpoint {
    /// Every endpoint with its path.
    pub const ALL: [(&'static str, Self); 4] = [
        ("/mutate", Self { phase: Phase::Mutating, administrator: false }),
        ("/mutate/administrator", Self { phase: Phase::Mutating, administrator: true }),
        ("/validate", Self { phase: Phase::Validating, administrator: false }),
        ("/validate/administrator", Self { phase: Phase::Validating, administrator: true }),
    ];
}

/// API group and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupKind {
    /// API group; empty for the core group.
    pub group: String,
    /// Version that the object is sent in.
    pub version: String,
    /// Kind, such as `Pod`.
    pub kind: String,
}

/// API group and resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupResource {
    /// API group; empty for the core group.
    pub group: String,
    /// Resource in the plural, such as `pods`.
    pub resource: String,
}

/// The effective user of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// Username.
    pub name: String,
    /// Groups.
    pub groups: Vec<String>,
    /// UID; may be empty.
    pub uid: String,
    /// What the authenticator added; only the authorizer is told.
    pub extra: BTreeMap<String, Vec<String>>,
}

/// One question of the API server.
#[derive(Clone, Debug)]
pub struct Request {
    /// Echoed in the answer.
    pub uid: String,
    /// Kind of the object, as converted for the matching rule.
    pub kind: GroupKind,
    /// Resource, as converted for the matching rule.
    pub resource: GroupResource,
    /// Subresource; empty for the object itself.
    pub subresource: String,
    /// Name; empty while mutating a `generateName` create and in a deletecollection.
    pub name: String,
    /// Namespace; empty for cluster-scoped objects, its own name for a Namespace.
    pub namespace: String,
    /// Operation.
    pub operation: Operation,
    /// Effective user.
    pub user: User,
    /// The object after.
    pub object: Option<Value>,
    /// The object before.
    pub old_object: Option<Value>,
    /// Whether nothing will be stored.
    pub dry_run: bool,
}

impl Request {
    /// The object's name: from the request, else from the object itself.
    #[must_use]
    pub fn object_name(&self) -> &str {
        if !self.name.is_empty() {
            return &self.name;
        }
        [&self.object, &self.old_object]
            .into_iter()
            .flatten()
            .find_map(|object| object.pointer("/metadata/name").and_then(Value::as_str))
            .unwrap_or_default()
    }

    /// `group/resource/subresource` as a person reads it.
    #[must_use]
    pub fn target(&self) -> String {
        let mut target = self.resource.resource.clone();
        if !self.resource.group.is_empty() {
            target = format!("{target}.{}", self.resource.group);
        }
        if !self.subresource.is_empty() {
            target = format!("{target}/{}", self.subresource);
        }
        target
    }
}
