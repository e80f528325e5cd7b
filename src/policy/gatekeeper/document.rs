//! An object together with where it was read, and what can be wrong with it.

use std::fmt;

use serde_json::Value;

/// One object of a file.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The file, as errors name it.
    pub file: &'a str,
    /// First line of the object in the file, from 1.
    pub line: u32,
    /// The object.
    pub object: &'a Value,
}

/// Why an object of Gatekeeper's cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FormatError {
    /// The file.
    pub file: String,
    /// First line of the object in the file, from 1.
    pub line: u32,
    /// The offending field, such as `spec.targets[0].target`; empty when it is
    /// the object as a whole.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)
    }
}

impl Document<'_> {
    /// An error about `field` of this object.
    pub(super) fn error(
        &self,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> FormatError {
        FormatError {
            file: self.file.to_owned(),
            line: self.line,
            field: field.into(),
            message: message.into(),
        }
    }

    /// The text at `pointer`; empty when it is absent or null.
    pub(super) fn text(&self, pointer: &str) -> Result<&str, FormatError> {
        match self.object.pointer(pointer) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text),
            Some(other) => {
                let field = pointer.trim_start_matches('/').replace('/', ".");
                Err(self.error(field, format!("must be a string, is {}", type_of(other))))
            }
        }
    }
}

/// The JSON type of a value, for people.
pub(super) const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Strings of a list at `field`; an absent list is empty.
pub(super) fn strings(value: Option<&Value>, field: &str) -> Result<Vec<String>, FieldProblem> {
    let items = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(FieldProblem::type_mismatch(field, "a list of strings", other)),
    };
    items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            item.as_str().map(str::to_owned).ok_or_else(|| {
                let field = crate::document::index(field, index);
                FieldProblem::type_mismatch(&field, "a string", item)
            })
        })
        .collect()
}

/// What is wrong with a field, before the object it belongs to is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldProblem {
    pub(super) field: String,
    pub(super) message: String,
}

impl FieldProblem {
    pub(super) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    pub(super) fn type_mismatch(field: &str, wanted: &str, is: &Value) -> Self {
        Self::new(field, format!("must be {wanted}, is {}", type_of(is)))
    }

    pub(super) fn of(self, document: &Document<'_>) -> FormatError {
        document.error(self.field, self.message)
    }
}
