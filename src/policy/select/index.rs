//! Finds the matchers that may match, by kind and operation.

use std::collections::HashMap;

use super::matcher::Matcher;
use super::subject::Subject;
use crate::api::Operation;

/// An index over a list of matchers.
#[derive(Clone, Debug, Default)]
pub struct Index {
    operations: [Kinds; Operation::ALL.len()],
}

/// Places of matchers, each list sorted.
#[derive(Clone, Debug, Default)]
struct Kinds {
    /// Those that name a kind, and those that name none, by kind.
    named: HashMap<Box<str>, Vec<usize>>,
    /// Those that name none.
    any: Vec<usize>,
}

impl Index {
    /// Indexes matchers by their places.
    pub fn new<'a>(matchers: impl IntoIterator<Item = &'a Matcher>) -> Self {
        let mut index = Self::default();
        for (place, matcher) in matchers.into_iter().enumerate() {
            for key in matcher.keys() {
                let kinds = &mut index.operations[key.operation as usize];
                match key.kind {
                    Some(kind) => kinds.named.entry(kind.into()).or_default().push(place),
                    None => kinds.any.push(place),
                }
            }
        }
        for kinds in &mut index.operations {
            kinds.any.dedup();
            for places in kinds.named.values_mut() {
                places.extend_from_slice(&kinds.any);
                places.sort_unstable();
                places.dedup();
            }
        }
        index
    }

    /// Places of the matchers that may match, ascending. The others do not.
    pub fn candidates(&self, subject: &Subject<'_>) -> impl Iterator<Item = usize> + '_ {
        let kinds = &self.operations[subject.operation as usize];
        let sent = kinds.of(subject.kind);
        let parent = subject.parent().map_or(&[][..], |(_, kind)| kinds.of(kind));
        Merged { one: sent, other: parent }
    }
}

impl Kinds {
    fn of(&self, kind: &str) -> &[usize] {
        self.named.get(kind).unwrap_or(&self.any)
    }
}

/// Two sorted lists as one, without what is in both twice.
struct Merged<'a> {
    one: &'a [usize],
    other: &'a [usize],
}

impl Iterator for Merged<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let next = match (self.one.first(), self.other.first()) {
            (Some(one), Some(other)) => *one.min(other),
            (Some(one), None) | (None, Some(one)) => *one,
            (None, None) => return None,
        };
        for list in [&mut self.one, &mut self.other] {
            if list.first() == Some(&next) {
                *list = &list[1..];
            }
        }
        Some(next)
    }
}
