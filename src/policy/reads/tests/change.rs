//! Documents that differ in one thing.

use serde_json::{Map, Value as Json, json};

/// The places of a document, itself first.
pub(super) fn places(document: &Json) -> Vec<String> {
    let mut places = vec![String::new()];
    let mut below = |step: &str, child: &Json| {
        let step = step.replace('~', "~0").replace('/', "~1");
        places.extend(self::places(child).iter().map(|place| format!("/{step}{place}")));
    };
    match document {
        Json::Object(fields) => fields.iter().for_each(|(name, child)| below(name, child)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, child)| below(&at.to_string(), child));
        }
        _ => {}
    }
    places
}

/// How many kinds of change there are.
pub(super) const KINDS: usize = 12;

/// The document with one change at one place; None if that changes nothing.
pub(super) fn change(document: &Json, place: &str, kind: usize) -> Option<Json> {
    let mut changed = document.clone();
    if kind == 0 {
        let (parent, key) = place.rsplit_once('/')?;
        let key = key.replace("~1", "/").replace("~0", "~");
        match changed.pointer_mut(parent)? {
            Json::Object(fields) => drop(fields.remove(&key)?),
            Json::Array(items) => drop(items.remove(key.parse().ok()?)),
            _ => return None,
        }
        return Some(changed);
    }
    let target = changed.pointer_mut(place)?;
    let new = other(target, kind)?;
    *target = new;
    (changed != *document).then_some(changed)
}

fn other(value: &Json, kind: usize) -> Option<Json> {
    Some(match (kind, value) {
        (1, _) => Json::Null,
        (2, Json::Bool(flag)) => Json::Bool(!flag),
        (2, Json::Number(number)) => json!(number.as_i64()? + 1),
        (2, Json::String(text)) => json!(format!("{text}x")),
        (2, Json::Null) => json!("x"),
        // Of another type.
        (3, Json::String(_)) => json!(1),
        (3, _) => json!("a"),
        (4, _) => json!(false),
        // Emptied.
        (5, Json::Array(_)) => json!([]),
        (5, Json::Object(_)) => json!({}),
        (5, Json::String(_)) => json!(""),
        (5, Json::Number(_)) => json!(0),
        // The other container.
        (6, Json::Array(items)) => {
            let fields = items.iter().enumerate().map(|(at, item)| (at.to_string(), item.clone()));
            Json::Object(fields.collect())
        }
        (6, Json::Object(fields)) => Json::Array(fields.values().cloned().collect()),
        (7, Json::Array(items)) => Json::Array(items.iter().rev().cloned().collect()),
        // One more, one twice.
        (8, Json::Array(items)) => {
            let last = items.last().cloned().unwrap_or(Json::Null);
            Json::Array(items.iter().cloned().chain([last]).collect())
        }
        (8, Json::Object(fields)) => {
            let mut more: Map<_, _> = fields.clone();
            more.insert("added".to_owned(), json!("x"));
            Json::Object(more)
        }
        (9, Json::Array(items)) => {
            Json::Array([json!("first")].into_iter().chain(items.iter().cloned()).collect())
        }
        (9, Json::Object(fields)) => {
            let value = |(name, value): (&String, &Json)| (format!("{name}x"), value.clone());
            Json::Object(fields.iter().map(value).collect())
        }
        // Wrapped.
        (10, value) => json!([value]),
        (11, value) => json!({"a": value}),
        _ => return None,
    })
}
