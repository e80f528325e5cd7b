//! The engine's errors as ours: it has them as text only.

use crate::names::Reason;
use crate::policy::error::LoadError;
use crate::policy::source::{Module, Source};

/// A place that the engine named: `--> file:line:column` and a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::policy) struct Place<'a> {
    pub(in crate::policy) file: &'a str,
    pub(in crate::policy) line: u32,
    pub(in crate::policy) column: u32,
}

/// The first place in an error of the engine, and what it says.
pub(in crate::policy) fn read(error: &str) -> (Option<Place<'_>>, String) {
    let place = error.split_once("--> ").and_then(|(_, rest)| {
        let line = rest.lines().next()?;
        let mut parts = line.rsplitn(3, ':');
        let column = parts.next()?.trim().parse().ok()?;
        let number = parts.next()?.parse().ok()?;
        Some(Place { file: parts.next()?, line: number, column })
    });
    let sentence = error.split_once("error: ").map_or(error, |(_, sentence)| sentence);
    (place, sentence.trim().to_owned())
}

/// An error of the engine about `source`.
pub(super) fn of_engine(source: &Source, error: &str) -> LoadError {
    let (place, message) = read(error);
    let found = place.and_then(|place| {
        let module = source.modules.iter().find(|module| module.file == place.file)?;
        Some(at(module, place.line, place.column, message.clone(), Reason::Invalid))
    });
    found.unwrap_or_else(|| whole(source.modules.first(), message))
}

/// An error at a place of a module.
pub(in crate::policy) fn at(
    module: &Module,
    line: u32,
    column: u32,
    message: String,
    reason: Reason,
) -> LoadError {
    let index = line.saturating_sub(1) as usize;
    let text = module.text.lines().nth(index).unwrap_or_default().trim_end().to_owned();
    LoadError { file: module.file.clone(), line, column, text, message, reason }
}

/// An error about a module as a whole.
pub(in crate::policy) fn whole(module: Option<&Module>, message: String) -> LoadError {
    LoadError {
        file: module.map_or_else(String::new, |module| module.file.clone()),
        line: 0,
        column: 0,
        text: String::new(),
        message,
        reason: Reason::Invalid,
    }
}
