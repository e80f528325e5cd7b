//! Changes an object in place and records each change as a JSON Patch.

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, PatchOperation, RemoveOperation, ReplaceOperation};
use serde_json::{Map, Value};

/// Changes an object in place and records each change as a JSON Patch
/// operation (RFC 6902).
///
/// Because every operation is applied to the very document it will be applied
/// to by the API server, a recorded patch always applies: one that does not is
/// a 500 for the caller even with `failurePolicy: Ignore`.
#[derive(Debug)]
pub struct Mutator<'a> {
    document: &'a mut Value,
    operations: Vec<PatchOperation>,
}

impl<'a> Mutator<'a> {
    /// Starts with no changes.
    #[must_use]
    pub const fn new(document: &'a mut Value) -> Self {
        Self { document, operations: Vec::new() }
    }

    /// The object as changed so far.
    #[must_use]
    pub const fn document(&self) -> &Value {
        self.document
    }

    /// The value at unescaped tokens, list indices as decimal text.
    #[must_use]
    pub fn get(&self, tokens: &[&str]) -> Option<&Value> {
        tokens.iter().try_fold(&*self.document, |value, token| match value {
            Value::Object(entries) => entries.get(*token),
            Value::Array(items) => items.get(list_index(token)?),
            _ => None,
        })
    }

    /// Sets the value at `tokens`, creating missing parent objects explicitly.
    /// The last token `-` appends to a list (an absent list is created). A
    /// value that is already equal is left alone.
    ///
    /// # Errors
    /// If a parent exists and is neither object nor list, or an index is out of range.
    pub fn set(&mut self, tokens: &[&str], value: Value) -> Result<(), json_patch::PatchError> {
        if self.get(tokens) == Some(&value) {
            return Ok(());
        }
        for depth in 1..tokens.len() {
            let missing = self.get(&tokens[..depth]).is_none_or(Value::is_null);
            if missing {
                let appends = tokens[depth] == "-";
                let parent =
                    if appends { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
                self.apply(PatchOperation::Add(AddOperation {
                    path: pointer(&tokens[..depth]),
                    value: parent,
                }))?;
            }
        }
        let last_is_list_index = tokens.len() > 1
            && self.get(&tokens[..tokens.len() - 1]).is_some_and(Value::is_array)
            && tokens.last() != Some(&"-");
        let path = pointer(tokens);
        self.apply(if last_is_list_index {
            PatchOperation::Replace(ReplaceOperation { path, value })
        } else {
            PatchOperation::Add(AddOperation { path, value })
        })
    }

    /// Removes the value at `tokens`; nothing happens when there is none.
    ///
    /// # Errors
    /// If a parent is neither object nor list.
    pub fn remove(&mut self, tokens: &[&str]) -> Result<(), json_patch::PatchError> {
        if self.get(tokens).is_none() {
            return Ok(());
        }
        self.apply(PatchOperation::Remove(RemoveOperation { path: pointer(tokens) }))
    }

    fn apply(&mut self, operation: PatchOperation) -> Result<(), json_patch::PatchError> {
        json_patch::patch(self.document, std::slice::from_ref(&operation))?;
        self.operations.push(operation);
        Ok(())
    }

    /// The recorded operations, in order.
    #[must_use]
    pub fn into_operations(self) -> Vec<PatchOperation> {
        self.operations
    }
}

/// A list index as RFC 6901 has it: digits without a leading zero.
fn list_index(token: &str) -> Option<usize> {
    let is_plain = token == "0" || !token.starts_with(['0', '+']);
    is_plain.then(|| token.parse().ok()).flatten()
}

fn pointer(tokens: &[&str]) -> PointerBuf {
    PointerBuf::from_tokens(tokens.iter().copied())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn missing_parents_are_added_and_the_patch_replays() {
        let original = json!({"metadata": {"labels": null}});
        let mut changed = original.clone();
        let mut mutator = Mutator::new(&mut changed);
        mutator.set(&["metadata", "labels", "a/b"], json!("c")).unwrap();
        mutator.set(&["spec", "volumes", "-"], json!({"name": "v"})).unwrap();
        mutator.set(&["spec", "volumes", "0", "name"], json!("w")).unwrap();
        mutator.set(&["spec", "volumes", "0"], json!({"name": "w", "x": 1})).unwrap();
        mutator.remove(&["spec", "nothing"]).unwrap();
        let operations = mutator.into_operations();
        let mut replayed = original;
        json_patch::patch(&mut replayed, &operations).unwrap();
        assert_eq!(replayed, changed);
        assert_eq!(changed["spec"]["volumes"], json!([{"name": "w", "x": 1}]));
        assert_eq!(changed["metadata"]["labels"]["a/b"], "c");
    }

    #[test]
    fn tokens_are_read_as_a_json_pointer_is() {
        let mut document = json!({"a": {"b/c": [1, {"0": 2}]}, "0": 3, "": 4});
        let copy = document.clone();
        let mutator = Mutator::new(&mut document);
        for tokens in [
            &["a", "b/c", "0"][..],
            &["a", "b/c", "1", "0"],
            &["a", "b/c", "2"],
            &["a", "b/c", "00"],
            &["a", "b/c", "+0"],
            &["a", "b/c", "-"],
            &["a", "b/c", ""],
            &["a", "b/c", "0", "x"],
            &["0"],
            &[""],
            &[],
        ] {
            let pointer = crate::document::pointer_of(tokens);
            assert_eq!(mutator.get(tokens), copy.pointer(&pointer), "{pointer:?}");
        }
    }

    #[test]
    fn an_equal_value_records_nothing() {
        let mut document = json!({"a": {"b": 1}});
        let mut mutator = Mutator::new(&mut document);
        mutator.set(&["a", "b"], json!(1)).unwrap();
        assert!(mutator.into_operations().is_empty());
    }
}
