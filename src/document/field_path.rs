//! Paths into many objects at once: `spec.rules[].host`.

use serde_json::Value;

/// Longest path in bytes.
const MAX_LENGTH: usize = 253;
/// Most steps of a path.
const MAX_STEPS: usize = 16;

/// A path to values of an object: names joined by dots, a name that is not an
/// identifier in brackets, and `[]` for every element of a list.
///
/// `spec.rules[].host`, `metadata.annotations[example.com/owner]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    Name(String),
    Each,
}

/// Why a text is not a [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldPathError {
    /// Nothing is named.
    #[error("is empty; write a path such as `spec.rules[].host`")]
    Empty,
    /// A dot or the beginning without a name.
    #[error("lacks a name at character {0}; names are joined by single dots")]
    NameMissing(usize),
    /// A bracket that is not closed.
    #[error("has a `[` without `]` at character {0}")]
    Unclosed(usize),
    /// Something else after a bracket than a dot or a bracket.
    #[error("goes on without a dot at character {0}")]
    DotMissing(usize),
    /// An index: what is in a list has no fixed place.
    #[error("names an element by its index; write `[]` for every element")]
    Index,
    /// Too long to be meant.
    #[error("is too long; at most {MAX_LENGTH} characters and {MAX_STEPS} steps")]
    TooLong,
}

impl FieldPath {
    /// Reads a path.
    ///
    /// # Errors
    /// [`FieldPathError`], which says what is wrong and where, from character 1.
    pub fn parse(text: &str) -> Result<Self, FieldPathError> {
        if text.is_empty() {
            return Err(FieldPathError::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(FieldPathError::TooLong);
        }
        let mut steps = Vec::new();
        let mut rest = text;
        let at = |rest: &str| text.chars().count() - rest.chars().count() + 1;
        while !rest.is_empty() {
            if steps.len() == MAX_STEPS {
                return Err(FieldPathError::TooLong);
            }
            if let Some(bracketed) = rest.strip_prefix('[') {
                if steps.is_empty() {
                    return Err(FieldPathError::NameMissing(1));
                }
                let (inside, after) =
                    bracketed.split_once(']').ok_or_else(|| FieldPathError::Unclosed(at(rest)))?;
                if inside.is_empty() {
                    steps.push(Step::Each);
                } else if inside.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(FieldPathError::Index);
                } else {
                    steps.push(Step::Name(inside.to_owned()));
                }
                rest = after;
                if !rest.is_empty() && !rest.starts_with(['.', '[']) {
                    return Err(FieldPathError::DotMissing(at(rest)));
                }
                continue;
            }
            if !steps.is_empty() {
                rest = rest.strip_prefix('.').unwrap_or(rest);
            }
            let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() || after.starts_with(']') || after == "." {
                return Err(FieldPathError::NameMissing(at(after)));
            }
            steps.push(Step::Name(name.to_owned()));
            rest = after;
        }
        Ok(Self(steps))
    }

    /// Calls `visit` for every value at the path, in the order of the lists.
    pub fn visit<'v>(&self, object: &'v Value, visit: &mut impl FnMut(&'v Value)) {
        walk(&self.0, object, visit);
    }

    /// The names up to the first list: the field that holds all values of the path.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map_while(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Each => None,
        })
    }

    /// Whether the path goes through a list.
    #[must_use]
    pub fn is_plural(&self) -> bool {
        self.0.contains(&Step::Each)
    }
}

fn walk<'v>(steps: &[Step], value: &'v Value, visit: &mut impl FnMut(&'v Value)) {
    match (steps.split_first(), value) {
        (None, value) => visit(value),
        (Some((Step::Name(name), rest)), Value::Object(fields)) => {
            if let Some(value) = fields.get(name) {
                walk(rest, value, visit);
            }
        }
        (Some((Step::Each, rest)), Value::Array(items)) => {
            for item in items {
                walk(rest, item, visit);
            }
        }
        _ => {}
    }
}

impl std::fmt::Display for FieldPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.0.iter().fold(String::new(), |path, step| match step {
            Step::Name(name) => super::path::child(&path, name),
            Step::Each => format!("{path}[]"),
        });
        f.write_str(&path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values(path: &str, object: &Value) -> Vec<Value> {
        let mut found = Vec::new();
        FieldPath::parse(path).unwrap().visit(object, &mut |value| found.push(value.clone()));
        found
    }

    #[test]
    fn values_are_found_through_lists_and_keys() {
        let object = json!({
            "metadata": {"annotations": {"example.com/owner": "a"}},
            "spec": {"rules": [{"host": "x"}, {}, {"host": "y"}], "grid": [[1, 2], [3]]}
        });
        for (path, expected) in [
            ("spec.rules[].host", json!(["x", "y"])),
            ("metadata.annotations[example.com/owner]", json!(["a"])),
            ("spec.grid[][]", json!([1, 2, 3])),
            ("spec.rules", json!([[{"host": "x"}, {}, {"host": "y"}]])),
            ("spec.rules.host", json!([])),
            ("spec[]", json!([])),
            ("nothing.here", json!([])),
        ] {
            assert_eq!(json!(values(path, &object)), expected, "{path}");
            assert_eq!(FieldPath::parse(path).unwrap().to_string(), path);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, error) in [
            ("", FieldPathError::Empty),
            (".spec", FieldPathError::NameMissing(1)),
            ("spec.", FieldPathError::NameMissing(5)),
            ("spec..a", FieldPathError::NameMissing(6)),
            ("[]", FieldPathError::NameMissing(1)),
            ("spec]", FieldPathError::NameMissing(5)),
            ("a[b", FieldPathError::Unclosed(2)),
            ("a[]b", FieldPathError::DotMissing(4)),
            ("a[0]", FieldPathError::Index),
            (&"a.".repeat(200), FieldPathError::TooLong),
            (&["a"; 17].join("."), FieldPathError::TooLong),
        ] {
            assert_eq!(FieldPath::parse(text), Err(error), "{text}");
        }
        assert!(FieldPath::parse(&["a"; 16].join(".")).is_ok());
    }

    #[test]
    fn a_path_knows_its_field() {
        let path = FieldPath::parse("spec.rules[].host").unwrap();
        assert_eq!(path.names().collect::<Vec<_>>(), ["spec", "rules"]);
        assert!(path.is_plural() && !FieldPath::parse("a.b").unwrap().is_plural());
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_what_is_read_reads_again(text in r"[a-c./\[\]0]{0,24}|\PC{0,24}") {
            if let Ok(path) = FieldPath::parse(&text) {
                prop_assert_eq!(FieldPath::parse(&path.to_string()), Ok(path));
            }
        }
    }
}
