//! What holds while no Lessor process runs.
//!
//! `ValidatingAdmissionPolicy` objects that the API server judges by itself:
//! the few rules without which a tenant could take itself out of every other
//! rule. Their requests are rows of the one table, their words the reasons that
//! the webhook would give, and a message begins with the reason:
//! `ManagedObjectProtected: floor/managed-objects: …`.
//!
//! No parameters: an informer of parameters that breaks denies or admits
//! everything until the API server restarts (kubernetes#130887, #134423,
//! #141367). So a policy knows the request, the Namespace and nothing else, and
//! where that does not suffice it lets pass what the webhook may allow. It never
//! refuses what the webhook allows, and never binds Lessor itself. Administrators
//! pass but where nobody may do a thing.
//!
//! Start reading at [`floor_policies`]; [`floor`] and [`floor_bindings`] are the objects.

mod managed;
mod namespaces;
mod network;
mod pods;
mod policies;
mod render;
mod types;
mod volumes;

pub use policies::floor_policies;
pub(super) use render::described;
pub use render::{floor, floor_bindings};
pub use types::FloorPolicy;

#[cfg(test)]
mod tests;
