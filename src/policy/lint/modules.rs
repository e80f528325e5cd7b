//! Packages, imports, references into `data`.

use regorus::unstable::{Expr, Import, Module as Tree, Ref, Span};

use super::Parsed;
use crate::names::Reason;
use crate::policy::compile::error::at;
use crate::policy::error::LoadError;
use crate::policy::source::Module;
use crate::policy::syntax::{
    Names, Root, Scopes, Target, Visitor, package_path, root_of, rule_path, static_path, walk_rule,
};

/// Where the cluster's objects are.
const INVENTORY: &str = "inventory";

pub(super) fn check(modules: &[Parsed<'_>], names: &Names) -> Vec<LoadError> {
    let mut errors = Vec::new();
    for Parsed { module, tree } in modules {
        for rule in &tree.policy {
            if rule_path(tree, rule).first().is_some_and(|first| first == INVENTORY) {
                let message = "data.inventory is where the cluster's objects are: name the \
                               package otherwise";
                errors.push(here(module, &tree.package.span, message.to_owned()));
                break;
            }
        }
        errors.extend(tree.imports.iter().filter_map(|import| imported(module, import, names)));
        let mut references = References { module, tree, names, errors: &mut errors };
        tree.policy.iter().for_each(|rule| walk_rule(rule, &mut references));
    }
    errors
}

/// An error at a span, unless the parser made the span up.
pub(super) fn here(module: &Module, span: &Span, message: String) -> LoadError {
    at(module, span.line, span.col, message, Reason::Invalid)
}

fn imported(module: &Module, import: &Import, names: &Names) -> Option<LoadError> {
    let Some(Root::Name(root)) = root_of(&import.refr) else {
        return Some(here(module, &import.span, "an import is a path".to_owned()));
    };
    let path = static_path(&import.refr);
    match root.text() {
        "input" | "rego" | "future" => None,
        "data" if known(&path, names) => None,
        "data" => Some(here(module, &import.refr.span().clone(), missing(&import.refr, names))),
        other => {
            let message = format!(
                "`{other}` cannot be imported: imports begin with data, input, rego.v1 or \
                 future.keywords"
            );
            Some(here(module, root, message))
        }
    }
}

fn known(path: &[Option<String>], names: &Names) -> bool {
    path.first().is_some_and(|first| first.as_deref() == Some(INVENTORY)) || names.exists(path)
}

fn missing(reference: &Ref<Expr>, names: &Names) -> String {
    let packages: Vec<String> =
        names.packages.iter().map(|package| format!("data.{}", package.join("."))).collect();
    format!(
        "{} is not there: the modules are {}, and data.inventory holds objects",
        reference.span().text(),
        packages.join(", ")
    )
}

struct References<'a, 'b> {
    module: &'b Module,
    tree: &'a Tree,
    names: &'b Names,
    errors: &'b mut Vec<LoadError>,
}

impl<'a> Visitor<'a> for References<'a, '_> {
    fn reference(&mut self, expression: &'a Ref<Expr>, scopes: &Scopes<'a>) {
        let Some(Root::Name(root)) = root_of(expression) else { return };
        let imported = || crate::policy::syntax::import(self.tree, root.text()).is_some();
        if root.text() != "data" && !imported() {
            return;
        }
        let Target::Data(path) = self.names.target(self.tree, expression, scopes) else { return };
        if path.is_empty() {
            let message = "`data` as a whole cannot be read: name what you need of it";
            self.errors.push(here(self.module, root, message.to_owned()));
        } else if !known(&path, self.names) && package_path(self.tree) != owned(&path) {
            self.errors.push(here(self.module, root, missing(expression, self.names)));
        }
    }
}

fn owned(path: &[Option<String>]) -> Vec<String> {
    path.iter().map_while(Clone::clone).collect()
}
