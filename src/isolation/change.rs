//! What somebody wants to do to an object, as far as rules may know.

use serde_json::Value;

use super::read;
use crate::api::Operation;

/// Who asks, in five closed classes. Recognised by exact usernames, by the
/// node authorizer's identity, or by the API server's own authorizer; never by
/// a group, prefix or substring that a tenant could come to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A ServiceAccount of Lessor.
    Lessor,
    /// A controller of the platform, such as the ReplicaSet controller or the scheduler.
    Platform,
    /// A node, about its own Pods.
    Node,
    /// Holds the verb `administer` on `tenants.lessor.io`.
    Administrator,
    /// Everyone else: tenants, their ServiceAccounts, developers.
    Other,
}

/// What somebody wants to do to an object.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What is done.
    pub operation: Operation,
    /// API group; empty for the core group.
    pub group: &'a str,
    /// Resource in the plural, such as `pods`.
    pub resource: &'a str,
    /// Subresource; empty for the object itself.
    pub subresource: &'a str,
    /// Name, from the object where the request has none (`generateName`,
    /// deletecollection); empty while mutating a `generateName` create.
    pub name: &'a str,
    /// The object before; absent on Create and Connect.
    pub old: Option<&'a Value>,
    /// The object after; absent on Delete.
    pub new: Option<&'a Value>,
    /// Who asks.
    pub caller: Caller,
    /// The exact username.
    pub username: &'a str,
}

impl<'a> Change<'a> {
    /// Whether the object is Lessor's, before or after: a protected object
    /// stays protected when the request itself strips the label.
    #[must_use]
    pub fn is_managed(&self) -> bool {
        read::is_managed(self.old) || read::is_managed(self.new)
    }

    /// Whether the request does nothing but let go of finalizers of an object
    /// that is being deleted, none of them Lessor's. Always free: a rule that
    /// stopped it would keep what it forbids.
    #[must_use]
    pub fn only_releases_finalizers(&self) -> bool {
        read::only_releases_finalizers(self)
    }

    /// The object after, or before where there is no after.
    #[must_use]
    pub fn object(&self) -> Option<&'a Value> {
        self.new.or(self.old)
    }
}
