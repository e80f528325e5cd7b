//! What is known about a Namespace beside the object itself.

use std::fmt;

use serde_json::Value;

use crate::isolation::read;
use crate::names;

/// What is known about a Namespace beside the object itself.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Tenant whose status has this exact name and UID.
    pub owner: Option<&'a str>,
    /// Tenant whose spec or status names it without a UID: not yet created,
    /// not yet recorded, or somebody else's of the same name.
    pub intended_by: Option<&'a str>,
    /// Whether a Tenant of this name exists.
    pub tenants: &'a dyn Fn(&str) -> bool,
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("owner", &self.owner)
            .field("intended_by", &self.intended_by)
            .finish_non_exhaustive()
    }
}

impl<'a> Facts<'a> {
    /// The tenant that the Namespace was given to before this request: its
    /// owner, or the one its own label names (provisioning, retained, restored).
    pub(super) fn claimed_by(&self, old: Option<&'a Value>) -> Option<&'a str> {
        self.owner.or_else(|| read::label(old, names::TENANT_LABEL)).filter(|name| !name.is_empty())
    }
}
