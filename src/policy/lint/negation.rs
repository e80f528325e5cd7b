//! A variable that only a negated statement has is unsafe (OPA:
//! `rego_unsafe_var_error`): "there is no x such that not …" is not what anybody
//! means. The engine would ask for some x.

use regorus::unstable::{Expr, Literal, LiteralStmt, Module as Tree, Ref};

use super::Parsed;
use super::modules::here;
use crate::policy::error::LoadError;
use crate::policy::source::Module;
use crate::policy::syntax::{
    Names, Root, Scopes, Target, Visitor, import, loops, root_of, walk_expression, walk_rule,
};

pub(super) fn check(modules: &[Parsed<'_>], names: &Names) -> Vec<LoadError> {
    let mut errors = Vec::new();
    for Parsed { module, tree } in modules {
        for rule in &tree.policy {
            let mut uses = Uses::default();
            walk_rule(rule, &mut uses);
            walk_rule(rule, &mut Negated { module, tree, names, uses: &uses, errors: &mut errors });
        }
    }
    errors
}

/// How often each name stands in a rule.
#[derive(Default)]
struct Uses<'a> {
    names: Vec<&'a str>,
}

impl<'a> Visitor<'a> for Uses<'a> {
    fn reference(&mut self, expression: &'a Ref<Expr>, _: &Scopes<'a>) {
        if let Some(Root::Name(root)) = root_of(expression) {
            self.names.push(root.text());
        }
    }
}

impl Uses<'_> {
    fn of(&self, name: &str) -> usize {
        self.names.iter().filter(|used| **used == name).count()
    }
}

struct Negated<'a, 'b> {
    module: &'b Module,
    tree: &'a Tree,
    names: &'b Names,
    uses: &'b Uses<'a>,
    errors: &'b mut Vec<LoadError>,
}

impl<'a> Visitor<'a> for Negated<'a, '_> {
    fn statement(&mut self, statement: &'a LiteralStmt, scopes: &Scopes<'a>) {
        let Literal::NotExpr { expr, .. } = &statement.literal else { return };
        let mut inside = Uses::default();
        walk_expression(expr, &mut inside);
        for variable in loops(expr) {
            let name = variable.span().text();
            let data = matches!(self.names.target(self.tree, variable, scopes), Target::Data(_));
            let known = scopes.binds(name) || data || import(self.tree, name).is_some();
            if name == "_" || (!known && self.uses.of(name) == inside.of(name)) {
                let message = format!(
                    "var {name} is unsafe: negate a rule or a comprehension that looks for it, \
                     or use `every`"
                );
                self.errors.push(here(self.module, variable.span(), message));
            }
        }
    }
}
