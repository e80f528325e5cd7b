//! The files of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::source::{TestModule, code, without_tests};

pub(crate) struct SourceFile {
    /// From below `src/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Under a `#[cfg(test)] mod`.
    pub(crate) test: bool,
}

pub(crate) fn sources() -> Result<Vec<SourceFile>> {
    let src = root().join("src");
    let mut files = Vec::new();
    let mut tests = BTreeSet::new();
    for path in files_below(&src)? {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            let (_, modules) = without_tests(&code(&text), &text);
            tests.extend(modules.iter().map(|module| beneath(&path, module)));
            files.push((path, text));
        }
    }
    let files = files.into_iter().map(|(path, text)| SourceFile {
        test: path
            .ancestors()
            .any(|above| tests.contains(above) || tests.contains(&above.with_extension("rs"))),
        path: path.strip_prefix(&src).unwrap().display().to_string(),
        text,
    });
    Ok(files.collect())
}

/// The file of a module that `parent` declares; a folder's `mod.rs` is found by
/// way of the folder's name.
fn beneath(parent: &Path, module: &TestModule) -> PathBuf {
    let folder = parent.parent().unwrap_or(parent);
    if let Some(path) = &module.path {
        return folder.join(path);
    }
    let stem = parent.file_stem().unwrap_or_default();
    let file = format!("{}.rs", module.name);
    match stem.to_str() {
        Some("mod" | "lib" | "main") => folder.join(file),
        _ => folder.join(stem).join(file),
    }
}

/// The identifiers of the crates that `src/` can name.
pub(crate) fn dependencies() -> Result<Vec<String>> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let section = manifest.split("\n[dependencies]\n").nth(1);
    let lines = section.unwrap_or_default().lines();
    let names =
        lines.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once(" ="));
    Ok(names.map(|(name, _)| name.replace('-', "_")).collect())
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn shown(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string()
}

/// All files below a folder that belong to the repository, in a fixed order.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let foreign = ["target", ".git"].map(|name| root().join(name));
            if foreign.contains(&entry.path()) {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
