//! Lessor on a real API server: what is stored, what is refused and by which
//! reason, what is healed, what is left when a tenant goes.
//!
//! Every test has tenants of its own, named after it, so that all of them run
//! side by side. Start reading at [`world::World`], which gives a test its
//! people: an administrator, a member of its tenant with the roles as shipped,
//! and somebody with RBAC wide open whom only admission holds.

mod access;
mod audit;
mod by_url;
mod caller;
mod coverage;
mod deletion;
mod denials;
mod doors;
mod drift;
mod errors;
mod gate;
mod namespaces;
mod policies;
mod rows;
mod stored;
mod subresources;
mod suspension;
mod tenants;
mod world;

use crate::suite::Suite;

pub(crate) fn register(suite: &mut Suite) {
    deletion::register(suite);
    suspension::register(suite);
    audit::register_quiet(suite);
    tenants::register(suite);
    by_url::register(suite);
    denials::register(suite);
    stored::register(suite);
    doors::register(suite);
    subresources::register(suite);
    namespaces::register(suite);
    drift::register(suite);
    access::register(suite);
    coverage::register(suite);
    rows::register(suite);
    gate::register(suite);
    errors::register(suite);
    policies::register(suite);
    // The last one looks at what all the others left in the audit log.
    audit::register_last(suite);
}
