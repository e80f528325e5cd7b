//! What only the interpreter needs.
//!
//! In lenient sources an operator's error is undefined; the interpreter has no
//! way to say so, functions of ours do: `a + b` becomes `plus(a, b)`. Its data document can be set once and then only added to, so the inventory
//! of a request comes with the input. And it has an error where `some x in y`
//! finds no collection; in OPA, and in the fast engine, that is undefined.

use regorus::unstable::{ArithOp, BinOp, Expr, Literal, LiteralStmt, Module, Ref};

use super::edits::{Edit, apply};
use super::tokens::tokens;
use crate::policy::syntax::{Places, Scopes, Visitor, walk_rule};

/// The key of the input under which the interpreter finds the inventory.
pub(in crate::policy) const INVENTORY: &str = "data.inventory";
/// The builtin that lets nothing but collections through.
pub(in crate::policy) const COLLECTION: &str = "lessor.collection";

/// The text for the interpreter; `tree` is the text's own.
pub(in crate::policy) fn for_interpreter(text: &str, tree: &Module, strict: bool) -> String {
    let mut changes = Changes { places: Places::of(text), strict, edits: Vec::new() };
    tree.policy.iter().for_each(|rule| walk_rule(rule, &mut changes));
    let text = apply(text, changes.edits);
    let edits = inventory(&text);
    apply(&text, edits)
}

/// `data.inventory` becomes `input["data.inventory"]`.
fn inventory(text: &str) -> Vec<Edit> {
    let found = tokens(text);
    let mut edits = Vec::new();
    for (index, window) in found.windows(3).enumerate() {
        let [data, dot, name] = window else { continue };
        if data.field || data.text != "data" {
            continue;
        }
        let end = if dot.is(".") && name.text == "inventory" {
            name.end()
        } else if dot.is("[")
            && name.text == "\"inventory\""
            && let Some(close) = found.get(index + 3).filter(|close| close.is("]"))
        {
            close.end()
        } else {
            continue;
        };
        let imported = index > 0 && found[index - 1].is_name("import");
        // An import of the whole is known by its last part.
        let last = found.iter().find(|token| token.start >= end);
        let named = imported && last.is_none_or(|token| token.first && !token.is_name("as"));
        let name = if named { " as inventory" } else { "" };
        edits.push(Edit { start: data.start, end, text: format!("input[\"{INVENTORY}\"]{name}") });
    }
    edits
}

struct Changes<'t> {
    places: Places<'t>,
    strict: bool,
    edits: Vec<Edit>,
}

impl<'a> Visitor<'a> for Changes<'_> {
    fn statement(&mut self, statement: &'a LiteralStmt, _: &Scopes<'a>) {
        if let Literal::SomeIn { collection, .. } = &statement.literal
            && !is_collection(collection)
        {
            self.around(collection, &format!("{COLLECTION}("));
        }
    }

    fn operation(&mut self, expression: &'a Ref<Expr>) {
        if self.strict {
            return;
        }
        let (lhs, rhs, name) = match expression.as_ref() {
            Expr::ArithExpr { op, lhs, rhs, .. } => (lhs, rhs, arithmetic(op)),
            Expr::BinExpr { op: BinOp::Union, lhs, rhs, .. } => (lhs, rhs, "or"),
            Expr::BinExpr { lhs, rhs, .. } => (lhs, rhs, "and"),
            _ => return,
        };
        // Between the two sides stand the operator, parentheses and comments.
        let (from, to) = (self.places.expression(lhs).end, self.places.expression(rhs).start);
        let between = tokens(self.places.text(from..to));
        let sign = between.iter().find(|token| !token.is("(") && !token.is(")"));
        let place = match sign {
            Some(sign) => from + sign.start..from + sign.end(),
            None => return,
        };
        self.edits.push(Edit { start: place.start, end: place.end, text: ",".to_owned() });
        self.around(expression, &format!("{name}("));
    }
}

impl Changes<'_> {
    /// Outer ones come first: of two that begin together they open first, and
    /// of two that end together they close last.
    fn around(&mut self, expression: &Ref<Expr>, before: &str) {
        let place = self.places.expression(expression);
        self.edits.push(Edit::insert(place.start, before));
        self.edits.insert(0, Edit::insert(place.end, ")"));
    }
}

fn arithmetic(operator: &ArithOp) -> &'static str {
    match operator {
        ArithOp::Add => "plus",
        ArithOp::Sub => "minus",
        ArithOp::Mul => "mul",
        ArithOp::Div => "div",
        ArithOp::Mod => "rem",
    }
}

/// Whether the text itself says that it is one.
fn is_collection(expression: &Ref<Expr>) -> bool {
    matches!(
        expression.as_ref(),
        Expr::Array { .. }
            | Expr::Set { .. }
            | Expr::Object { .. }
            | Expr::ArrayCompr { .. }
            | Expr::SetCompr { .. }
            | Expr::ObjectCompr { .. }
    ) || matches!(expression.as_ref(), Expr::Call { fcn, .. } if fcn.span().text() == COLLECTION)
}
