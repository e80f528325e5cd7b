//! Difference (d): a rule's value that is undefined.
//!
//! In OPA the value of a head is part of the body. Where it is undefined, the
//! body gives nothing: what it gave for other bindings stays, and an `else`
//! behind it is asked. The interpreter forgets what the body gave before and
//! takes it for a success. So `violation contains c.x if { some c in y }`
//! becomes `violation contains v if { some c in y; v := c.x }`.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Module, Ref, Rule, RuleBody, RuleHead};

use super::edits::{Edit, apply};
use super::negation::PREFIX;
use super::tokens::tokens;
use crate::policy::syntax::{Places, own_names};

/// The text with values moved; `tree` is the text's own.
pub(in crate::policy) fn heads(text: &str, tree: &Module) -> String {
    apply(text, edits(text, tree))
}

fn edits(text: &str, tree: &Module) -> Vec<Edit> {
    let own = own_names([tree]);
    let places = Places::of(text);
    let mut edits = Vec::new();
    for rule in &tree.policy {
        let Rule::Spec { head, bodies, .. } = rule.as_ref() else { continue };
        for (index, body) in bodies.iter().enumerate() {
            let values: Vec<&Ref<Expr>> = match (&body.assign, head) {
                (Some(assign), _) => vec![&assign.value],
                (None, _) if index > 0 => Vec::new(),
                (None, RuleHead::Set { key, .. }) => key.iter().collect(),
                (None, RuleHead::Func { assign, .. }) => {
                    assign.iter().map(|assign| &assign.value).collect()
                }
                (None, RuleHead::Compr { refr, assign, .. }) => {
                    let key = match refr.as_ref() {
                        Expr::RefBrack { index, .. } => Some(index),
                        _ => None,
                    };
                    key.into_iter().chain(assign.as_ref().map(|assign| &assign.value)).collect()
                }
            };
            let values = values.into_iter().filter(|value| may_be_undefined(value, &own));
            edits.extend(moved(&places, values, body, edits.len()));
        }
    }
    edits
}

fn may_be_undefined(value: &Ref<Expr>, own: &BTreeSet<String>) -> bool {
    let any = |value| may_be_undefined(value, own);
    match value.as_ref() {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. } => false,
        // A variable has a value; a rule or an import may have none.
        Expr::Var { span, .. } => own.contains(span.text()),
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().any(any),
        Expr::Object { fields, .. } => fields.iter().any(|(_, key, value)| any(key) || any(value)),
        _ => true,
    }
}

/// The values as the body's last statements; nothing where there is no body.
fn moved<'a>(
    places: &Places<'_>,
    values: impl Iterator<Item = &'a Ref<Expr>>,
    body: &RuleBody,
    number: usize,
) -> Vec<Edit> {
    let (Some(first), Some(last)) = (body.query.stmts.first(), body.query.stmts.last()) else {
        return Vec::new();
    };
    let (from, to) = (places.span(&first.span).start, places.span(&last.span).end);
    let (mut edits, mut statements) = (Vec::new(), String::new());
    for (index, value) in values.enumerate() {
        let place = places.expression(value);
        let written = places.text(place.clone());
        let Some(line) = on_one_line(written) else { continue };
        let name = format!("{PREFIX}value_{number}_{index}");
        // The lines stay where the value was.
        let lines = "\n".repeat(written.matches('\n').count());
        statements.push_str(&format!("; {name} := {line}"));
        edits.push(Edit { start: place.start, end: place.end, text: format!("{name}{lines}") });
    }
    if edits.is_empty() {
        return edits;
    }
    // A body of one statement may have no braces.
    let braced = (body.query.span.start as usize) < from;
    let (open, close) = if braced { ("", "") } else { ("{ ", " }") };
    edits.push(Edit::insert(from, open));
    edits.push(Edit::insert(to, format!("{statements}{close}")));
    edits
}

/// A text on one line, without comments; None if a raw string has lines.
fn on_one_line(written: &str) -> Option<String> {
    let mut out = String::new();
    let mut end = 0;
    for token in tokens(written) {
        if token.text.contains('\n') {
            return None;
        }
        if token.start > end && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(token.text);
        end = token.end();
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::edits::apply;
    use super::edits;
    use crate::policy::source::Dialect;
    use crate::policy::syntax::parse;

    fn rewritten(dialect: Dialect, text: &str) -> String {
        let tree = parse("m.rego", text, dialect).unwrap();
        let out = apply(text, edits(text, &tree));
        parse("m.rego", &out, dialect).unwrap_or_else(|error| panic!("{out}\n{error}"));
        assert_eq!(text.lines().count(), out.lines().count(), "{out}");
        out
    }

    #[test]
    fn values_that_may_be_undefined_move_into_the_body() {
        for (text, expected) in [
            (
                "violation contains c.x if { some c in input.y }",
                "violation contains __lessor_value_0_0 if { some c in input.y; __lessor_value_0_0 := c.x }",
            ),
            (
                "f(x) := x.y if x.z else := x.a if { x.b } else := 3",
                "f(x) := __lessor_value_0_0 if { x.z; __lessor_value_0_0 := x.y } else := \
                 __lessor_value_3_0 if { x.b; __lessor_value_3_0 := x.a } else := 3",
            ),
            (
                "violation contains {\"f\": f(1)} if true",
                "violation contains __lessor_value_0_0 if { true; __lessor_value_0_0 := {\"f\": f(1)} }",
            ),
            (
                "o[input.k] := input.v if { true }",
                "o[__lessor_value_0_0] := __lessor_value_0_1 if { true; __lessor_value_0_0 := \
                 input.k; __lessor_value_0_1 := input.v }",
            ),
        ] {
            let module = |text: &str| format!("package p\n{text}\n");
            let helper = "f(x) := x\n".repeat(usize::from(text.contains("f(1)")));
            let out = rewritten(Dialect::V1, &module(&format!("{text}\n{helper}")));
            assert_eq!(out.trim_end(), module(&format!("{expected}\n{helper}")).trim_end());
        }
    }
}
