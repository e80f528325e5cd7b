//! Which parts of a document count.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// What counts of one place in a document. A scalar is taken as it is wherever
/// it is more than present, and a container is a container of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::policy) enum Node {
    /// That there is something.
    #[default]
    Present,
    /// Its type, a scalar's value, and these children.
    Part(Box<Part>),
    /// Everything below.
    Whole,
}

/// The children that count of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::policy) struct Part {
    /// Fields of an object.
    pub(super) names: BTreeMap<Arc<str>, Node>,
    /// Elements of an array; those before them count as present only.
    pub(super) positions: BTreeMap<usize, Node>,
    /// What counts of every child: with it, which keys there are, and how many.
    pub(super) each: Option<Node>,
}

impl Node {
    /// A container or scalar of which only these children count.
    pub(in crate::policy) fn part(
        names: BTreeMap<Arc<str>, Self>,
        positions: BTreeMap<usize, Self>,
        each: Option<Self>,
    ) -> Self {
        let mut part = Part { names, positions, each };
        part.settle();
        Self::Part(Box::new(part))
    }

    /// What counts for the one or the other.
    pub(in crate::policy) fn join(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Whole, _) | (_, Self::Present) => {}
            (Self::Present, _) | (_, Self::Whole) => *self = other.clone(),
            (Self::Part(mine), Self::Part(theirs)) => mine.join(theirs),
        }
    }

    /// The child that a name leads to.
    pub(super) fn name(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Whole => Some(self),
            Self::Part(part) => part.names.get(name).or(part.each.as_ref()),
            Self::Present => None,
        }
    }

    /// How many places it names.
    pub(super) fn size(&self) -> usize {
        let Self::Part(part) = self else { return 1 };
        let children = part.names.values().chain(part.positions.values()).chain(&part.each);
        1 + children.map(Self::size).sum::<usize>()
    }

    /// One line for every place where a path ends.
    pub(super) fn describe(&self, path: &str, lines: &mut Vec<String>) {
        let part = match self {
            Self::Present => return lines.push(format!("{path} (presence)")),
            Self::Whole => return lines.push(path.to_owned()),
            Self::Part(part) => part,
        };
        if part.names.is_empty() && part.positions.is_empty() && part.each.is_none() {
            lines.push(format!("{path} (value, or kind of container)"));
        }
        for (name, node) in &part.names {
            node.describe(&crate::document::child(path, name), lines);
        }
        for (position, node) in &part.positions {
            node.describe(&crate::document::index(path, *position), lines);
        }
        if let Some(each) = &part.each {
            let mut child = path.to_owned();
            let _ = write!(child, "[*]");
            each.describe(&child, lines);
        }
    }
}

impl Part {
    fn join(&mut self, other: &Self) {
        // A name that only one of them knows is one of the other's "each", and
        // the other way round.
        for (name, node) in &mut self.names {
            if !other.names.contains_key(name)
                && let Some(each) = &other.each
            {
                node.join(each);
            }
        }
        for (position, node) in &mut self.positions {
            if !other.positions.contains_key(position)
                && let Some(each) = &other.each
            {
                node.join(each);
            }
        }
        let mine = self.each.clone();
        for (name, node) in &other.names {
            self.names
                .entry(name.clone())
                .or_insert_with(|| mine.clone().unwrap_or_default())
                .join(node);
        }
        for (position, node) in &other.positions {
            self.positions
                .entry(*position)
                .or_insert_with(|| mine.clone().unwrap_or_default())
                .join(node);
        }
        if let Some(theirs) = &other.each {
            self.each.get_or_insert_default().join(theirs);
        }
        self.settle();
    }

    /// Every named child counts as "each" does, and is not named if it counts
    /// for no more.
    fn settle(&mut self) {
        let Some(each) = &self.each else { return };
        let settle = |node: &mut Node| {
            node.join(each);
            node != each
        };
        self.names.retain(|_, node| settle(node));
        self.positions.retain(|_, node| settle(node));
    }
}
