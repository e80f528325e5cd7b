//! Address ranges.

use core::net::IpAddr;

/// An address range in canonical form: no host bits, prefix within the family's width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}
