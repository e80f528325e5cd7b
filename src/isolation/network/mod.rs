//! Who may open connections to whom: the NetworkPolicies of a tenant.
//!
//! `edges.rs` is the one statement of what a tenant may reach beyond its own
//! namespaces. [`render`] turns it into the managed objects; [`judge`] holds
//! every policy that a tenant writes itself against it. Because policies only
//! add, a policy that stays within the bound can never open anything together
//! with others, whatever their order.
//!
//! Namespaces are recognised by `kubernetes.io/metadata.name` alone: it is the
//! only label of a Namespace that nobody can change. Nothing here looks at
//! namespaces or Pods that exist: what is accepted holds for all that will.

mod block;
mod bound;
mod edges;
mod judge;
mod ports;
mod read;
mod render;
mod selector;
#[cfg(test)]
mod tests;

pub use judge::judge;
pub use render::render;
