//! Strict parsing of JSON that an attacker may have written.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

/// Deepest nesting that is accepted; `serde_json` itself stops at 128.
pub(crate) const MAX_DEPTH: usize = 120;

/// Why a text is not an acceptable JSON document.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseError {
    /// Nested deeper than 120 levels.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// A key occurs twice in one object: readers could disagree on its value.
    #[error("{0}")]
    Malformed(String),
}

/// Parses one JSON document. Keys that occur twice in an object and nesting
/// deeper than 120 levels are refused; numbers are kept as written.
///
/// # Errors
/// [`ParseError::TooDeep`] or [`ParseError::Malformed`] with line and column.
pub fn parse(text: &str) -> Result<Value, ParseError> {
    let too_deep = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Strict { depth: 0, too_deep: &too_deep }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            if too_deep.get() {
                ParseError::TooDeep
            } else {
                ParseError::Malformed(error.to_string())
            }
        })
}

/// Builds a value, counting levels: the parser's own limit does not say that it
/// was the depth.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    too_deep: &'a Cell<bool>,
}

impl Strict<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            self.too_deep.set(true);
            return Err(de::Error::custom("too deep"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            match object.entry(key) {
                Entry::Occupied(known) => {
                    return Err(de::Error::custom(format_args!("duplicate key {:?}", known.key())));
                }
                Entry::Vacant(free) => free.insert(entries.next_value_seed(inner)?),
            };
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn duplicate_keys_are_refused_at_any_level() {
        let Err(ParseError::Malformed(message)) = parse(r#"{"a": {"b": 1, "b": 2}}"#) else {
            panic!("accepted");
        };
        assert!(message.contains("duplicate key \"b\""), "{message}");
        assert!(parse(r#"{"a": {"b": 1}, "c": {"b": 2}}"#).is_ok());
    }

    #[test]
    fn depth_is_limited_at_the_boundary() {
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(parse(&nested(MAX_DEPTH + 1)), Err(ParseError::TooDeep));
        assert_eq!(parse(&nested(100_000)), Err(ParseError::TooDeep));
        assert!(parse(&format!("\"{}\"", "[".repeat(500))).is_ok());
        assert!(parse(&format!("\"\\\"{}\"", "[".repeat(500))).is_ok());
    }

    #[test]
    fn private_number_keys_are_plain_keys() {
        let value = parse(r#"{"$serde_json::private::Number": "1"}"#).unwrap();
        assert!(value.is_object());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn agrees_with_serde_json_where_keys_are_unique(numbers in prop::collection::vec(any::<i64>(), 0..8)) {
            let text = serde_json::to_string(&numbers).unwrap();
            prop_assert_eq!(parse(&text).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
        }
    }
}
