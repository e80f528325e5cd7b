//! Reading one field of a raw object, without trusting its shape.

use serde_json::Value;

/// What stands at a path. Never holds `null`: that is unset.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field<'a> {
    /// Absent or `null`, here or in a parent.
    Unset,
    /// A parent is not an object: whatever was meant cannot be read.
    Unreadable(&'a Value),
    /// Something, of whatever type.
    Set(&'a Value),
}

/// What stands at `path` below `value`.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Field<'a> {
    let mut here = value;
    for key in path {
        match here {
            Value::Null => return Field::Unset,
            Value::Object(map) => match map.get(*key) {
                Some(next) => here = next,
                None => return Field::Unset,
            },
            other => return Field::Unreadable(other),
        }
    }
    if here.is_null() { Field::Unset } else { Field::Set(here) }
}

impl<'a> Field<'a> {
    /// What stands at `path` below this field.
    pub(super) fn child(self, path: &[&str]) -> Self {
        match self {
            Self::Set(value) => at(value, path),
            other => other,
        }
    }

    pub(super) const fn is_unset(self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Exactly `true`.
    pub(super) const fn is_true(self) -> bool {
        matches!(self, Self::Set(Value::Bool(true)))
    }

    /// Exactly `false`; unset is not enough.
    pub(super) const fn is_false(self) -> bool {
        matches!(self, Self::Set(Value::Bool(false)))
    }

    /// Neither unset nor `false`.
    pub(super) const fn may_be_true(self) -> bool {
        !self.is_unset() && !self.is_false()
    }

    /// Neither unset nor a whole number other than zero.
    pub(super) fn may_be_zero(self) -> bool {
        match self {
            Self::Unset => false,
            Self::Set(value) => value.as_i64().is_none_or(|number| number == 0),
            Self::Unreadable(_) => true,
        }
    }

    /// Neither unset nor the whole number zero.
    pub(super) fn may_be_nonzero(self) -> bool {
        match self {
            Self::Unset => false,
            Self::Set(value) => value.as_i64() != Some(0),
            Self::Unreadable(_) => true,
        }
    }

    /// The text; unset reads as the empty string, as in the API. `None` if the
    /// value is no text.
    pub(super) fn text(self) -> Option<&'a str> {
        match self {
            Self::Unset => Some(""),
            Self::Set(value) => value.as_str(),
            Self::Unreadable(_) => None,
        }
    }

    /// Text, and one of `allowed`.
    pub(super) fn is_one_of(self, allowed: &[&str]) -> bool {
        self.text().is_some_and(|text| allowed.contains(&text))
    }

    /// How messages quote the value. Bounded for compound values.
    pub(super) fn describe(self) -> String {
        match self {
            Self::Unset | Self::Set(Value::Null) | Self::Unreadable(Value::Null) => String::new(),
            Self::Set(value) | Self::Unreadable(value) => match value {
                Value::String(text) => text.clone(),
                Value::Array(_) => "<array>".to_owned(),
                Value::Object(_) => "<object>".to_owned(),
                scalar => scalar.to_string(),
            },
        }
    }

    /// The elements of a list. What is no list yields itself, once, as an
    /// unreadable element, so that a rule over all elements cannot miss it.
    pub(super) fn items(self) -> impl Iterator<Item = Item<'a>> {
        let (elements, readable) = match self {
            Self::Unset => (&[][..], true),
            Self::Set(Value::Array(list)) => (list.as_slice(), true),
            Self::Set(value) | Self::Unreadable(value) => (std::slice::from_ref(value), false),
        };
        elements
            .iter()
            .enumerate()
            .map(move |(index, value)| Item { value, index: readable.then_some(index) })
    }
}

/// An element of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    value: &'a Value,
    /// `None` if the list itself cannot be read.
    index: Option<usize>,
}

impl<'a> Item<'a> {
    /// What stands at `path` in this element; the empty path is the element.
    pub(super) fn field(self, path: &[&str]) -> Field<'a> {
        match self.index {
            Some(_) => at(self.value, path),
            None => Field::Unreadable(self.value),
        }
    }

    pub(super) const fn index(self) -> Option<usize> {
        self.index
    }

    /// The path of `field` in this element of `list`; of the list itself if that
    /// is what cannot be read. An empty `field` is the element.
    pub(super) fn path(self, list: &str, field: &str) -> String {
        match self.index {
            None => list.to_owned(),
            Some(index) if field.is_empty() => format!("{list}[{index}]"),
            Some(index) => format!("{list}[{index}].{field}"),
        }
    }
}
