//! What a policy says about a request.

use std::sync::Arc;

use regorus::Value as Rego;

use super::error::EvalError;
use crate::api::Enforcement;

/// Longest message that is kept, in characters. A policy's text reaches callers,
/// logs and audit annotations.
const MESSAGE: usize = 1024;
/// Most findings of one policy about one request.
const FINDINGS: usize = 32;

/// One thing that a policy finds wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Rule: the key `rule` of the result, else the name of the entry rule.
    pub rule: String,
    /// What is wrong.
    pub message: String,
    /// Path of the field, such as `spec.containers[0].image`; may be empty.
    pub field: String,
    /// What would pass; may be empty.
    pub allowed: String,
    /// `file:line` of the rule's definition, where it is known.
    pub at: Option<String>,
}

/// What one policy says about one request.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Name of the Policy.
    pub policy: Arc<str>,
    /// What a violation does.
    pub enforcement: Enforcement,
    /// Findings, sorted; none when the request is right.
    pub outcome: Result<Arc<[Finding]>, EvalError>,
    /// Name of the Exemption that takes the findings back.
    pub exempted_by: Option<Arc<str>>,
}

/// Reads the results of the entry rule: a set (or list) of `{msg, field?,
/// allowed?, rule?, details?}` or of plain strings, sorted and without doubles.
///
/// # Errors
/// When the result is something else. An object without `msg` is ignored in
/// imported templates, as Gatekeeper does, and an error in policies of our own:
/// what it found must not vanish.
pub(super) fn findings(
    result: &Rego,
    entry: &str,
    strict: bool,
) -> Result<Vec<Finding>, EvalError> {
    let wrong = |what: &str| EvalError::Failed {
        message: format!("rule `{entry}` gives {what}; it must be a set of objects with `msg`"),
        at: None,
    };
    let mut found = Vec::new();
    let mut take = |item: &Rego| -> Result<(), EvalError> {
        match item {
            Rego::String(text) => found.push(Finding {
                rule: entry.to_owned(),
                message: clipped(text),
                ..Finding::default()
            }),
            Rego::Object(_) => {
                let text = |key: &str| match &item[key] {
                    Rego::Undefined => None,
                    Rego::String(text) => Some(clipped(text)),
                    other => Some(clipped(&other.to_string())),
                };
                match text("msg") {
                    Some(message) => found.push(Finding {
                        rule: text("rule").unwrap_or_else(|| entry.to_owned()),
                        message,
                        field: text("field").unwrap_or_default(),
                        allowed: text("allowed").unwrap_or_default(),
                        at: None,
                    }),
                    None if strict => return Err(wrong("an object without `msg`")),
                    None => {}
                }
            }
            _ => return Err(wrong("something that is neither an object nor text")),
        }
        Ok(())
    };
    match result {
        Rego::Set(items) => items.iter().try_for_each(&mut take)?,
        Rego::Array(items) => items.iter().try_for_each(&mut take)?,
        _ => return Err(wrong("no set")),
    }
    found.sort();
    found.dedup();
    found.truncate(FINDINGS);
    Ok(found)
}

/// Text without control characters and no longer than is useful.
fn clipped(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::to_rego;

    fn read(value: &serde_json::Value, strict: bool) -> Result<Vec<Finding>, EvalError> {
        findings(&to_rego(value), "violation", strict)
    }

    #[test]
    fn results_are_sorted_and_without_doubles() {
        let found = read(
            &json!([{"msg": "b", "field": "spec.x", "allowed": "y", "rule": "r"}, "a", "a"]),
            true,
        )
        .unwrap();
        let texts: Vec<_> = found.iter().map(|f| (&*f.rule, &*f.message, &*f.field)).collect();
        assert_eq!(texts, [("r", "b", "spec.x"), ("violation", "a", "")]);
    }

    #[test]
    fn what_has_no_message_is_an_error_unless_it_was_imported() {
        let nameless = json!([{"details": {}}]);
        assert!(read(&nameless, true).is_err());
        assert_eq!(read(&nameless, false).unwrap(), []);
        for strict in [true, false] {
            assert!(read(&json!({"a": 1}), strict).is_err());
            assert!(read(&json!(true), strict).is_err());
            assert!(read(&json!([1]), strict).is_err());
        }
    }

    #[test]
    fn messages_are_of_bounded_length_and_of_one_line() {
        let found = read(&json!(["a\nb\u{1b}".repeat(2000)]), true).unwrap();
        assert_eq!(found[0].message.chars().count(), MESSAGE);
        assert!(found[0].message.starts_with("a b a b "));
    }
}
