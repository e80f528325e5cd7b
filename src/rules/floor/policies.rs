//! The whole floor.

use super::{FloorPolicy, managed, namespaces, network, pods, volumes};

/// Every policy of the floor, in the order in which they are installed.
#[must_use]
pub const fn floor_policies() -> &'static [FloorPolicy] {
    &[namespaces::POLICY, managed::POLICY, pods::POLICY, network::POLICY, volumes::POLICY]
}
