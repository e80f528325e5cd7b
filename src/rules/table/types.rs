//! Shapes of the table.

use crate::api::Operation;
use crate::rules::conditions::Condition;

/// In which phase of admission an entry is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// May patch; called one after another, and again when others patched.
    Mutating,
    /// Judges the final object; called in parallel.
    Validating,
}

impl Phase {
    /// The first segment of the path and the word in webhook names.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Mutating => "mutate",
            Self::Validating => "validate",
        }
    }
}

/// Scope of a row's resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Namespaced resources; Namespaces themselves are not among them.
    Namespaced,
    /// Cluster-scoped resources.
    Cluster,
    /// Both.
    Any,
}

impl Scope {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Namespaced => "Namespaced",
            Self::Cluster => "Cluster",
            Self::Any => "*",
        }
    }
}

/// Which namespaces an entry reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Namespaces with the tenant label, never those of the platform. The label
    /// may lag in an API server's cache, so Namespaces are created with it.
    Tenants,
    /// Everything: no selector. A label selector on Namespaces sees the new
    /// labels only on UPDATE and the cached old ones only on `/status` and
    /// `/finalize`, so it cannot guard the labels it selects by
    /// (CVE-2026-30963); on other cluster-scoped objects it never exempts.
    Everywhere,
}

/// One rule of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Unique name; tests prove a denial for each.
    pub id: &'static str,
    /// API groups; the core group is empty. `*` only beside the resource `*`.
    pub groups: &'static [&'static str],
    /// API versions. Other versions of the same resource are converted to these
    /// (`matchPolicy: Equivalent`); `*` where no version is served everywhere.
    pub versions: &'static [&'static str],
    /// Resources, each subresource by name. `*` is every resource and no
    /// subresource.
    pub resources: &'static [&'static str],
    /// Operations.
    pub operations: &'static [Operation],
    /// Scope.
    pub scope: Scope,
}

impl Row {
    /// Whether the row stands for whatever no other row names.
    #[must_use]
    pub fn is_rest(&self) -> bool {
        self.resources.contains(&"*")
    }

    /// Whether the row names the resource (`pods`, `pods/exec`) of the group.
    #[must_use]
    pub fn names(&self, group: &str, resource: &str) -> bool {
        self.groups.contains(&group) && self.resources.contains(&resource)
    }
}

/// One webhook of a configuration, or a complementary pair of them.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Name within its phase.
    pub id: &'static str,
    /// Phase.
    pub phase: Phase,
    /// Whether administrators are told apart: two webhooks with complementary
    /// conditions and different paths, of which exactly one is called.
    pub split: bool,
    /// Which namespaces it reaches.
    pub reach: Reach,
    /// Whether a request is refused when Lessor does not answer.
    pub fail_closed: bool,
    /// Rules.
    pub rows: &'static [Row],
    /// Conditions that must all hold for Lessor to be asked. They spare calls
    /// and keep housekeeping alive; they are never the rule itself.
    pub conditions: &'static [Condition],
}

/// Whom one of the webhooks of an [`Entry`] is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// Everybody: the entry does not tell administrators apart.
    Everyone,
    /// Everybody but administrators.
    Others,
    /// Who may `administer` tenants, as the API server decides.
    Administrators,
}

impl Entry {
    /// The webhooks of this entry.
    #[must_use]
    pub const fn variants(&self) -> &'static [Variant] {
        if self.split { &[Variant::Others, Variant::Administrators] } else { &[Variant::Everyone] }
    }

    /// Fully qualified name of a webhook of this entry.
    #[must_use]
    pub fn webhook_name(&self, variant: Variant) -> String {
        let administrators = match variant {
            Variant::Administrators => ".administrator",
            Variant::Everyone | Variant::Others => "",
        };
        format!("{}{administrators}.{}.lessor.io", self.id, self.phase.verb())
    }

    /// URL path of a webhook of this entry.
    #[must_use]
    pub const fn path(&self, variant: Variant) -> &'static str {
        match (self.phase, variant) {
            (Phase::Mutating, Variant::Administrators) => "/mutate/administrator",
            (Phase::Mutating, _) => "/mutate",
            (Phase::Validating, Variant::Administrators) => "/validate/administrator",
            (Phase::Validating, _) => "/validate",
        }
    }

    /// `mutate/pods`: the entry's name across phases.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.phase.verb(), self.id)
    }
}
