//! Address ranges: what OPA has and the engine has not.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use regorus::Value;

use super::call::{Failure, Outcome, charge};
use super::collections::wants;

/// Addresses of one family, first and last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    six: bool,
    last: u128,
    first: u128,
}

impl Range {
    fn parse(text: &str) -> Result<Self, Failure> {
        let invalid = || Failure::Failed(format!("{text} is no CIDR address range"));
        let (address, bits) = text.split_once('/').ok_or_else(invalid)?;
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let digits = bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits: u32 = bits.parse().ok().filter(|_| digits).ok_or_else(invalid)?;
        Self::of(address, bits).ok_or_else(invalid)
    }

    fn of(address: IpAddr, bits: u32) -> Option<Self> {
        let (six, number, width): (bool, u128, u32) = match address {
            IpAddr::V4(four) => (false, u128::from(u32::from(four)), 32),
            IpAddr::V6(six) => (true, u128::from(six), 128),
        };
        let host = width.checked_sub(bits).filter(|_| bits <= width)?;
        let mask = if host == 128 { u128::MAX } else { (1 << host) - 1 };
        Some(Self { six, first: number & !mask, last: number | mask })
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.six == other.six && self.first <= other.last && other.first <= self.last
    }

    fn contains(&self, other: &Self) -> bool {
        self.six == other.six && self.first <= other.first && other.last <= self.last
    }

    /// The largest ranges that begin at the first address, one after another.
    fn blocks(mut self) -> Vec<String> {
        let width: u32 = if self.six { 128 } else { 32 };
        let mut found = Vec::new();
        loop {
            let aligned = self.first.trailing_zeros().min(width);
            let fits = |host: &u32| {
                let size = if *host == 128 { u128::MAX } else { (1u128 << host) - 1 };
                self.first.checked_add(size).is_some_and(|end| end <= self.last)
            };
            let host = (0..=aligned).rev().find(fits).unwrap_or(0);
            let address = if self.six {
                IpAddr::V6(Ipv6Addr::from(self.first))
            } else {
                IpAddr::V4(Ipv4Addr::from(u32::try_from(self.first).unwrap_or(u32::MAX)))
            };
            found.push(format!("{address}/{}", width - host));
            let size = if host == 128 { u128::MAX } else { (1u128 << host) - 1 };
            match self.first.checked_add(size).and_then(|end| end.checked_add(1)) {
                Some(next) if next <= self.last => self.first = next,
                _ => return found,
            }
        }
    }
}

/// A range, or an address that stands for itself.
fn range_or_address(text: &str) -> Result<Range, Failure> {
    match text.parse::<IpAddr>() {
        Ok(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            Range::of(address, bits).ok_or(Failure::Undefined)
        }
        Err(_) => Range::parse(text),
    }
}

/// `net.cidr_intersects(a, b)`.
pub(super) fn intersects(args: &[Value]) -> Outcome {
    let [Value::String(left), Value::String(right)] = args else {
        return Err(wants(args, "two strings"));
    };
    Ok(Value::Bool(Range::parse(left)?.overlaps(&Range::parse(right)?)))
}

/// `net.cidr_overlap(range, range or address)`, deprecated in OPA:
/// `net.cidr_contains`.
pub(super) fn contains(args: &[Value]) -> Outcome {
    let [Value::String(range), Value::String(other)] = args else {
        return Err(wants(args, "two strings"));
    };
    Ok(Value::Bool(Range::parse(range)?.contains(&range_or_address(other)?)))
}

/// `net.cidr_contains_matches(ranges, ranges or addresses)`: which contains
/// which, by index, key or the thing itself.
pub(super) fn contains_matches(args: &[Value]) -> Outcome {
    let [left, right] = args else { return Err(wants(args, "two operands")) };
    let left = matchable(left, Range::parse)?;
    let right = matchable(right, range_or_address)?;
    charge(left.len() as u64 * right.len() as u64)?;
    let mut found = BTreeSet::new();
    for (range, index) in &left {
        for (other, place) in &right {
            if range.contains(other) {
                found.insert(Value::from(vec![index.clone(), place.clone()]));
            }
        }
    }
    Ok(Value::from(found))
}

fn matchable(
    operand: &Value,
    parse: fn(&str) -> Result<Range, Failure>,
) -> Result<Vec<(Range, Value)>, Failure> {
    let one = |item: &Value| match item {
        Value::String(text) => parse(text),
        Value::Array(parts) => match parts.first() {
            Some(Value::String(text)) => parse(text),
            _ => Err(Failure::Failed(
                "an item must be a string or an array that begins with one".to_owned(),
            )),
        },
        _ => Err(Failure::Failed(
            "an item must be a string or an array that begins with one".to_owned(),
        )),
    };
    match operand {
        Value::String(_) => Ok(vec![(one(operand)?, operand.clone())]),
        Value::Array(items) => {
            items.iter().enumerate().map(|(at, item)| Ok((one(item)?, Value::from(at)))).collect()
        }
        Value::Set(items) => items.iter().map(|item| Ok((one(item)?, item.clone()))).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, item)| Ok((one(item)?, key.clone()))).collect()
        }
        other => Err(wants(std::slice::from_ref(other), "a string or a collection")),
    }
}

/// `net.cidr_merge(ranges)`: the fewest ranges with the same addresses.
pub(super) fn merge(args: &[Value]) -> Outcome {
    let items: Vec<&Value> = match args {
        [Value::Array(items)] => items.iter().collect(),
        [Value::Set(items)] => items.iter().collect(),
        _ => return Err(wants(args, "an array or a set of strings")),
    };
    charge(items.len() as u64 * 4)?;
    let parse = |item: &&Value| match item {
        Value::String(text) => match text.parse::<Ipv4Addr>() {
            // An address alone is its classful network, as in OPA.
            Ok(address) => {
                let bits = match address.octets()[0] {
                    0..128 => 8,
                    128..192 => 16,
                    _ => 24,
                };
                Range::of(IpAddr::V4(address), bits).ok_or(Failure::Undefined)
            }
            Err(_) => Range::parse(text),
        },
        _ => Err(Failure::Failed("an item must be a string".to_owned())),
    };
    let mut ranges = items.iter().map(parse).collect::<Result<Vec<Range>, Failure>>()?;
    ranges.sort_unstable_by_key(|range| (range.six, range.first, range.last));
    let mut merged: Vec<Range> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(before)
                if before.six == range.six && before.last.saturating_add(1) >= range.first =>
            {
                before.last = before.last.max(range.last);
            }
            _ => merged.push(range),
        }
    }
    let blocks = merged.into_iter().flat_map(Range::blocks).map(Value::from);
    Ok(Value::from(blocks.collect::<BTreeSet<_>>()))
}
