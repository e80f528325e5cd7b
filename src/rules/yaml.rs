//! Objects as a stream of YAML documents.

use serde_json::Value;
use std::fmt::Write as _;

/// Writes `objects` as YAML documents, each opened by `---`.
#[must_use]
pub fn to_yaml(objects: &[Value]) -> String {
    let mut text = String::new();
    for object in objects {
        let _ = write!(text, "---\n{}", serde_saphyr::to_string(object).unwrap_or_default());
    }
    text
}
