//! Looking at values: what of the input is read by it.

use regorus::Value;

use super::Unbounded;
use super::analysis::Analysis;
use super::paths::{PathId, Piece, Step};
use super::value::{Abstract, Own, is_container};

/// Containers within containers that the program builds.
const DEEPEST_CONTAINER: usize = 5;

impl Analysis<'_> {
    /// Everything about the value is read.
    pub(super) fn read_whole(&mut self, value: &Abstract) {
        for path in value.paths() {
            self.paths.read_whole(path);
        }
    }

    /// Its type, and its value if it is a scalar.
    pub(super) fn read_kind(&mut self, value: &Abstract) {
        for path in &value.is {
            self.paths.read_kind(*path);
        }
    }

    /// How many children it has, and under which keys.
    pub(super) fn read_shape(&mut self, value: &Abstract) -> Result<(), Unbounded> {
        self.read_kind(value);
        for path in &value.is {
            self.paths.child(*path, &Step::Each)?;
        }
        // How many elements a set has, depends on which of them are equal.
        self.read_members(value);
        Ok(())
    }

    /// Which elements of a set are equal, and what order they are in.
    pub(super) fn read_members(&mut self, value: &Abstract) {
        if let Some(members) = &value.members {
            self.read_whole(members);
        }
    }

    /// A container that the program builds. Nobody wraps a value more often than
    /// this, except by recursion.
    pub(super) fn shallow(&mut self, value: Abstract) -> Abstract {
        if value.depth() <= DEEPEST_CONTAINER {
            return value;
        }
        self.read_whole(&value);
        match value.own {
            Own::Built => Abstract::anything(),
            own => own.into(),
        }
    }

    /// Two values are compared. With a scalar, or with nothing but emptiness, a
    /// container need not be looked into.
    pub(super) fn compare(&mut self, left: &Abstract, right: &Abstract) -> Result<(), Unbounded> {
        if left.is_nothing() || right.is_nothing() {
            return Ok(());
        }
        for (value, other) in [(left, right), (right, left)] {
            if let Some(literals) = other.plain_literals() {
                self.read_kind(value);
                if literals.iter().any(is_container) {
                    for path in &value.is {
                        self.paths.child(*path, &Step::Each)?;
                    }
                }
                return Ok(());
            }
        }
        self.read_whole(left);
        self.read_whole(right);
        Ok(())
    }

    /// A value is looked for in a collection.
    pub(super) fn find(
        &mut self,
        collection: &Abstract,
        value: &Abstract,
    ) -> Result<(), Unbounded> {
        let scalars = |value: &Abstract| {
            value.literals().is_some_and(|values| !values.iter().any(is_container))
        };
        let of_scalars = |value: &Abstract| {
            value.literals().is_some_and(|values| values.iter().all(holds_scalars))
        };
        if scalars(value) {
            self.read_kind(collection);
            for path in &collection.is {
                if let Piece::Path(element) = self.paths.child(*path, &Step::Each)? {
                    self.paths.read_kind(element);
                }
            }
            for element in collection.elements() {
                self.read_kind(element);
            }
        } else if of_scalars(collection) {
            self.read_kind(value);
        } else {
            self.read_whole(collection);
            self.read_whole(value);
        }
        Ok(())
    }

    /// `container[key]`.
    pub(super) fn index(
        &mut self,
        container: &Abstract,
        key: &Abstract,
    ) -> Result<Abstract, Unbounded> {
        let mut out = Abstract::default();
        let literals = key.literals();
        if literals.is_none() {
            self.read_whole(key);
        }
        for path in &container.is {
            let steps = match literals {
                None => vec![Step::Each],
                Some(keys) => keys.iter().filter_map(step).collect(),
            };
            for step in steps {
                self.descend(*path, &step, &mut out)?;
            }
        }
        // What a set gives back is the key.
        self.read_members(container);
        match (&container.own, literals) {
            (Own::Nothing, _) => {}
            (Own::Literals(containers), Some(keys)) => {
                for container in containers {
                    for key in keys {
                        out.join(&Abstract::literal(container[key].clone()));
                    }
                }
            }
            (_, Some(keys)) => {
                for key in keys {
                    out.join(&container.element(Some(key)));
                }
            }
            (_, None) => _ = out.join(&container.element(None)),
        }
        Ok(out)
    }

    /// A piece of the input becomes a value that `out` may be.
    fn descend(
        &mut self,
        path: PathId,
        step: &Step<'_>,
        out: &mut Abstract,
    ) -> Result<(), Unbounded> {
        out.join(&match self.paths.child(path, step)? {
            Piece::Path(child) => Abstract::input(child),
            Piece::Known(value) => Abstract::literal(value),
            Piece::Whole => Abstract::anything(),
        });
        Ok(())
    }

    /// The keys and values of a loop over a collection.
    pub(super) fn iterate(
        &mut self,
        collection: &Abstract,
    ) -> Result<(Abstract, Abstract), Unbounded> {
        let (mut key, mut value) = (Abstract::default(), Abstract::default());
        for path in &collection.is {
            self.paths.read_kind(*path);
            key.join(&Abstract::anything());
            self.descend(*path, &Step::Each, &mut value)?;
        }
        match &collection.own {
            Own::Nothing => {}
            Own::Literals(collections) => {
                for collection in collections {
                    each_literal(collection, &mut key, &mut value);
                }
            }
            Own::Built | Own::Sets | Own::Numbers | Own::Anything => {
                value.join(&collection.element(None));
                if !value.is_nothing() {
                    key.join(&Abstract::anything());
                }
                // The key of a set is its element.
                if let Some(members) = &collection.members {
                    key.join(members);
                }
            }
        }
        Ok((key, value))
    }
}

fn each_literal(collection: &Value, key: &mut Abstract, value: &mut Abstract) {
    match collection {
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                key.join(&Abstract::literal(Value::from(position)));
                value.join(&Abstract::literal(item.clone()));
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter() {
                key.join(&Abstract::literal(name.clone()));
                value.join(&Abstract::literal(field.clone()));
            }
        }
        Value::Set(items) => {
            for item in items.iter() {
                key.join(&Abstract::literal(item.clone()));
                value.join(&Abstract::literal(item.clone()));
            }
        }
        _ => {}
    }
}

fn holds_scalars(collection: &Value) -> bool {
    match collection {
        Value::Array(items) => !items.iter().any(is_container),
        Value::Set(items) => !items.iter().any(is_container),
        Value::Object(fields) => !fields.values().any(is_container),
        _ => true,
    }
}

/// Where a literal leads in JSON: a text to a field, a position to an element,
/// anything else nowhere.
pub(super) fn step(key: &Value) -> Option<Step<'_>> {
    match key {
        Value::String(name) => Some(Step::Name(name)),
        Value::Number(number) => {
            number.as_u64().and_then(|at| usize::try_from(at).ok()).map(Step::Position)
        }
        _ => None,
    }
}
