//! Label selectors as apimachinery reads and checks them.

use serde_json::{Map, Value};

use super::document::{FieldProblem, strings};
use crate::api::{
    KeyValueSelector, LabelMap, SelectorOperator, WorkloadSelector, is_label_key, is_label_value,
};
use crate::document::index;

/// Reads a selector at `field` and refuses what `ValidateLabelSelector` of
/// apimachinery refuses: keys and values that no label can have, `In` and
/// `NotIn` without values, `Exists` and `DoesNotExist` with some.
pub(super) fn parse(value: &Value, field: &str) -> Result<WorkloadSelector, FieldProblem> {
    let Value::Object(fields) = value else {
        return Err(FieldProblem::type_mismatch(field, "a label selector", value));
    };
    Ok(WorkloadSelector {
        match_labels: match_labels(fields.get("matchLabels"), &format!("{field}.matchLabels"))?,
        match_expressions: match_expressions(
            fields.get("matchExpressions"),
            &format!("{field}.matchExpressions"),
        )?,
    })
}

/// Whether the labels satisfy the selector; an empty selector selects all.
pub(super) fn selects(selector: &WorkloadSelector, labels: Option<&Map<String, Value>>) -> bool {
    selector.matches(|key| labels?.get(key)?.as_str())
}

fn match_labels(value: Option<&Value>, field: &str) -> Result<LabelMap, FieldProblem> {
    let labels = match value {
        None | Some(Value::Null) => return Ok(LabelMap::new()),
        Some(Value::Object(labels)) => labels,
        Some(other) => return Err(FieldProblem::type_mismatch(field, "an object", other)),
    };
    labels
        .iter()
        .map(|(key, value)| {
            let field = crate::document::child(field, key);
            let Some(text) = value.as_str() else {
                return Err(FieldProblem::type_mismatch(&field, "a string", value));
            };
            check_key(key, &field)?;
            check_value(text, &field)?;
            Ok((key.clone(), text.to_owned()))
        })
        .collect()
}

fn match_expressions(
    value: Option<&Value>,
    field: &str,
) -> Result<Vec<KeyValueSelector>, FieldProblem> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(at, item)| requirement(item, &index(field, at)))
            .collect(),
        Some(other) => Err(FieldProblem::type_mismatch(field, "a list", other)),
    }
}

fn requirement(item: &Value, field: &str) -> Result<KeyValueSelector, FieldProblem> {
    let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    let key = text("key");
    check_key(key, &format!("{field}.key"))?;
    let operator = match text("operator") {
        "In" => SelectorOperator::In,
        "NotIn" => SelectorOperator::NotIn,
        "Exists" => SelectorOperator::Exists,
        "DoesNotExist" => SelectorOperator::DoesNotExist,
        other => {
            let message =
                format!("{other:?} is none of \"In\", \"NotIn\", \"Exists\", \"DoesNotExist\"");
            return Err(FieldProblem::new(format!("{field}.operator"), message));
        }
    };
    let field = format!("{field}.values");
    let values = strings(item.get("values"), &field)?;
    let wants_values = matches!(operator, SelectorOperator::In | SelectorOperator::NotIn);
    if wants_values == values.is_empty() {
        let message = if wants_values {
            "must not be empty for In and NotIn"
        } else {
            "must be empty for Exists and DoesNotExist"
        };
        return Err(FieldProblem::new(field, message));
    }
    for (at, value) in values.iter().enumerate() {
        check_value(value, &index(&field, at))?;
    }
    Ok(KeyValueSelector { key: key.to_owned(), operator, values })
}

fn check_key(key: &str, field: &str) -> Result<(), FieldProblem> {
    if is_label_key(key) {
        return Ok(());
    }
    Err(FieldProblem::new(field, format!("{key:?} cannot be the key of a label")))
}

fn check_value(value: &str, field: &str) -> Result<(), FieldProblem> {
    if is_label_value(value) {
        return Ok(());
    }
    Err(FieldProblem::new(field, format!("{value:?} cannot be the value of a label")))
}
