//! A review as text with places that are filled in each time.

use serde_json::{Map, Value};

/// Length of a uid as text.
pub(super) const UID: usize = 36;
/// Length of what varies: hexadecimal digits.
pub(super) const TAG: usize = 8;

/// A text in which some places differ from one copy to the next.
#[derive(Clone, Debug)]
pub(super) struct Text {
    bytes: Vec<u8>,
    uids: Vec<usize>,
    tags: Vec<usize>,
}

impl Text {
    /// Remembers where the two marks stand; they have the length of what will
    /// stand there.
    pub(super) fn new(bytes: Vec<u8>, uid: &[u8; UID], tag: &[u8; TAG]) -> Self {
        let (uids, tags) = (places(&bytes, uid), places(&bytes, tag));
        Self { bytes, uids, tags }
    }

    /// A copy with this uid and these digits.
    pub(super) fn with(&self, uid: &[u8; UID], tag: &[u8; TAG]) -> Vec<u8> {
        let mut copy = self.bytes.clone();
        let mut put = |places: &[usize], what: &[u8]| {
            for &at in places {
                if let Some(place) = copy.get_mut(at..at + what.len()) {
                    place.copy_from_slice(what);
                }
            }
        };
        put(&self.uids, uid);
        put(&self.tags, tag);
        copy
    }

    /// Bytes of each copy.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// How many places vary, beside the uid.
    #[cfg(test)]
    pub(super) fn varied(&self) -> usize {
        self.tags.len()
    }
}

fn places(bytes: &[u8], mark: &[u8]) -> Vec<usize> {
    let windows = bytes.windows(mark.len()).enumerate();
    windows.filter(|(_, window)| *window == mark).map(|(at, _)| at).collect()
}

/// The order in which an API server writes a request.
const ORDER: [&str; 15] = [
    "uid",
    "kind",
    "resource",
    "subResource",
    "requestKind",
    "requestResource",
    "requestSubResource",
    "name",
    "namespace",
    "operation",
    "userInfo",
    "object",
    "oldObject",
    "dryRun",
    "options",
];

/// Writes a review as an API server does: kind first, the uid at the beginning
/// of the request. Fields that it would not send come last.
pub(super) fn written(review: &Value) -> Vec<u8> {
    let none = Map::new();
    let request = review.get("request").and_then(Value::as_object).unwrap_or(&none);
    let known = ORDER.iter().filter_map(|key| request.get_key_value(*key));
    let unknown = request.iter().filter(|(key, _)| !ORDER.contains(&key.as_str()));
    let mut out = String::from(r#"{"kind":"AdmissionReview","apiVersion":"#);
    out.push_str(&review["apiVersion"].to_string());
    out.push_str(r#","request":{"#);
    for (number, (key, value)) in known.chain(unknown).enumerate() {
        if number > 0 {
            out.push(',');
        }
        out.push_str(&Value::from(key.as_str()).to_string());
        out.push(':');
        out.push_str(&value.to_string());
    }
    out.push_str("}}");
    out.into_bytes()
}
