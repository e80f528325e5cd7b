//! What is intercepted, and everything that is generated from it.
//!
//! One table says which requests the API server sends to Lessor, and which it
//! does not and why. The webhook configurations, the floor, the RBAC rules, the
//! workloads and the order in which they are installed and taken away are
//! rendered from the table and from [`Install`]; nothing of it is written by hand
//! anywhere else.
//!
//! Pure: rendering is a function of its arguments, and equal arguments give
//! equal bytes. Never judges a request, never talks to a cluster, never renders
//! a wildcard into RBAC and never intercepts `*/*`.
//!
//! Start reading at [`entries`], then [`Condition`], then [`manifests`].

mod callers;
mod cel;
mod conditions;
mod configurations;
mod floor;
mod install;
mod rbac;
mod removal;
mod table;
mod yaml;

pub use callers::controller_username;
pub use conditions::Condition;
pub use configurations::{
    RULES_DIGEST_ANNOTATION, RULES_VERSION, RULES_VERSION_ANNOTATION, TIMEOUT_SECONDS, digest,
    mutating, validating,
};
pub use floor::{FloorPolicy, floor, floor_bindings, floor_policies};
pub use install::{
    Certificates, HEALTH_PORT, Install, Stage, WEBHOOK_PORT, default_class, manifests, stages,
};
pub use rbac::{ADMINISTRATOR_ROLE, AUTHOR_ROLE, BINDABLE_ROLE, PolicyRule, TENANT_ROLES};
pub use removal::{ObjectRef, Removal, removal};
pub use table::{
    Coverage, Entry, NOT_INTERCEPTED, NotIntercepted, Operation, Phase, Reach, Row, Scope, Variant,
    covers, entries,
};
pub use yaml::to_yaml;
