//! A policy that can be run.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use regorus::rvm::Program;
use sha2::{Digest, Sha256};

use super::error::of_engine;
use super::interpreter::{self, Pool};
use super::load::{Definition, load};
use super::program;
use crate::policy::builtins::{Calls, Extensions};
use crate::policy::error::LoadError;
use crate::policy::explain::with_one;
use crate::policy::source::{Dialect, Source};

/// A rule that a policy is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entry {
    /// What is wrong with the object.
    Violation,
    /// How to change it.
    Patch,
}

impl Entry {
    /// Every entry.
    pub const ALL: [Self; 2] = [Self::Violation, Self::Patch];

    /// The rule's name.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Patch => "patch",
        }
    }
}

/// A line of a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The module's file.
    pub file: String,
    /// From 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A policy compiled for both engines, or for the interpreter alone where the
/// fast engine cannot have it. Shared by all workers, immutable.
pub struct Compiled {
    package: String,
    /// `data.<package>.<rule>`, by [`Entry::ALL`].
    paths: [Option<String>; 2],
    /// Where the definitions of the entries begin, by [`Entry::ALL`].
    definitions: [Vec<Definition>; 2],
    program: Result<Arc<Program>, String>,
    pool: Pool,
    digest: [u8; 32],
    strict: bool,
    reads_inventory: bool,
    /// What the interpreter reads.
    plain: Source,
    extensions: Extensions,
    /// The policy with one definition of an entry left, made when asked for.
    alone: Mutex<BTreeMap<(Entry, usize), Arc<Self>>>,
}

impl Compiled {
    /// Compiles a source.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn new(source: &Source) -> Result<Self, Vec<LoadError>> {
        let loaded = load(source)?;
        let calls = Calls::of(&loaded.plain, loaded.own);
        let wrong = |error: String| vec![of_engine(source, &error)];
        let extensions = calls.extensions();
        let mut engine = interpreter::engine(&loaded.plain, &extensions).map_err(wrong)?;
        let paths = Entry::ALL.map(|entry| {
            let has = loaded.entries[entry as usize];
            has.then(|| format!("data.{}.{}", loaded.package, entry.rule()))
        });
        let entries: Vec<&str> = paths.iter().flatten().map(String::as_str).collect();
        // What only shows when everything is put together.
        for entry in &entries {
            engine
                .compile_with_entrypoint(&Arc::from(*entry))
                .map_err(|error| wrong(error.to_string()))?;
        }
        let program = match loaded.interpreted {
            Some(reason) => Err(reason),
            None => interpreter::engine(&loaded.fast, &extensions)
                .and_then(|mut engine| program::compile(&mut engine, &entries, &calls.shims())),
        };
        Ok(Self {
            package: loaded.package,
            paths,
            program,
            pool: Pool::new(engine),
            digest: digest(source),
            strict: source.strict,
            reads_inventory: loaded.reads_inventory,
            definitions: loaded.definitions,
            plain: loaded.plain,
            extensions,
            alone: Mutex::default(),
        })
    }

    /// The policy's package, without `data.`.
    #[must_use]
    pub fn package(&self) -> &str {
        &self.package
    }

    /// Whether the policy has this entry.
    #[must_use]
    pub fn has(&self, entry: Entry) -> bool {
        self.path(entry).is_some()
    }

    /// `data.<package>.<rule>`: the entry point's name in the program.
    #[must_use]
    pub fn path(&self, entry: Entry) -> Option<&str> {
        self.paths[entry as usize].as_deref()
    }

    /// The fast engine's program, with all entries.
    ///
    /// # Errors
    /// Why the policy runs in the interpreter alone.
    pub fn program(&self) -> Result<&Arc<Program>, &str> {
        self.program.as_ref().map_err(String::as_str)
    }

    /// SHA-256 over everything that decides what the policy answers.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Whether an error of a builtin is an error of the policy.
    #[must_use]
    pub fn strict(&self) -> bool {
        self.strict
    }

    /// Where the definitions of an entry begin.
    #[must_use]
    pub fn definitions(&self, entry: Entry) -> Vec<Place> {
        self.definitions[entry as usize].iter().map(|definition| definition.place.clone()).collect()
    }

    /// The policy with one definition of an entry left. None if it has only one,
    /// or if it cannot be had alone.
    pub(in crate::policy) fn alone(&self, entry: Entry, index: usize) -> Option<Arc<Self>> {
        let definitions = &self.definitions[entry as usize];
        if definitions.len() < 2 {
            return None;
        }
        let mut known = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(alone) = known.get(&(entry, index)) {
            return Some(alone.clone());
        }
        let path = self.path(entry)?;
        let program = match &self.program {
            Ok(program) => Ok(with_one(program, path, index)?),
            Err(reason) => Err(reason.clone()),
        };
        let mut plain = self.plain.clone();
        for (at, definition) in definitions.iter().enumerate() {
            if at != index {
                let module = plain.modules.iter_mut().find(|m| m.file == definition.place.file)?;
                module.text = without(&module.text, definition.plain.clone())?;
            }
        }
        let engine = interpreter::engine(&plain, &self.extensions).ok()?;
        let kept = definitions.get(index)?;
        let mut kept_alone = [Vec::new(), Vec::new()];
        kept_alone[entry as usize] = vec![kept.clone()];
        let alone = Arc::new(Self {
            package: self.package.clone(),
            paths: self.paths.clone(),
            definitions: kept_alone,
            program,
            pool: Pool::new(engine),
            digest: self.digest,
            strict: self.strict,
            reads_inventory: self.reads_inventory,
            plain,
            extensions: self.extensions.clone(),
            alone: Mutex::default(),
        });
        known.insert((entry, index), alone.clone());
        Some(alone)
    }

    /// Whether the text reads `data.inventory`.
    #[must_use]
    pub fn reads_inventory(&self) -> bool {
        self.reads_inventory
    }

    pub(in crate::policy) fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("package", &self.package).finish_non_exhaustive()
    }
}

/// A text with spaces in place of what stands at `place`; lines stay.
fn without(text: &str, place: Range<usize>) -> Option<String> {
    let blank: String =
        text.get(place.clone())?.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
    Some([text.get(..place.start)?, &blank, text.get(place.end..)?].concat())
}

fn digest(source: &Source) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([u8::from(source.strict)]);
    for module in &source.modules {
        hash.update([u8::from(module.dialect == Dialect::V0)]);
        for part in [&module.file, &module.text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}
