//! A policy that can be run.

use std::fmt;
use std::sync::Arc;

use regorus::rvm::Program;
use sha2::{Digest, Sha256};

use super::error::of_engine;
use super::interpreter::{self, Pool};
use super::load::load;
use super::program;
use crate::policy::builtins::Calls;
use crate::policy::error::LoadError;
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

/// A policy compiled for both engines, or for the interpreter alone where the
/// fast engine cannot have it. Shared by all workers, immutable.
pub struct Compiled {
    pub(super) package: String,
    /// `data.<package>.<rule>`, by [`Entry::ALL`].
    pub(super) paths: [Option<String>; 2],
    pub(super) program: Result<Arc<Program>, String>,
    pub(super) pool: Pool,
    pub(super) digest: [u8; 32],
    pub(super) strict: bool,
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
        let mut engine = interpreter::engine(&loaded.plain, &calls.extensions()).map_err(wrong)?;
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
        let program = interpreter::engine(&loaded.fast, &calls.extensions())
            .and_then(|mut engine| program::compile(&mut engine, &entries, &calls.shims()));
        Ok(Self {
            package: loaded.package,
            paths,
            program,
            pool: Pool::new(engine),
            digest: digest(source),
            strict: source.strict,
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

    pub(in crate::policy) fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("package", &self.package).finish_non_exhaustive()
    }
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
