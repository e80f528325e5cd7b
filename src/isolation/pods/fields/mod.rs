//! Every field of a Pod spec that Kubernetes knows, as a closed table.
//!
//! The rules judge raw JSON, so a field that nobody here has thought about
//! would pass unseen. This table turns that around: what is not listed is
//! reported, and every place that holds the name of a Secret has a shape of its
//! own, so no form of reference can be forgotten. A test holds the table against
//! the JSON schema of `k8s-openapi`'s types (1.33); fields that came later carry
//! the minor version that brought them and are listed in that test one by one.
//!
//! Not in the table, on purpose: `spec.evictionResponders` (1.37, KEP-4563), by
//! which a workload could hold up the drain of a node.
//!
//! Start reading at [`pod`], then [`walk`](walk::unknown_fields).

mod containers;
mod metadata;
mod pod;
mod scheduling;
mod shape;
mod volumes;
mod walk;

#[cfg(test)]
mod tests;

pub(super) use walk::{secret_names, unknown_fields};
