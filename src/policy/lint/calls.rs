//! Calls: of functions that exist, with as many arguments as they have, of
//! builtins that are admitted.

use regorus::unstable::{Expr, Module as Tree, Ref};

use super::Parsed;
use super::modules::here;
use crate::names::Reason;
use crate::policy::builtins::{Entry, find};
use crate::policy::error::LoadError;
use crate::policy::source::Module;
use crate::policy::syntax::{
    Names, Root, Scopes, Target, Visitor, import, root_of, static_path, walk_rule,
};

pub(super) fn check(modules: &[Parsed<'_>], names: &Names) -> Vec<LoadError> {
    let mut errors = Vec::new();
    for (path, rules) in &names.rules {
        if rules.arities.len() > 1 {
            errors.extend(definition(
                modules,
                path,
                "has definitions with different numbers of arguments",
            ));
        }
        if rules.arities.iter().any(|arity| *arity > 8) {
            errors.extend(definition(modules, path, "has more than 8 arguments: pass an object"));
        }
    }
    for Parsed { module, tree } in modules {
        let mut calls = Calls { module, tree, names, errors: &mut errors };
        tree.policy.iter().for_each(|rule| walk_rule(rule, &mut calls));
    }
    errors
}

/// An error at a rule's first definition.
fn definition(modules: &[Parsed<'_>], path: &[String], what: &str) -> Option<LoadError> {
    modules.iter().find_map(|Parsed { module, tree }| {
        let rule =
            tree.policy.iter().find(|rule| crate::policy::syntax::rule_path(tree, rule) == path)?;
        Some(here(module, rule.span(), format!("data.{} {what}", path.join("."))))
    })
}

struct Calls<'a, 'b> {
    module: &'b Module,
    tree: &'a Tree,
    names: &'b Names,
    errors: &'b mut Vec<LoadError>,
}

impl<'a> Visitor<'a> for Calls<'a, '_> {
    fn call(
        &mut self,
        call: &'a Ref<Expr>,
        function: &'a Ref<Expr>,
        arguments: &'a [Ref<Expr>],
        scopes: &Scopes<'a>,
    ) {
        let Some(name) = called(function) else {
            let message = "only a function can be called".to_owned();
            return self.errors.push(here(self.module, call.span(), message));
        };
        let wanted = match self.names.target(self.tree, function, scopes) {
            Target::Data(path) => self.function(&path),
            Target::Other => self.builtin(&name),
        };
        match wanted {
            // One more argument is where the result goes, as in OPA.
            Ok(arity) if arguments.len() == arity || arguments.len() == arity + 1 => {}
            Ok(arity) => {
                let message =
                    format!("{name} has {arity} argument(s), {} are given", arguments.len());
                self.errors.push(here(self.module, function.span(), message));
            }
            Err((message, reason)) => {
                let error = here(self.module, function.span(), message);
                self.errors.push(LoadError { reason, ..error });
            }
        }
    }
}

impl Calls<'_, '_> {
    fn function(&self, path: &[Option<String>]) -> Result<usize, (String, Reason)> {
        let path: Option<Vec<String>> = path.iter().cloned().collect();
        let found = path.as_ref().and_then(|path| self.names.rules.get(path));
        match found.map(|rules| rules.arities.first()) {
            Some(Some(arity)) => Ok(*arity),
            Some(None) => Err((format!("data.{} is no function", shown(path)), Reason::Invalid)),
            None => {
                let message = format!("there is no function data.{}", shown(path));
                Err((message, Reason::Invalid))
            }
        }
    }

    fn builtin(&self, name: &str) -> Result<usize, (String, Reason)> {
        match find(name) {
            Some(Entry::Admitted(builtin)) if !name.starts_with("lessor.") => {
                Ok(usize::from(builtin.arity))
            }
            Some(Entry::Forbidden(instead)) => {
                Err((format!("{name} cannot be called here: {instead}"), Reason::BuiltinForbidden))
            }
            _ => {
                let root = name.split('.').next().unwrap_or(name);
                let imported = import(self.tree, root).is_some();
                let message = if imported {
                    format!("the import `{root}` has no function {name}")
                } else {
                    format!("there is no function {name}, neither in the modules nor built in")
                };
                Err((message, Reason::Invalid))
            }
        }
    }
}

fn shown(path: Option<Vec<String>>) -> String {
    path.map_or_else(|| "…".to_owned(), |path| path.join("."))
}

/// A function's name as it is written; None if it is computed.
fn called(function: &Ref<Expr>) -> Option<String> {
    let Some(Root::Name(root)) = root_of(function) else { return None };
    let parts: Option<Vec<String>> = static_path(function).into_iter().collect();
    let names = std::iter::once(root.text().to_owned()).chain(parts?);
    Some(names.collect::<Vec<_>>().join("."))
}
