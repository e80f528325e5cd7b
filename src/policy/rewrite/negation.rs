//! Difference (c): what a negated statement asks for besides its own reference.
//!
//! OPA's compiler takes calls, and the references that are arguments of calls
//! and operators, out of a negated expression and puts them before it: where one
//! of them is undefined, so is the whole body. The engine evaluates them inside,
//! and the negation holds. So `not f(x.y)` becomes `a := x.y; not f(a)`; a
//! reference alone (`not x.y`) and the sides of `==` and `=` stay, in OPA too.

use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, LiteralStmt, Module, Ref, WithModifier};

use super::edits::{Edit, apply};
use crate::policy::syntax::{
    Names, Places, Root, Scopes, Target, Visitor, indices, root_of, walk_rule,
};

/// What the new names begin with; no name of a policy may.
pub(in crate::policy) const PREFIX: &str = "__lessor_";

/// The text with everything taken out of negations; `tree` is the text's own.
pub(in crate::policy) fn negations(text: &str, tree: &Module, names: &Names) -> String {
    let mut lifter = Lifter { places: Places::of(text), tree, names, edits: Vec::new(), count: 0 };
    tree.policy.iter().for_each(|rule| walk_rule(rule, &mut lifter));
    apply(text, lifter.edits)
}

struct Lifter<'a> {
    places: Places<'a>,
    tree: &'a Module,
    names: &'a Names,
    edits: Vec<Edit>,
    count: usize,
}

impl<'a> Visitor<'a> for Lifter<'a> {
    fn statement(&mut self, statement: &'a LiteralStmt, scopes: &Scopes<'a>) {
        let Literal::NotExpr { expr, .. } = &statement.literal else { return };
        let mut lifted = Vec::new();
        self.negated(expr, scopes, &mut lifted);
        if lifted.is_empty() {
            return;
        }
        let modifiers: String = statement
            .with_mods
            .iter()
            .map(|with| {
                format!(
                    " with {} as {}",
                    bare(with.refr.span().text()),
                    bare(with.r#as.span().text())
                )
            })
            .collect();
        let mut before = String::new();
        for part in lifted {
            let place = self.places.expression(part);
            let text = self.places.text(place.clone());
            let name = format!("{PREFIX}{}", self.count);
            self.count += 1;
            before.push_str(&format!("{name} := {text}{modifiers}; "));
            self.edits.push(Edit { start: place.start, end: place.end, text: name });
        }
        self.edits.push(Edit::insert(statement.span.start as usize, before));
    }
}

impl<'a> Lifter<'a> {
    fn negated(&self, of: &'a Ref<Expr>, scopes: &Scopes<'a>, lifted: &mut Vec<&'a Ref<Expr>>) {
        match of.as_ref() {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.inside_reference(of, scopes, lifted);
            }
            Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. }
            | Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                for side in [lhs, rhs] {
                    if root_of(side).is_some() {
                        self.inside_reference(side, scopes, lifted);
                    } else {
                        self.argument(side, scopes, lifted);
                    }
                }
            }
            Expr::Call { params, .. } => {
                params.iter().for_each(|param| self.argument(param, scopes, lifted));
            }
            Expr::BoolExpr { lhs, rhs, .. }
            | Expr::BinExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. } => {
                self.argument(lhs, scopes, lifted);
                self.argument(rhs, scopes, lifted);
            }
            Expr::Membership { key, value, collection, .. } => {
                let parts = key.iter().chain([value, collection]);
                parts.for_each(|part| self.argument(part, scopes, lifted));
            }
            Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. } => {
                self.argument(of, scopes, lifted);
            }
            _ => {}
        }
    }

    /// Indices and calls inside a reference that itself stays.
    fn inside_reference(
        &self,
        of: &'a Ref<Expr>,
        scopes: &Scopes<'a>,
        lifted: &mut Vec<&'a Ref<Expr>>,
    ) {
        if let Some(Root::Other(root)) = root_of(of) {
            self.argument(root, scopes, lifted);
        }
        indices(of).into_iter().for_each(|index| self.argument(index, scopes, lifted));
    }

    /// What is lifted as a whole if it may be undefined.
    fn argument(&self, of: &'a Ref<Expr>, scopes: &Scopes<'a>, lifted: &mut Vec<&'a Ref<Expr>>) {
        if self.may_be_undefined(of, scopes) {
            lifted.push(of);
        }
    }

    fn may_be_undefined(&self, of: &'a Ref<Expr>, scopes: &Scopes<'a>) -> bool {
        match of.as_ref() {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::ArrayCompr { .. }
            | Expr::SetCompr { .. }
            | Expr::ObjectCompr { .. } => false,
            // A variable has a value; a rule or an import may have none.
            Expr::Var { span, .. } => {
                let name = span.text();
                !scopes.declares(name)
                    && name != "input"
                    && (matches!(self.names.target(self.tree, of, scopes), Target::Data(_))
                        || crate::policy::syntax::import(self.tree, name).is_some())
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                items.iter().any(|item| self.may_be_undefined(item, scopes))
            }
            Expr::Object { fields, .. } => fields.iter().any(|(_, key, value)| {
                self.may_be_undefined(key, scopes) || self.may_be_undefined(value, scopes)
            }),
            Expr::UnaryExpr { expr, .. } => self.may_be_undefined(expr, scopes),
            _ => true,
        }
    }
}

/// A text without line ends, for where it is written a second time.
fn bare(text: &str) -> String {
    text.replace('\n', " ")
}
