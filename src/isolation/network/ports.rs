//! Sets of ports.

use core::fmt;

use crate::api::{Port, Protocol};

const PROTOCOLS: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];
/// Every port that a connection can have.
const EVERY: (u16, u16) = (1, u16::MAX);

/// A set of ports of each protocol: closed intervals, sorted, neither
/// overlapping nor adjacent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PortSet([Vec<(u16, u16)>; 3]);

impl PortSet {
    /// All ports of all protocols.
    pub(super) fn all() -> Self {
        Self([vec![EVERY], vec![EVERY], vec![EVERY]])
    }

    /// The ports of a declaration; none listed means all.
    pub(super) fn declared(ports: &[Port]) -> Self {
        if ports.is_empty() {
            return Self::all();
        }
        let mut set = Self::default();
        for port in ports {
            set.insert(port.protocol, port.port, port.port);
        }
        set
    }

    /// Adds all ports of a protocol.
    pub(super) fn insert_all(&mut self, protocol: Protocol) {
        self.insert(protocol, EVERY.0, EVERY.1);
    }

    /// Adds the ports from `first` to `last`, inclusive.
    pub(super) fn insert(&mut self, protocol: Protocol, first: u16, last: u16) {
        let intervals = &mut self.0[protocol as usize];
        let (mut first, mut last) = (first, last);
        // Those that touch or overlap the new one are taken into it.
        intervals.retain(|&(low, high)| {
            let apart = high.saturating_add(1) < first || last.saturating_add(1) < low;
            if !apart {
                (first, last) = (first.min(low), last.max(high));
            }
            apart
        });
        let position = intervals.partition_point(|&(low, _)| low < first);
        intervals.insert(position, (first, last));
    }

    /// Adds every port of `other`.
    pub(super) fn union(&mut self, other: &Self) {
        for protocol in PROTOCOLS {
            for &(first, last) in &other.0[protocol as usize] {
                self.insert(protocol, first, last);
            }
        }
    }

    /// Whether every port of `other` is in this set.
    pub(super) fn contains(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(own, other)| {
            other
                .iter()
                .all(|&(first, last)| own.iter().any(|&(low, high)| low <= first && last <= high))
        })
    }
}

impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::all() {
            return f.write_str("all ports");
        }
        let mut separator = "";
        for protocol in PROTOCOLS {
            for &(first, last) in &self.0[protocol as usize] {
                write!(f, "{separator}{} {first}", protocol.as_str())?;
                if first != last {
                    write!(f, "-{last}")?;
                }
                separator = ", ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sets_read_as_people_write_them() {
        let mut set = PortSet::default();
        set.insert(Protocol::Udp, 53, 53);
        set.insert(Protocol::Tcp, 82, 90);
        set.insert(Protocol::Tcp, 80, 80);
        assert_eq!(set.to_string(), "TCP 80, TCP 82-90, UDP 53");
        set.insert(Protocol::Tcp, 81, 81);
        assert_eq!(set.to_string(), "TCP 80-90, UDP 53");
        assert_eq!(PortSet::declared(&[]).to_string(), "all ports");
    }

    proptest! {
        #[test]
        fn sets_are_sets_of_numbers(
            a in prop::collection::vec((0..3_usize, 1..20_u16, 0..6_u16), 0..8),
            b in prop::collection::vec((0..3_usize, 1..20_u16, 0..6_u16), 0..8),
        ) {
            let make = |parts: &[(usize, u16, u16)]| {
                let (mut set, mut model) = (PortSet::default(), std::collections::BTreeSet::new());
                for &(protocol, first, more) in parts {
                    set.insert(PROTOCOLS[protocol], first, first + more);
                    model.extend((first..=first + more).map(|port| (protocol, port)));
                }
                (set, model)
            };
            let ((left, left_model), (right, right_model)) = (make(&a), make(&b));
            prop_assert_eq!(left.contains(&right), left_model.is_superset(&right_model));
            prop_assert_eq!(left == right, left_model == right_model);
            let mut both = left.clone();
            both.union(&right);
            let (joined, _) = make(&[a, b].concat());
            prop_assert_eq!(both, joined);
        }
    }
}
