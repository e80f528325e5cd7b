//! The paths of the input that the analysis has met, and what is read of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;

use super::Unbounded;
use super::situation::Known;
use crate::policy::projection::{Node, Projection};

/// A path of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PathId(usize);

/// `input` itself.
pub(super) const ROOT: PathId = PathId(0);

/// Deeper than any field of a Kubernetes object that a policy names; what is
/// below counts as a whole.
const DEEPEST: usize = 24;
/// A program that names more paths has no useful read set.
const MOST: usize = 4096;

/// From a container to a child.
#[derive(Clone, Debug)]
pub(super) enum Step<'a> {
    /// A field of an object.
    Name(&'a str),
    /// An element of an array.
    Position(usize),
    /// Any child: the key is not known.
    Each,
}

/// Where a step leads.
pub(super) enum Piece {
    /// A path to be followed.
    Path(PathId),
    /// A value that is the same in every input of the situation.
    Known(Value),
    /// Part of something that is read as a whole: a value like any other.
    Whole,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    /// Whether it is there.
    #[default]
    Presence,
    /// Its type, and the value of a scalar.
    Kind,
    /// All of it.
    Whole,
}

#[derive(Debug, Default)]
struct Place<'s> {
    parent: Option<PathId>,
    depth: usize,
    names: BTreeMap<Arc<str>, PathId>,
    positions: BTreeMap<usize, PathId>,
    each: Option<PathId>,
    read: Read,
    /// Whether a path to it leads through any child.
    open: bool,
    known: Option<&'s Known>,
}

#[derive(Debug)]
pub(super) struct Paths<'s> {
    places: Vec<Place<'s>>,
}

impl<'s> Paths<'s> {
    pub(super) fn new(known: &'s Known) -> Self {
        Self { places: vec![Place { known: Some(known), ..Place::default() }] }
    }

    fn place(&self, path: PathId) -> Option<&Place<'s>> {
        self.places.get(path.0)
    }

    /// A child, whose presence is read.
    pub(super) fn child(&mut self, parent: PathId, step: &Step<'_>) -> Result<Piece, Unbounded> {
        if self.is_whole(parent) {
            return Ok(Piece::Whole);
        }
        let next = PathId(self.places.len());
        let Some(place) = self.places.get_mut(parent.0) else { return Ok(Piece::Whole) };
        if place.depth >= DEEPEST {
            place.read = Read::Whole;
            return Ok(Piece::Whole);
        }
        let child = match step {
            Step::Name(name) => match place.names.get(*name) {
                Some(child) => *child,
                None => *place.names.entry(Arc::from(*name)).or_insert(next),
            },
            Step::Position(position) => *place.positions.entry(*position).or_insert(next),
            Step::Each => *place.each.get_or_insert(next),
        };
        if child == next {
            if next.0 >= MOST {
                return Err(Unbounded::Work);
            }
            let (depth, open) = (place.depth + 1, place.open || matches!(step, Step::Each));
            let known = match step {
                Step::Name(name) => place.known.and_then(|known| known.below(name)),
                Step::Position(_) | Step::Each => None,
            };
            let parent = Some(parent);
            self.places.push(Place { parent, depth, open, known, ..Place::default() });
        }
        let known = self.place(child).and_then(|place| place.known).and_then(Known::value);
        if let Some(value) = known.cloned() {
            self.read_kind(child);
            return Ok(Piece::Known(value));
        }
        Ok(Piece::Path(child))
    }

    fn is_whole(&self, path: PathId) -> bool {
        let mut at = Some(path);
        while let Some(place) = at.and_then(|path| self.place(path)) {
            if place.read == Read::Whole {
                return true;
            }
            at = place.parent;
        }
        false
    }

    /// Whether it names one value in every input.
    pub(super) fn is_single(&self, path: PathId) -> bool {
        self.place(path).is_some_and(|place| !place.open)
    }

    fn read(&mut self, path: PathId, read: Read) {
        if let Some(place) = self.places.get_mut(path.0) {
            place.read = place.read.max(read);
        }
    }

    /// Its type is read, and its value if it is a scalar.
    pub(super) fn read_kind(&mut self, path: PathId) {
        self.read(path, Read::Kind);
    }

    /// All of it is read.
    pub(super) fn read_whole(&mut self, path: PathId) {
        self.read(path, Read::Whole);
    }

    /// What has been read so far.
    pub(super) fn projection(&self) -> Projection {
        Projection::new(self.node(ROOT))
    }

    fn node(&self, path: PathId) -> Node {
        let Some(place) = self.place(path) else { return Node::Whole };
        if place.read == Read::Whole {
            return Node::Whole;
        }
        let is_leaf = place.names.is_empty() && place.positions.is_empty() && place.each.is_none();
        if is_leaf && place.read == Read::Presence {
            return Node::Present;
        }
        let names = place.names.iter().map(|(name, path)| (name.clone(), self.node(*path)));
        let positions = place.positions.iter().map(|(at, path)| (*at, self.node(*path)));
        Node::part(names.collect(), positions.collect(), place.each.map(|path| self.node(path)))
    }
}
