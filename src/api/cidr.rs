//! Address ranges.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An address range in canonical form: no host bits, prefix within the family's
/// width, written the one way that [`fmt::Display`] writes it. IPv4-mapped IPv6
/// ranges do not exist here: they would be a second spelling of IPv4 ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

/// Address family of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// 32-bit addresses.
    V4,
    /// 128-bit addresses.
    V6,
}

impl Family {
    /// `IPv4` or `IPv6`, as in `spec.ipFamilies` of a Service.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }

    const fn width(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// The address with this number.
    pub(crate) fn address(self, number: u128) -> IpAddr {
        match self {
            Self::V4 => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
            Self::V6 => Ipv6Addr::from(number).into(),
        }
    }
}

/// Why a text is not a canonical CIDR; says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CidrError {
    /// There is no `/`.
    #[error(
        "`{0}` has no prefix length; write an address, `/` and a prefix length, as in `203.0.113.0/24` or `2001:db8::/32`"
    )]
    NoPrefix(String),
    /// The part before `/` is not an address.
    #[error(
        "`{0}` is not an address range; write it as in `203.0.113.0/24` (no leading zeros, all four parts) or `2001:db8::/32`"
    )]
    Address(String),
    /// The part after `/` is not a prefix length of the family.
    #[error(
        "`{text}` has no valid prefix length; write a number from 0 to {width} without sign and leading zeros"
    )]
    Prefix {
        /// The text.
        text: String,
        /// Widest prefix of the family.
        width: u8,
    },
    /// Bits after the prefix are set.
    #[error("`{text}` has bits set after its prefix; write `{right}`")]
    HostBits {
        /// The text.
        text: String,
        /// The range that the prefix names.
        right: Cidr,
    },
    /// An IPv4 range in IPv6 clothes (`::ffff:0:0/96`).
    #[error("`{text}` is an IPv4-mapped range; write `{right}`")]
    Mapped {
        /// The text.
        text: String,
        /// The same range as IPv4.
        right: Cidr,
    },
    /// Another spelling of a valid range.
    #[error("`{text}` is not written canonically; write `{right}`")]
    Spelling {
        /// The text.
        text: String,
        /// The canonical spelling.
        right: Cidr,
    },
}

impl Cidr {
    /// Reads a range that is written canonically. Other spellings are refused,
    /// because readers disagree on them: leading zeros are octal to some
    /// (CVE-2021-29923), host bits are dropped by some.
    ///
    /// # Errors
    /// [`CidrError`], which names the spelling that would be right where there is one.
    pub fn parse(text: &str) -> Result<Self, CidrError> {
        let (left, right) =
            text.split_once('/').ok_or_else(|| CidrError::NoPrefix(text.to_owned()))?;
        let address: IpAddr = left.parse().map_err(|_| CidrError::Address(text.to_owned()))?;
        let width = family_of(address).width();
        let prefix = right
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| right.parse::<u8>().ok())
            .flatten()
            .filter(|prefix| *prefix <= width && (right == "0" || !right.starts_with('0')))
            .ok_or_else(|| CidrError::Prefix { text: text.to_owned(), width })?;
        let cidr = Self::truncated(address, prefix);
        if let Some(right) = cidr.unmapped() {
            return Err(CidrError::Mapped { text: text.to_owned(), right });
        }
        if cidr.address != address {
            return Err(CidrError::HostBits { text: text.to_owned(), right: cidr });
        }
        if cidr.to_string() != text {
            return Err(CidrError::Spelling { text: text.to_owned(), right: cidr });
        }
        Ok(cidr)
    }

    /// Clears the bits after the prefix.
    fn truncated(address: IpAddr, prefix: u8) -> Self {
        let family = family_of(address);
        let kept = number_of(address) & !host_mask(family, prefix);
        Self { address: family.address(kept), prefix }
    }

    /// The IPv4 range, if this is an IPv4-mapped one.
    fn unmapped(&self) -> Option<Self> {
        let IpAddr::V6(address) = self.address else { return None };
        let prefix = self.prefix.checked_sub(96)?;
        address.to_ipv4_mapped().map(|inner| Self::truncated(inner.into(), prefix))
    }

    /// Address family.
    #[must_use]
    pub const fn family(&self) -> Family {
        family_of(self.address)
    }

    /// Lowest address.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Length of the prefix in bits.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// First and last address as numbers, inclusive, within the family.
    #[must_use]
    pub fn bounds(&self) -> (u128, u128) {
        let first = number_of(self.address);
        (first, first | host_mask(self.family(), self.prefix))
    }

    /// Whether every address of `other` is in this range. A range contains itself.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && self.contains_address(other.address)
    }

    /// Whether the address is in this range. An IPv4-mapped address is taken as IPv4.
    #[must_use]
    pub fn contains_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let (first, last) = self.bounds();
        family_of(address) == self.family() && (first..=last).contains(&number_of(address))
    }

    /// Whether some address is in both ranges; then one contains the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}

const fn family_of(address: IpAddr) -> Family {
    match address {
        IpAddr::V4(_) => Family::V4,
        IpAddr::V6(_) => Family::V6,
    }
}

fn number_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// Ones in the bits after the prefix.
const fn host_mask(family: Family, prefix: u8) -> u128 {
    match family.width().saturating_sub(prefix) {
        128 => u128::MAX,
        bits => (1_u128 << bits) - 1,
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        Self::parse(text)
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cidr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(text: &str) -> String {
        Cidr::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn one_spelling_is_accepted() {
        for text in
            ["0.0.0.0/0", "10.0.0.0/8", "203.0.113.7/32", "::/0", "2001:db8::/32", "::1/128"]
        {
            assert_eq!(Cidr::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_spellings_are_refused_and_the_right_one_named() {
        assert!(error("10.0.0.1/8").contains("write `10.0.0.0/8`"));
        assert!(error("2001:DB8::/32").contains("write `2001:db8::/32`"));
        assert!(error("2001:0db8::/32").contains("write `2001:db8::/32`"));
        assert!(error("::ffff:10.0.0.0/104").contains("write `10.0.0.0/8`"));
        assert!(error("::ffff:0:0/96").contains("write `0.0.0.0/0`"));
        assert!(error("::ffff:a00:1/104").contains("write `10.0.0.0/8`"));
        assert!(error("10.0.0.1").contains("no prefix length"));
        for text in ["010.0.0.0/8", "10.0.0/8", "10/8", "", "/", "fe80::%1/10", " 10.0.0.0/8"] {
            assert!(Cidr::parse(text).is_err(), "{text}");
        }
        for text in ["10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/33", "::/129", "::/", "::/0/0"] {
            assert!(matches!(Cidr::parse(text), Err(CidrError::Prefix { .. })), "{text}");
        }
    }

    #[test]
    fn families_never_mix() {
        let all4 = Cidr::parse("0.0.0.0/0").unwrap();
        let all6 = Cidr::parse("::/0").unwrap();
        assert!(!all4.overlaps(&all6) && !all6.contains(&all4));
        assert!(all4.contains_address("::ffff:1.2.3.4".parse().unwrap()));
    }

    #[test]
    fn is_a_string_in_json() {
        let cidr: Cidr = serde_json::from_str("\"10.0.0.0/8\"").unwrap();
        assert_eq!(serde_json::to_string(&cidr).unwrap(), "\"10.0.0.0/8\"");
        assert!(serde_json::from_str::<Cidr>("\"10.0.0.1/8\"").is_err());
    }

    fn any_cidr() -> impl Strategy<Value = Cidr> {
        prop_oneof![
            (any::<u32>(), 0..=32_u8)
                .prop_map(|(bits, prefix)| Cidr::truncated(Ipv4Addr::from(bits).into(), prefix)),
            (any::<u128>(), 0..=128_u8)
                .prop_map(|(bits, prefix)| Cidr::truncated(Ipv6Addr::from(bits).into(), prefix)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(cidr in any_cidr()) {
            prop_assume!(cidr.unmapped().is_none());
            prop_assert_eq!(Cidr::parse(&cidr.to_string()), Ok(cidr));
        }

        #[test]
        fn any_text_is_answered(text in "[0-9a-f:./]{0,24}") {
            if let Ok(cidr) = Cidr::parse(&text) {
                prop_assert_eq!(cidr.to_string(), text);
            }
        }

        #[test]
        fn containment_is_containment_of_bounds(a in any_cidr(), b in any_cidr(), short in 0..=128_u8) {
            let parent = Cidr::truncated(a.address, short.min(a.prefix));
            prop_assert!(parent.contains(&a) && parent.overlaps(&a) && a.overlaps(&parent));
            let ((a1, a2), (b1, b2)) = (a.bounds(), b.bounds());
            let same = a.family() == b.family();
            prop_assert_eq!(a.contains(&b), same && a1 <= b1 && b2 <= a2);
            prop_assert_eq!(a.overlaps(&b), same && a1 <= b2 && b1 <= a2);
        }
    }
}
