//! The whole table.

use super::{Entry, mutating, validating};

/// Every entry, mutating ones first, in the order of the configurations.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    mutating::ENTRIES.iter().chain(validating::ENTRIES)
}
