//! Which builtins a source calls, and how each engine is told of ours.

use std::collections::BTreeSet;

use regorus::Engine;
use regorus::unstable::BUILTINS;

use super::call::{Builtin, extension};
use super::table::{Entry, find};
use crate::policy::rewrite::{Kind, tokens};
use crate::policy::source::Source;

/// The builtins of a source, by what its text says; some may be functions of its
/// own with the same name.
pub(in crate::policy) struct Calls {
    found: Vec<&'static Builtin>,
    /// Names that mean something else in some module.
    own: BTreeSet<String>,
}

/// For the interpreter, which asks extensions before its own builtins.
pub(in crate::policy) struct Extensions(Vec<&'static Builtin>);

/// For the fast engine's compiler: names that the host answers.
pub(in crate::policy) struct Shims(Vec<(&'static str, usize)>);

impl Calls {
    /// `own` are the first names of rules and imports.
    pub(in crate::policy) fn of(source: &Source, own: BTreeSet<String>) -> Self {
        let mut names = BTreeSet::new();
        for module in &source.modules {
            let mut name = String::new();
            for token in tokens(&module.text) {
                match token.kind {
                    Kind::Name if token.field => name.push_str(token.text),
                    Kind::Name => token.text.clone_into(&mut name),
                    _ if token.is(".") => name.push('.'),
                    _ if token.is("(") => {
                        names.insert(std::mem::take(&mut name));
                    }
                    _ => name.clear(),
                }
            }
        }
        let admitted = names.iter().filter_map(|name| match find(name) {
            Some(Entry::Admitted(builtin)) => Some(builtin),
            _ => None,
        });
        Self { found: admitted.collect(), own }
    }

    pub(in crate::policy) fn extensions(&self) -> Extensions {
        Extensions(self.found.clone())
    }

    pub(in crate::policy) fn shims(&self) -> Shims {
        // The compiler would ask the host before it looks for a function.
        let free = |name: &str| name.split('.').next().is_none_or(|root| !self.own.contains(root));
        let ours = self
            .found
            .iter()
            .filter(|builtin| !BUILTINS.contains_key(builtin.name) && free(builtin.name));
        Shims(ours.map(|builtin| (builtin.name, usize::from(builtin.arity))).collect())
    }
}

impl Extensions {
    pub(in crate::policy) fn add_to(&self, engine: &mut Engine) -> anyhow::Result<()> {
        for builtin in &self.0 {
            engine.add_extension(builtin.name.to_owned(), builtin.arity, extension(builtin))?;
        }
        Ok(())
    }
}

impl Shims {
    pub(in crate::policy) fn as_slice(&self) -> &[(&'static str, usize)] {
        &self.0
    }
}
