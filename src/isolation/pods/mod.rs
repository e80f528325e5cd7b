//! What a Pod may be inside a tenant, and what every Pod is given.
//!
//! [`mutate`] adds (labels, secret mounts, security context, placement) and
//! removes one thing only, the automatic ServiceAccount token; [`judge`] holds
//! the result, whoever wrote it, and never trusts a marker that says so.
//! Templates are never mutated: [`as_pod`] gives the Pod a template becomes, and
//! that is judged. Both ask one plan of injected secrets and one table of
//! fields, so they cannot disagree. The Pod Security Standards are a room of
//! their own below this one.
//!
//! Decisions taken here:
//! - An `emptyDir` without `sizeLimit` draws a warning and is admitted: quota
//!   and limits on ephemeral storage bound it, and refusing what most charts
//!   contain would protect nobody further.
//! - `nodeName` must be empty whoever creates the Pod: a workload controller
//!   copies it from the tenant's template.
//! - An update is judged for what it changes where the API server lets nobody
//!   change the rest (volumes, mounts, placement), and for everything else as a
//!   whole. Missing injection is a matter of creation alone.
//! - A `RuntimeClass` with `scheduling.tolerations` needs the same tolerations in
//!   the node pool: the in-tree plugin merges them before Pods are judged. The
//!   same holds for what the `ExtendedResourceToleration` plugin adds, where it
//!   is on, and a `PriorityClass` that is the cluster's global default must be
//!   among those of the class.
//!
//! Pure. Never knows the cluster, the clock or what a finding leads to. Start
//! reading at [`judge`], then [`mutate`].

mod fields;
mod handlers;
mod identity;
mod images;
mod injection;
mod judge;
mod missing;
mod mounts;
mod mutate;
mod scheduling;
mod secrets;
pub mod security;
mod subject;
mod subresources;
mod templates;
mod tokens;
mod volumes;

#[cfg(test)]
mod properties;

pub use judge::judge;
pub use mutate::mutate;
pub use subject::Subject;
pub use subresources::judge_subresource;
pub use templates::{
    ClaimTemplate, POD_BEARING, Template, as_pod, claim_templates, ephemeral_claims, template,
};
