//! Address ranges with exceptions.

use core::fmt;

use crate::api::Cidr;

/// An `ipBlock`: a range without some ranges inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The range.
    pub(super) cidr: Cidr,
    /// What is taken out; each strictly inside `cidr`, as the API requires.
    pub(super) except: Vec<Cidr>,
}

impl Block {
    /// The range without the protected ranges inside it.
    pub(super) fn outside(cidr: Cidr, protected: &[Cidr]) -> Self {
        let inside = |range: &&Cidr| cidr.contains(range) && **range != cidr;
        Self { cidr, except: protected.iter().filter(inside).copied().collect() }
    }

    /// The addresses as numbers: closed intervals, sorted and disjoint.
    pub(super) fn intervals(&self) -> Vec<(u128, u128)> {
        let mut holes: Vec<(u128, u128)> = self.except.iter().map(Cidr::bounds).collect();
        holes.sort_unstable();
        let (first, last) = self.cidr.bounds();
        let mut intervals = Vec::with_capacity(holes.len() + 1);
        // The lowest address not yet decided; none when the last one is.
        let mut next = Some(first);
        for (low, high) in holes {
            let Some(start) = next else { break };
            if low > start {
                intervals.push((start, low - 1));
            }
            next = high.checked_add(1).map(|after| after.max(start));
        }
        if let Some(start) = next.filter(|start| *start <= last) {
            intervals.push((start, last));
        }
        intervals
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cidr)?;
        let mut separator = " except ";
        for range in &self.except {
            write!(f, "{separator}{range}")?;
            separator = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).unwrap()
    }

    #[test]
    fn only_what_is_strictly_inside_is_taken_out() {
        let protected = ["10.0.0.0/8", "192.168.0.0/24", "fe80::/10"].map(cidr);
        let block = |text| Block::outside(cidr(text), &protected).to_string();
        assert_eq!(block("0.0.0.0/0"), "0.0.0.0/0 except 10.0.0.0/8, 192.168.0.0/24");
        assert_eq!(block("10.0.0.0/8"), "10.0.0.0/8");
        assert_eq!(block("192.168.0.7/32"), "192.168.0.7/32");
        assert_eq!(block("::/0"), "::/0 except fe80::/10");
    }

    #[test]
    fn the_last_address_is_not_forgotten() {
        let block = |range, except: &[&str]| Block {
            cidr: cidr(range),
            except: except.iter().map(|text| cidr(text)).collect(),
        };
        assert_eq!(block("::/0", &[]).intervals(), [(0, u128::MAX)]);
        assert_eq!(block("::/0", &["8000::/1"]).intervals(), [(0, u128::MAX / 2)]);
        assert_eq!(block("::/0", &["8000::/1", "::/1"]).intervals(), []);
    }

    proptest! {
        #[test]
        fn intervals_are_the_addresses(holes in prop::collection::vec((0..16_u128, 0..5_u8), 0..5)) {
            let except: Vec<Cidr> = holes.iter().map(|&(start, bits)| {
                let start = (start >> bits) << bits;
                cidr(&format!("10.0.0.{start}/{}", 32 - bits.min(4)))
            }).collect();
            let block = Block { cidr: cidr("10.0.0.0/28"), except: except.clone() };
            let intervals = block.intervals();
            prop_assert!(intervals.windows(2).all(|pair| pair[0].1 < pair[1].0));
            for host in 0..16_u8 {
                let address = std::net::IpAddr::from([10, 0, 0, host]);
                let (number, _) = cidr(&format!("{address}/32")).bounds();
                let expected = !except.iter().any(|hole| hole.contains_address(address));
                let found = intervals.iter().any(|&(low, high)| low <= number && number <= high);
                prop_assert_eq!(found, expected, "{} in {}", address, block);
            }
        }
    }
}
