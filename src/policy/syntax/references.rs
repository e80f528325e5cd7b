//! References, taken apart.

use regorus::Value;
use regorus::unstable::{Expr, Ref, Span};

/// What a reference begins with.
pub(in crate::policy) enum Root<'a> {
    /// A name: a document, a variable, a rule, an import.
    Name(&'a Span),
    /// Something that is computed, as in `f(x).y`.
    Other(&'a Ref<Expr>),
}

/// What a reference begins with; None if the expression is none.
pub(in crate::policy) fn root_of(expression: &Ref<Expr>) -> Option<Root<'_>> {
    let mut at = expression;
    let mut parts = 0;
    loop {
        match at.as_ref() {
            Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => {
                at = refr;
                parts += 1;
            }
            Expr::Var { span, .. } => return Some(Root::Name(span)),
            _ if parts > 0 => return Some(Root::Other(at)),
            _ => return None,
        }
    }
}

/// The expressions in brackets, innermost first.
pub(in crate::policy) fn indices(expression: &Ref<Expr>) -> Vec<&Ref<Expr>> {
    let mut at = expression;
    let mut found = Vec::new();
    loop {
        match at.as_ref() {
            Expr::RefDot { refr, .. } => at = refr,
            Expr::RefBrack { refr, index, .. } => {
                found.push(index);
                at = refr;
            }
            _ => break,
        }
    }
    found.reverse();
    found
}

/// The parts behind the root, as far as they are constant texts; None is a part
/// that is computed.
pub(in crate::policy) fn static_path(expression: &Ref<Expr>) -> Vec<Option<String>> {
    let mut at = expression;
    let mut found = Vec::new();
    loop {
        match at.as_ref() {
            Expr::RefDot { refr, field, .. } => {
                found.push(Some(field.0.text().to_owned()));
                at = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                found.push(match index.as_ref() {
                    Expr::String { value: Value::String(text), .. }
                    | Expr::RawString { value: Value::String(text), .. } => Some(text.to_string()),
                    _ => None,
                });
                at = refr;
            }
            _ => break,
        }
    }
    found.reverse();
    found
}

/// Variables in brackets, outside of comprehensions: what may be looped over.
pub(in crate::policy) fn loops(expression: &Ref<Expr>) -> Vec<&Ref<Expr>> {
    let mut found = Vec::new();
    collect_loops(expression, &mut found);
    found
}

fn collect_loops<'a>(expression: &'a Ref<Expr>, found: &mut Vec<&'a Ref<Expr>>) {
    match expression.as_ref() {
        Expr::RefDot { .. } | Expr::RefBrack { .. } => {
            for index in indices(expression) {
                if matches!(index.as_ref(), Expr::Var { .. }) {
                    found.push(index);
                } else {
                    collect_loops(index, found);
                }
            }
            if let Some(Root::Other(root)) = root_of(expression) {
                collect_loops(root, found);
            }
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().for_each(|item| collect_loops(item, found));
        }
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
            collect_loops(key, found);
            collect_loops(value, found);
        }),
        Expr::Call { params, .. } => params.iter().for_each(|param| collect_loops(param, found)),
        Expr::UnaryExpr { expr, .. } => collect_loops(expr, found),
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            collect_loops(lhs, found);
            collect_loops(rhs, found);
        }
        Expr::Membership { value, collection, .. } => {
            collect_loops(value, found);
            collect_loops(collection, found);
        }
        _ => {}
    }
}
