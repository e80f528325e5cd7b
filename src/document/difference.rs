//! A patch as a person reads it.

use json_patch::PatchOperation;
use serde_json::Value;

/// One line of a patch as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `+` for an addition or a change, `-` for a removal.
    pub sign: char,
    /// Path of the field, such as `spec.containers[0].securityContext`.
    pub path: String,
    /// The value as compact JSON; empty for a removal.
    pub value: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.sign, self.path)?;
        if self.value.is_empty() { Ok(()) } else { write!(f, ": {}", self.value) }
    }
}

/// Renders the operations of a patch, leaving out parents that were added
/// empty only to hold what follows.
#[must_use]
pub fn difference(operations: &[PatchOperation]) -> Vec<Difference> {
    let mut lines = Vec::new();
    for operation in operations {
        match operation {
            PatchOperation::Add(add) if !is_empty(&add.value) => {
                lines.push(line('+', add.path.tokens(), add.value.to_string()));
            }
            PatchOperation::Replace(replace) => {
                lines.push(line('+', replace.path.tokens(), replace.value.to_string()));
            }
            PatchOperation::Remove(remove) => {
                lines.push(line('-', remove.path.tokens(), String::new()));
            }
            _ => {}
        }
    }
    lines
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
        || value.as_array().is_some_and(Vec::is_empty)
}

fn line<'a>(
    sign: char,
    tokens: impl Iterator<Item = json_patch::jsonptr::Token<'a>>,
    value: String,
) -> Difference {
    let mut path = String::new();
    for token in tokens {
        let token = token.decoded();
        path = if token == "-" {
            format!("{path}[+]")
        } else if token.bytes().all(|b| b.is_ascii_digit()) && !path.is_empty() {
            format!("{path}[{token}]")
        } else {
            super::path::child(&path, &token)
        };
    }
    Difference { sign, path, value }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Mutator;

    #[test]
    fn a_patch_reads_as_fields() {
        let mut document = json!({"metadata": {}, "spec": {"containers": [{"name": "a"}], "x": 1}});
        let mut mutator = Mutator::new(&mut document);
        mutator.set(&["metadata", "labels", "lessor.io/tenant"], json!("acme")).unwrap();
        mutator.set(&["spec", "containers", "0", "imagePullPolicy"], json!("Always")).unwrap();
        mutator.remove(&["spec", "x"]).unwrap();
        let lines: Vec<String> =
            difference(&mutator.into_operations()).iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "+ metadata.labels[lessor.io/tenant]: \"acme\"",
                "+ spec.containers[0].imagePullPolicy: \"Always\"",
                "- spec.x",
            ]
        );
    }
}
