//! Reading a source: bounds, bridges, parsing, checks.

use std::collections::BTreeSet;

use super::error::of_engine;
use crate::policy::error::LoadError;
use crate::policy::lint::{CHECKS, Parsed, entries, size};
use crate::policy::rewrite::{Printing, bridge, for_interpreter, heads, imports_v1, negations};
use crate::policy::source::{Dialect, Module, Source};
use crate::policy::syntax::{Names, own_names, package_path, parse};

/// A source that both engines read as OPA would.
pub(super) struct Loaded {
    pub(super) package: String,
    /// Which entries there are, by `Entry::ALL`.
    pub(super) entries: [bool; 2],
    /// First names of rules and imports.
    pub(super) own: BTreeSet<String>,
    /// For the fast engine.
    pub(super) fast: Source,
    /// For the interpreter.
    pub(super) plain: Source,
}

/// Reads a source.
pub(super) fn load(source: &Source) -> Result<Loaded, Vec<LoadError>> {
    let too_big: Vec<LoadError> = source.modules.iter().filter_map(size).collect();
    if !too_big.is_empty() {
        return Err(too_big);
    }
    let bridged = bridged(source, Printing::Erased);
    let parsed = trees(source, &bridged)?;
    let names = Names::of(parsed.iter().map(|parsed| &parsed.tree));
    let mut errors: Vec<LoadError> =
        CHECKS.iter().flat_map(|check| check(&parsed, &names)).collect();
    let entries = entries(&parsed, &names).unwrap_or_else(|wrong| {
        errors.extend(wrong);
        [false; 2]
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    let package = parsed.first().map(|policy| package_path(&policy.tree).join("."));
    let mut fast = bridged;
    for (module, parsed) in fast.modules.iter_mut().zip(&parsed) {
        module.text = negations(&module.text, &parsed.tree, &names);
    }
    let mut plain = fast.clone();
    for (module, parsed) in plain.modules.iter_mut().zip(&trees(source, &fast)?) {
        module.text = heads(&module.text, &parsed.tree);
    }
    let parsed = trees(source, &plain)?;
    for (module, parsed) in plain.modules.iter_mut().zip(&parsed) {
        module.text = for_interpreter(&module.text, &parsed.tree, source.strict);
    }
    let own = own_names(parsed.iter().map(|parsed| &parsed.tree));
    Ok(Loaded { own, package: package.unwrap_or_default(), entries, fast, plain })
}

fn bridged(source: &Source, printing: Printing) -> Source {
    let modules = source.modules.iter().map(|module| Module {
        file: module.file.clone(),
        text: bridge(&module.text, printing).into_owned(),
        dialect: if imports_v1(&module.text) { Dialect::V1 } else { module.dialect },
    });
    Source { modules: modules.collect(), strict: source.strict }
}

/// The trees of `read`; errors show the text of `written`.
fn trees<'a>(written: &'a Source, read: &Source) -> Result<Vec<Parsed<'a>>, Vec<LoadError>> {
    let mut errors = Vec::new();
    let mut found = Vec::new();
    for (module, read) in written.modules.iter().zip(&read.modules) {
        match parse(&read.file, &read.text, read.dialect) {
            Ok(tree) => found.push(Parsed { module, tree }),
            Err(error) => errors.push(of_engine(written, &error)),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}
