//! What was really done, and what came of it.

use super::claim::Claim;
use super::object::ObjectKey;
use super::render::Mode;

/// What was really done for a Tenant. A status is made of this and never of wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// One entry a wanted namespace, in the same order.
    pub namespaces: Vec<AppliedNamespace>,
    /// Where the suspension stands.
    pub suspension: Suspension,
}

/// What was done in one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedNamespace {
    /// Name.
    pub name: String,
    /// What was to be done with it.
    pub mode: Mode,
    /// Whose it was found to be.
    pub claim: Claim,
    /// UID of the Namespace, if it is the Tenant's.
    pub uid: Option<String>,
    /// Default-deny, quota and limits of this very Namespace exist.
    pub is_isolated: bool,
    /// What the webhook answered to the canary.
    pub canary: Canary,
    /// Objects that could not be applied.
    pub failures: Vec<Failure>,
}

/// An object that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which object.
    pub key: ObjectKey,
    /// Why.
    pub reason: FailureReason,
    /// The API server's message.
    pub message: String,
}

/// Why an object could not be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// Somebody else's object has the name; it is not overwritten.
    ObjectConflict,
    /// The controller may not bind the role; an administrator has to grant `bind`.
    RoleNotBindable,
    /// The API server refused or could not be reached.
    ApplyFailed,
}

impl FailureReason {
    /// The reason in the Tenant's condition.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ObjectConflict => "NameConflict",
            Self::RoleNotBindable => "RoleNotBindable",
            Self::ApplyFailed => "ApplyFailed",
        }
    }
}

/// What the webhook answered to an object that only it refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Canary {
    /// It refused with its own reason: it enforces here.
    Denied,
    /// It has not seen that the namespace is isolated yet.
    Pending,
    /// The object was let through: nothing enforces.
    Admitted,
    /// No verdict of the webhook came back.
    Unanswered(String),
}

/// Where the suspension of a Tenant's workloads stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspension {
    /// Nothing is suspended.
    Off,
    /// Workloads are suspended; these bare Pods (`namespace/name`) still run.
    On {
        /// Pods without a controller.
        bare_pods: Vec<String>,
    },
    /// A workload could not be changed; the state before is kept.
    Failed(String),
}
