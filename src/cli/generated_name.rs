//! What the API server does between the two rounds of admission.

use serde_json::Value;

/// The suffix that the API server would draw at random.
const SUFFIX: &str = "x7k2p";

/// Names an object that has only `generateName`, and returns the name. Names
/// are generated after mutation: the mutating call sees none.
pub(super) fn generated_name(object: &mut Value) -> Option<String> {
    let metadata = object.get_mut("metadata")?.as_object_mut()?;
    let named = metadata.get("name").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    let prefix = metadata.get("generateName")?.as_str().filter(|_| !named)?;
    let name = format!("{prefix}{SUFFIX}");
    metadata.insert("name".to_owned(), Value::from(name.as_str()));
    Some(name)
}
