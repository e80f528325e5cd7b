//! The guard of Namespaces: main resource, `status` and `finalize`, because
//! all three can change labels (CVE-2026-30963, CVE-2026-55636).
//!
//! Membership is decided by `Tenant.status.namespaces[].uid`, never by what is
//! guarded here; the guard keeps labels true for everything that selects by
//! them. It compares what a request changes and never asks the old state to be
//! consistent: an administrator must always be able to repair. Start reading
//! at [`judge`].

mod facts;
mod guard;
mod identity;
mod trusted;

pub use facts::Facts;
pub use guard::judge;
