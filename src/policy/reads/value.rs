//! What a register may hold, as far as reading the input is concerned.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use regorus::Value;

use super::paths::PathId;

/// A set of paths.
pub(super) type PathSet = BTreeSet<PathId>;

/// More than a policy compares with in one place.
const MOST_LITERALS: usize = 24;

/// What a register may hold beside undefined. Two runs, one on the input and
/// one on its projection, hold values that are related by it: what is not a
/// piece of the input is equal in both, but for pieces of the input inside.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Abstract {
    /// Paths of the input that it may be.
    pub(super) is: PathSet,
    /// What else it may be.
    pub(super) own: Own,
    /// What arrays and objects that the program built have inside.
    pub(super) inside: Option<Box<Inside>>,
    /// What the elements of its sets may be. A set's order and the number of its
    /// elements differ between the two runs until pieces of the input in it are
    /// read as a whole.
    pub(super) members: Option<Box<Self>>,
}

/// Children of arrays and objects that the program built.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Inside {
    /// At a key or position that is known.
    pub(super) fields: BTreeMap<Value, Abstract>,
    /// Anywhere.
    pub(super) rest: Abstract,
}

/// A value of the program's making.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Own {
    #[default]
    Nothing,
    /// One of these.
    Literals(BTreeSet<Value>),
    /// An array or object with no more inside than is said.
    Built,
    Sets,
    Numbers,
    Anything,
}

impl Own {
    /// Whether it became more.
    fn join(&mut self, other: &Self) -> bool {
        let joined = match (&mut *self, other) {
            (_, Self::Nothing) | (Self::Anything, _) => return false,
            (Self::Nothing, other) => other.clone(),
            (Self::Literals(mine), Self::Literals(theirs)) => {
                let before = mine.len();
                mine.extend(theirs.iter().cloned());
                if mine.len() <= MOST_LITERALS {
                    return mine.len() > before;
                }
                self.kind()
            }
            (mine, theirs) if mine.kind() == theirs.kind() => mine.kind(),
            _ => Self::Anything,
        };
        let more = *self != joined;
        *self = joined;
        more
    }

    /// The same without naming values.
    fn kind(&self) -> Self {
        let Self::Literals(values) = self else { return self.clone() };
        if values.iter().all(|value| matches!(value, Value::Set(_))) {
            Self::Sets
        } else if values.iter().all(|value| matches!(value, Value::Number(_))) {
            Self::Numbers
        } else {
            Self::Anything
        }
    }
}

impl From<Own> for Abstract {
    fn from(own: Own) -> Self {
        Self { own, ..Self::default() }
    }
}

impl Abstract {
    /// A value of the program's making that is equal in both runs.
    pub(super) fn anything() -> Self {
        Own::Anything.into()
    }

    pub(super) fn literal(value: Value) -> Self {
        Self::literals_of([value])
    }

    /// One of these.
    pub(super) fn literals_of(values: impl IntoIterator<Item = Value>) -> Self {
        let values: BTreeSet<Value> =
            values.into_iter().filter(|value| *value != Value::Undefined).collect();
        let own = if values.is_empty() { Own::Nothing } else { Own::Literals(values) };
        let mut value = Self::default();
        value.own.join(&own);
        value
    }

    pub(super) fn input(path: PathId) -> Self {
        Self { is: PathSet::from([path]), ..Self::default() }
    }

    /// An array or object that has nothing else inside.
    pub(super) fn built(inside: Inside) -> Self {
        Self { own: Own::Built, inside: Some(Box::new(inside)), ..Self::default() }
    }

    /// A set of these.
    pub(super) fn set_of<'v>(values: impl IntoIterator<Item = &'v Self>) -> Self {
        let mut members = Self::default();
        for value in values {
            members.join(value);
        }
        Self { own: Own::Sets, members: Some(Box::new(members)), ..Self::default() }
    }

    /// What a container of the program's making may have at a key; at any, if it
    /// is not known.
    pub(super) fn element(&self, key: Option<&Value>) -> Self {
        let mut out = match self.own {
            Own::Nothing | Own::Literals(_) | Own::Built | Own::Numbers => Self::default(),
            Own::Sets | Own::Anything => Self::anything(),
        };
        if let Some(inside) = &self.inside {
            for (name, field) in &inside.fields {
                if key.is_none_or(|key| key == name) {
                    out.join(field);
                }
            }
            out.join(&inside.rest);
        }
        if let Some(members) = &self.members {
            out.join(members);
        }
        out
    }

    /// The one or the other. Whether it became more.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let before = self.is.len();
        self.is.extend(&other.is);
        let mut more = self.is.len() > before;
        more |= self.own.join(&other.own);
        if let Some(theirs) = &other.inside {
            more |= self.inside.get_or_insert_default().join(theirs);
        }
        if let Some(theirs) = &other.members {
            more |= self.members.get_or_insert_default().join(theirs);
        }
        more
    }

    fn below(&self) -> impl Iterator<Item = &Self> {
        let inside = self.inside.iter();
        let inside = inside.flat_map(|inside| inside.fields.values().chain([&inside.rest]));
        inside.chain(self.members.as_deref())
    }

    /// Every path that is in it.
    pub(super) fn paths(&self) -> Vec<PathId> {
        self.is.iter().copied().chain(self.below().flat_map(Self::paths)).collect()
    }

    /// Whether a piece of the input may be in it.
    fn has_paths(&self) -> bool {
        !self.is.is_empty() || self.below().any(Self::has_paths)
    }

    /// How deep containers are nested in it.
    pub(super) fn depth(&self) -> usize {
        self.below().map(|below| 1 + below.depth()).max().unwrap_or_default()
    }

    /// Elements of arrays, values of objects, members of sets.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.below()
    }

    /// The values it may be, if it is nothing but literals.
    pub(super) fn literals(&self) -> Option<&BTreeSet<Value>> {
        static NONE: BTreeSet<Value> = BTreeSet::new();
        match &self.own {
            _ if self.has_paths() => None,
            Own::Literals(values) => Some(values),
            Own::Nothing => Some(&NONE),
            Own::Built | Own::Sets | Own::Numbers | Own::Anything => None,
        }
    }

    /// The same if a container of the input differs from every one of them
    /// whatever is in it, or by being empty.
    pub(super) fn plain_literals(&self) -> Option<&BTreeSet<Value>> {
        self.literals().filter(|values| values.iter().all(|value| !is_filled(value)))
    }

    /// Whether it is one scalar, the same every time.
    pub(super) fn is_constant(&self) -> bool {
        self.literals().is_some_and(|values| values.len() <= 1 && !values.iter().any(is_container))
    }

    /// Whether it is certainly of that kind, or undefined.
    pub(super) fn is_own(&self, kind: &Own) -> bool {
        self.is.is_empty() && (self.own == Own::Nothing || self.own.kind() == *kind)
    }

    /// Certainly undefined.
    pub(super) fn is_nothing(&self) -> bool {
        self.is.is_empty() && self.own == Own::Nothing
    }
}

impl Inside {
    /// The same child anywhere.
    pub(super) fn anywhere(child: &Abstract) -> Self {
        Self { fields: BTreeMap::new(), rest: counted(child).into_owned() }
    }

    /// A child where the key says.
    pub(super) fn add(&mut self, key: &Abstract, child: &Abstract) {
        let child = &*counted(child);
        match key.literals() {
            Some(keys) => {
                for key in keys {
                    self.fields.entry(key.clone()).or_default().join(child);
                }
            }
            None => _ = self.rest.join(child),
        }
    }

    fn join(&mut self, other: &Self) -> bool {
        let mut more = self.rest.join(&other.rest);
        for (key, theirs) in &other.fields {
            if let Some(mine) = self.fields.get_mut(key) {
                more |= mine.join(theirs);
            } else {
                self.fields.insert(key.clone(), theirs.clone());
                more = true;
            }
        }
        more
    }
}

/// The engine puts undefined values into arrays and objects: they are nothing,
/// but they count, and a loop has a round for them.
fn counted(child: &Abstract) -> Cow<'_, Abstract> {
    if child.is_nothing() { Cow::Owned(Abstract::anything()) } else { Cow::Borrowed(child) }
}

pub(super) fn is_container(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_) | Value::Set(_))
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Set(items) => !items.is_empty(),
        _ => false,
    }
}
