//! Walks a Pod spec along the table.

use serde_json::Value;

use super::pod::POD_SPEC;
use super::shape::{Shape, Type};
use crate::document::Field;
use crate::isolation::Findings;
use crate::names::Reason;

/// Findings are for people: a document of ten thousand unknown fields is
/// refused by the first few.
const MOST_FINDINGS: usize = 10;

/// Receives what the walk comes across.
trait Visitor {
    /// A field of an object that is not in the table.
    fn unknown(&mut self, _field: &Field<'_>, _holder: &'static Type) {}
    /// A value of another JSON type than the table says.
    fn mistyped(&mut self, _field: &Field<'_>, _expected: Shape) {}
    /// The name of a Secret.
    fn secret(&mut self, _field: &Field<'_>, _name: &str) {}
}

/// Reports every field that the table does not know, and every known one that
/// holds another JSON type than it should (rule `pods/fields`).
pub(in crate::isolation::pods) fn unknown_fields(
    spec: &Value,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let mut reporter = Reporter { out, reported: 0 };
    walk(spec, Shape::Object(&POD_SPEC), field, &mut reporter);
}

/// Calls `found` with the path and the name of every Secret that the spec
/// refers to, whichever way it does.
pub(in crate::isolation::pods) fn secret_names(
    spec: &Value,
    field: &Field<'_>,
    found: impl FnMut(&Field<'_>, &str),
) {
    walk(spec, Shape::Object(&POD_SPEC), field, &mut Secrets(found));
}

struct Reporter<'a> {
    out: &'a mut Findings,
    reported: usize,
}

impl Reporter<'_> {
    fn report(&mut self, field: &Field<'_>, message: impl FnOnce() -> String) {
        self.reported += 1;
        if self.reported <= MOST_FINDINGS {
            self.out.violation(
                "pods/fields",
                Reason::UnknownFieldForbidden,
                field.to_string(),
                message(),
            );
        }
    }
}

impl Visitor for Reporter<'_> {
    fn unknown(&mut self, field: &Field<'_>, holder: &'static Type) {
        self.report(field, || {
            format!(
                "unknown field; only the fields of {} up to Kubernetes 1.37 \
                 that Lessor has judged are allowed",
                holder.name
            )
        });
    }

    fn mistyped(&mut self, field: &Field<'_>, expected: Shape) {
        self.report(field, || format!("must be {}", expected.expected()));
    }
}

struct Secrets<F>(F);

impl<F: FnMut(&Field<'_>, &str)> Visitor for Secrets<F> {
    fn secret(&mut self, field: &Field<'_>, name: &str) {
        (self.0)(field, name);
    }
}

/// Recursion ends because the table itself is finite: no type contains itself.
fn walk(value: &Value, shape: Shape, field: &Field<'_>, visitor: &mut impl Visitor) {
    match (shape, value) {
        // The API server reads null as absent.
        (_, Value::Null)
        | (Shape::Anything, _)
        | (Shape::Boolean, Value::Bool(_))
        | (Shape::String | Shape::IntOrString, Value::String(_))
        | (Shape::Quantity, Value::String(_) | Value::Number(_)) => {}
        (Shape::Integer | Shape::IntOrString, Value::Number(number))
            if number.is_i64() || number.is_u64() => {}
        (Shape::SecretName, Value::String(name)) => visitor.secret(field, name),
        (Shape::Object(holder), Value::Object(entries)) => {
            for (name, value) in entries {
                let child = field.child(name);
                match holder.field(name) {
                    Some(known) => walk(value, known.shape, &child, visitor),
                    None => visitor.unknown(&child, holder),
                }
            }
        }
        (Shape::List(inner), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, *inner, &field.index(index), visitor);
            }
        }
        (Shape::Map(inner), Value::Object(entries)) => {
            for (name, value) in entries {
                walk(value, *inner, &field.child(name), visitor);
            }
        }
        _ => visitor.mistyped(field, shape),
    }
}
