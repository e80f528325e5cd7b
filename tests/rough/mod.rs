//! What Lessor does when things break: processes die, certificates turn over,
//! configurations are meddled with, and callers send what no API server would.
//!
//! Those that need a control plane are *rough*: one at a time on a plane of
//! their own. Each leaves Lessor installed, running and enforcing for the next.
//! `wire` and `client_certificates` need no control plane.

mod api;
mod break_glass;
mod certificates;
mod client_certificates;
mod configurations;
mod crashes;
mod dial;
mod drain;
mod empty_root;
mod floor;
mod gate;
mod leaders;
mod malformed;
mod order;
mod outage;
mod process;
mod readiness;
mod restarts;
mod review;
mod tenants;
mod uninstall;
mod wire;

use crate::suite::Suite;

pub(crate) fn register(suite: &mut Suite) {
    wire::register(suite);
    client_certificates::register(suite);
    outage::register(suite);
    restarts::register(suite);
    configurations::register(suite);
    drain::register(suite);
    floor::register(suite);
    break_glass::register(suite);
    gate::register(suite);
    leaders::register(suite);
    crashes::register(suite);
    certificates::register(suite);
    readiness::register(suite);
    order::register(suite);
    uninstall::register(suite);
    empty_root::register(suite);
}
