//! Collects errors, and the checks that several fields share.

use core::fmt::Display;

use crate::api::common::{KeyValueSelector, Port, QuantityMap, SelectorOperator, WorkloadSelector};
use crate::api::quantity::Quantity;
use crate::api::syntax::{is_label_key, is_label_value};
use crate::api::valid::FieldError;
use crate::names::Reason;

/// Errors in the order they were found.
#[derive(Debug, Default)]
pub(super) struct Errors(pub(super) Vec<FieldError>);

impl Errors {
    /// How many errors there are; what made the number grow is left out.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Adds an error.
    pub(super) fn push(&mut self, field: impl Display, reason: Reason, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_string(), reason, message: message.into() });
    }

    /// Adds an error of format.
    pub(super) fn invalid(&mut self, field: impl Display, message: impl Into<String>) {
        self.push(field, Reason::Invalid, message);
    }

    /// Reads quantities that must not be negative; those that are wrong are
    /// reported and left out.
    pub(super) fn quantities<'a>(
        &mut self,
        field: &str,
        map: &'a QuantityMap,
    ) -> Vec<(&'a str, Quantity)> {
        let mut read = Vec::with_capacity(map.len());
        for (name, text) in map {
            let path = format!("{field}[{name}]");
            if !is_label_key(name) {
                self.invalid(
                    &path,
                    format!("`{name}` is not a resource name such as `requests.cpu`"),
                );
            }
            match Quantity::parse(text) {
                Ok(quantity) if !quantity.is_negative() => read.push((name.as_str(), quantity)),
                Ok(_) => self.invalid(&path, format!("`{text}` is negative; write 0 or more")),
                Err(error) => self.invalid(&path, format!("`{text}` is not a quantity: {error}")),
            }
        }
        read
    }

    /// Checks the syntax of a selector.
    pub(super) fn selector(&mut self, field: &str, selector: &WorkloadSelector) {
        for (key, value) in &selector.match_labels {
            self.label(&format!("{field}.matchLabels[{key}]"), key, Some(value));
        }
        for (index, requirement) in selector.match_expressions.iter().enumerate() {
            self.requirement(&format!("{field}.matchExpressions[{index}]"), requirement);
        }
    }

    fn requirement(&mut self, field: &str, requirement: &KeyValueSelector) {
        let wants_values =
            matches!(requirement.operator, SelectorOperator::In | SelectorOperator::NotIn);
        if wants_values == requirement.values.is_empty() {
            self.invalid(
                format!("{field}.values"),
                if wants_values {
                    "In and NotIn need at least one value"
                } else {
                    "Exists and DoesNotExist take no values"
                },
            );
        }
        self.label(&format!("{field}.key"), &requirement.key, None);
        for (index, value) in requirement.values.iter().enumerate() {
            self.label_value(&format!("{field}.values[{index}]"), value);
        }
    }

    /// Checks the syntax of a label key and, if there is one, its value.
    pub(super) fn label(&mut self, field: &str, key: &str, value: Option<&str>) {
        if !is_label_key(key) {
            self.invalid(
                field,
                format!("`{key}` is not a label key such as `app` or `example.com/app`"),
            );
        } else if let Some(value) = value {
            self.label_value(field, value);
        }
    }

    fn label_value(&mut self, field: &str, value: &str) {
        if !is_label_value(value) {
            self.invalid(
                field,
                format!(
                    "`{value}` is not a label value: at most 63 letters, digits, `-`, `_`, `.`"
                ),
            );
        }
    }

    /// Checks that port numbers are not zero.
    pub(super) fn ports(&mut self, field: &str, ports: &[Port]) {
        for (index, port) in ports.iter().enumerate() {
            if port.port == 0 {
                self.invalid(
                    format!("{field}[{index}].port"),
                    "a port is a number from 1 to 65535",
                );
            }
        }
    }
}

/// Names in a sentence: `a, b`, or `none`.
pub(super) fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(name.as_ref());
    }
    if text.is_empty() { "none".to_owned() } else { text }
}

/// The first of equal items keeps its place; later ones go.
pub(super) fn unique<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
