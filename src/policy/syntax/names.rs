//! What names mean: rules and functions of all modules, imports, packages.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Module, Ref, Rule, RuleHead};

use super::references::{Root, root_of, static_path};
use super::walk::Scopes;

/// One part of a path into `data`; None is computed.
pub(in crate::policy) type Segment = Option<String>;
/// A path into `data`, with `data` itself left out.
pub(in crate::policy) type Path = Vec<Segment>;

/// What a name at the front of a reference or call stands for.
pub(in crate::policy) enum Target {
    /// A path into `data`.
    Data(Path),
    /// A variable or `input`: none of ours.
    Other,
}

/// The rules at one path.
#[derive(Default)]
pub(in crate::policy) struct Rules {
    /// Numbers of arguments of its definitions; empty for rules that are not
    /// functions.
    pub(in crate::policy) arities: BTreeSet<usize>,
    /// Whether there is a `default` of it.
    pub(in crate::policy) default: bool,
}

/// What is declared in all modules together.
pub(in crate::policy) struct Names {
    /// By path, without `data`.
    pub(in crate::policy) rules: BTreeMap<Vec<String>, Rules>,
    pub(in crate::policy) packages: BTreeSet<Vec<String>>,
}

impl Names {
    pub(in crate::policy) fn of<'a>(modules: impl IntoIterator<Item = &'a Module>) -> Self {
        let mut names = Self { rules: BTreeMap::new(), packages: BTreeSet::new() };
        for module in modules {
            for rule in &module.policy {
                let known = names.rules.entry(rule_path(module, rule)).or_default();
                match rule.as_ref() {
                    Rule::Spec { head: RuleHead::Func { args, .. }, .. } => {
                        known.arities.insert(args.len());
                    }
                    Rule::Default { args, .. } => {
                        known.default = true;
                        if !args.is_empty() {
                            known.arities.insert(args.len());
                        }
                    }
                    Rule::Spec { .. } => {}
                }
            }
            names.packages.insert(package_path(module));
        }
        names
    }

    /// Where a reference or a function's name leads.
    pub(in crate::policy) fn target(
        &self,
        module: &Module,
        expression: &Ref<Expr>,
        scopes: &Scopes<'_>,
    ) -> Target {
        let Some(Root::Name(root)) = root_of(expression) else { return Target::Other };
        let name = root.text();
        let rest = static_path(expression);
        if scopes.declares(name) || name == "input" {
            return Target::Other;
        }
        if name == "data" {
            return Target::Data(rest);
        }
        let mut own = package_path(module);
        own.push(name.to_owned());
        if self.rules.range(own.clone()..).next().is_some_and(|(path, _)| path.starts_with(&own)) {
            return Target::Data(own.into_iter().map(Some).chain(rest).collect());
        }
        match import(module, name) {
            Some(target) => match root_of(target) {
                Some(Root::Name(root)) if root.text() == "data" => {
                    Target::Data(static_path(target).into_iter().chain(rest).collect())
                }
                _ => Target::Other,
            },
            None => Target::Other,
        }
    }

    /// The rules that a path may reach: those on it and those below it.
    pub(in crate::policy) fn reached<'a>(
        &'a self,
        path: &'a [Segment],
    ) -> impl Iterator<Item = &'a Vec<String>> + 'a {
        self.rules.keys().filter(move |rule| compatible(path, rule))
    }

    /// Whether a path leads to a rule or a package.
    pub(in crate::policy) fn exists(&self, path: &[Segment]) -> bool {
        self.reached(path).next().is_some()
            || self
                .packages
                .iter()
                .any(|package| package.len() >= path.len() && compatible(path, package))
    }
}

/// Whether one may be a part of the other.
fn compatible(path: &[Segment], rule: &[String]) -> bool {
    path.iter().zip(rule).all(|(segment, name)| segment.as_ref().is_none_or(|s| s == name))
}

/// The names that rules and imports of some module have.
pub(in crate::policy) fn own_names<'a>(
    modules: impl IntoIterator<Item = &'a Module>,
) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for module in modules {
        let depth = package_path(module).len();
        names.extend(
            module.policy.iter().filter_map(|rule| rule_path(module, rule).into_iter().nth(depth)),
        );
        names.extend(module.imports.iter().filter_map(|import| match &import.r#as {
            Some(alias) => Some(alias.text().to_owned()),
            None => static_path(&import.refr).pop().flatten(),
        }));
    }
    names
}

/// The import that gives `name` its meaning.
pub(in crate::policy) fn import<'a>(module: &'a Module, name: &str) -> Option<&'a Ref<Expr>> {
    let found = module.imports.iter().find(|import| match &import.r#as {
        Some(alias) => alias.text() == name,
        None => static_path(&import.refr).last().is_some_and(|last| last.as_deref() == Some(name)),
    });
    found.map(|import| &import.refr)
}

/// A module's package, without `data`.
pub(in crate::policy) fn package_path(module: &Module) -> Vec<String> {
    whole_path(&module.package.refr)
}

/// Where a rule is, without `data`. What is computed in its head is a key of its
/// value, not a part of its name.
pub(in crate::policy) fn rule_path(module: &Module, rule: &Rule) -> Vec<String> {
    let head = match rule {
        Rule::Spec {
            head:
                RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. },
            ..
        }
        | Rule::Default { refr, .. } => refr,
    };
    let mut path = package_path(module);
    path.extend(whole_path(head));
    path
}

/// Root and parts, up to the first that is computed.
fn whole_path(expression: &Ref<Expr>) -> Vec<String> {
    let Some(Root::Name(root)) = root_of(expression) else { return Vec::new() };
    let parts = static_path(expression).into_iter().map_while(|part| part);
    std::iter::once(root.text().to_owned()).chain(parts).collect()
}
