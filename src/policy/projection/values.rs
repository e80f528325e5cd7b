//! The sink that builds what the machine gets.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value as Rego;
use serde_json::Number;

use super::view::Doc;
use super::walk::{Sink, copy};

/// What converting one review remembers: containers that count as a whole,
/// which a second policy gets for the price of a reference.
#[derive(Debug, Default)]
pub(super) struct Values {
    known: BTreeMap<(usize, u8), Rego>,
}

impl Sink for Values {
    type Value = Rego;
    type Items = Vec<Rego>;
    type Members = Vec<(Rego, Rego)>;
    type Key = Rego;

    /// Null: not undefined, and nothing more than that.
    fn present(&mut self) -> Rego {
        Rego::Null
    }

    fn null(&mut self) -> Rego {
        Rego::Null
    }

    fn boolean(&mut self, flag: bool) -> Rego {
        Rego::Bool(flag)
    }

    fn number(&mut self, number: &Number) -> Rego {
        if let Some(unsigned) = number.as_u64() {
            Rego::from(unsigned)
        } else if let Some(signed) = number.as_i64() {
            Rego::from(signed)
        } else if let Some(float) = number.as_f64() {
            Rego::from(float)
        } else {
            // Only where `serde_json` keeps numbers as text.
            Rego::from_numeric_string(&number.to_string()).unwrap_or(Rego::Null)
        }
    }

    fn text(&mut self, text: &str) -> Rego {
        Rego::String(Arc::from(text))
    }

    fn given(&mut self, value: Option<&Rego>) -> Rego {
        value.cloned().unwrap_or(Rego::Undefined)
    }

    fn items(&mut self, length: usize) -> Vec<Rego> {
        Vec::with_capacity(length)
    }

    fn push(&mut self, items: &mut Vec<Rego>, value: Rego) {
        items.push(value);
    }

    fn close_items(&mut self, items: Vec<Rego>) -> Rego {
        Rego::from(items)
    }

    fn members(&mut self) -> Vec<(Rego, Rego)> {
        Vec::new()
    }

    fn key(&mut self, name: &str, known: Option<&Arc<str>>) -> Rego {
        Rego::String(known.cloned().unwrap_or_else(|| Arc::from(name)))
    }

    fn insert(&mut self, members: &mut Vec<(Rego, Rego)>, key: Rego, value: Rego) {
        members.push((key, value));
    }

    fn close_members(&mut self, members: Vec<(Rego, Rego)>) -> Rego {
        Rego::from(members.into_iter().collect::<BTreeMap<_, _>>())
    }

    fn whole(&mut self, doc: Doc<'_>) -> Rego {
        let Some(identity) = doc.identity() else { return copy(doc, self) };
        if let Some(value) = self.known.get(&identity) {
            return value.clone();
        }
        let value = copy(doc, self);
        self.known.insert(identity, value.clone());
        value
    }
}
