//! Where a Pod may run, and before whom. A field that an update leaves as it
//! was is not judged again: the scheduler and the workload controllers have
//! written to it since. Start reading at [`judge`].

mod affinity;
mod judge;
mod placement;
mod tolerations;

pub(super) use judge::judge;
use judge::refuse;
pub(super) use tolerations::{is_toleration, value as toleration_value};

#[cfg(test)]
mod tests;
