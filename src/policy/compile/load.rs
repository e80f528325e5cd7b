//! Reading a source: bounds, bridges, parsing, checks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use regorus::unstable::{Module as Tree, Rule};
use regorus::{Engine, Value};

use super::compiled::{Entry, Place};
use super::error::of_engine;
use super::interpreter::engine;
use super::program::refused;
use crate::policy::builtins::Calls;
use crate::policy::error::LoadError;
use crate::policy::lint::{CHECKS, CHECKS_OF_TESTS, Parsed, entries, size};
use crate::policy::rewrite::{
    INVENTORY, Printing, bridge, for_interpreter, heads, imports_v1, negations, operators,
};
use crate::policy::source::{Dialect, Module, Source};
use crate::policy::syntax::{Names, Places, own_names, package_path, parse, rule_path};
use crate::policy::unit::UnitTest;

/// A definition of an entry rule.
#[derive(Clone)]
pub(super) struct Definition {
    pub(super) place: Place,
    /// Its bytes in the interpreter's text.
    pub(super) plain: Range<usize>,
}

/// A source that both engines read as OPA would.
pub(super) struct Loaded {
    pub(super) package: String,
    /// Which entries there are, by `Entry::ALL`.
    pub(super) entries: [bool; 2],
    /// Definitions of the entries, in the order in which the engines have them.
    pub(super) definitions: [Vec<Definition>; 2],
    /// First names of rules and imports.
    pub(super) own: BTreeSet<String>,
    /// Whether `data.inventory` is read.
    pub(super) reads_inventory: bool,
    /// Why the fast engine cannot have it, where that shows in the text.
    pub(super) interpreted: Option<String>,
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
    let interpreted = refused(parsed.iter().map(|parsed| &parsed.tree), &names);
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
    let definitions = definitions(&trees(source, &plain)?, &plain);
    let own = own_names(parsed.iter().map(|parsed| &parsed.tree));
    let inventory = format!("input[\"{INVENTORY}\"]");
    let reads_inventory = plain.modules.iter().any(|module| module.text.contains(&inventory));
    let package = package.unwrap_or_default();
    Ok(Loaded { package, entries, definitions, own, reads_inventory, interpreted, fast, plain })
}

/// Test rules with what they test, for the interpreter alone: `with` may replace
/// `data.inventory`, so that stays where it is.
///
/// # Errors
/// Everything that is wrong with the modules.
pub(in crate::policy) fn tests_of(
    modules: &[Module],
    strict: bool,
) -> Result<(Engine, Vec<UnitTest>), Vec<LoadError>> {
    let source = Source { modules: modules.to_vec(), strict };
    let too_big: Vec<LoadError> = source.modules.iter().filter_map(size).collect();
    if !too_big.is_empty() {
        return Err(too_big);
    }
    let mut plain = bridged(&source, Printing::Kept);
    let parsed = trees(&source, &plain)?;
    let names = Names::of(parsed.iter().map(|parsed| &parsed.tree));
    let errors: Vec<LoadError> =
        CHECKS_OF_TESTS.iter().flat_map(|check| check(&parsed, &names)).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut tests = Vec::new();
    for Parsed { module, tree } in &parsed {
        let depth = package_path(tree).len();
        for rule in &tree.policy {
            let path = rule_path(tree, rule);
            if path.get(depth).is_some_and(|name| name.starts_with("test_")) {
                let place = Place { file: module.file.clone(), line: rule.span().line };
                tests.push(UnitTest { path: format!("data.{}", path.join(".")), place });
            }
        }
    }
    tests.dedup_by(|left, right| left.path == right.path);
    let own = own_names(parsed.iter().map(|parsed| &parsed.tree));
    let changes: [fn(&str, &Tree, &Names, bool) -> String; 3] = [
        |text, tree, names, _| negations(text, tree, names),
        |text, tree, _, _| heads(text, tree),
        |text, tree, _, strict| operators(text, tree, strict),
    ];
    for change in changes {
        let parsed = trees(&source, &plain)?;
        for (module, parsed) in plain.modules.iter_mut().zip(&parsed) {
            module.text = change(&module.text, &parsed.tree, &names, strict);
        }
    }
    let calls = Calls::of(&plain, own);
    let wrong = |error: String| vec![of_engine(&source, &error)];
    let mut engine = engine(&plain, &calls.extensions()).map_err(wrong)?;
    let empty = Value::from(BTreeMap::from([(Value::from("inventory"), Value::new_object())]));
    engine.add_data(empty).map_err(|error| wrong(error.to_string()))?;
    Ok((engine, tests))
}

/// The definitions of the entries; defaults are none.
fn definitions(parsed: &[Parsed<'_>], plain: &Source) -> [Vec<Definition>; 2] {
    Entry::ALL.map(|entry| {
        let Some(policy) = parsed.first() else { return Vec::new() };
        let mut path = package_path(&policy.tree);
        path.push(entry.rule().to_owned());
        let mut found = Vec::new();
        for (Parsed { tree, .. }, module) in parsed.iter().zip(&plain.modules) {
            let places = Places::of(&module.text);
            for rule in tree.policy.iter().filter(|rule| rule_path(tree, rule).starts_with(&path)) {
                if let Rule::Spec { span, .. } = rule.as_ref() {
                    let place = Place { file: module.file.clone(), line: span.line };
                    found.push(Definition { place, plain: places.span(span) });
                }
            }
        }
        found
    })
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
