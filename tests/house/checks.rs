//! The checks, each a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::law::offences;
use super::paths::paths;
use super::source::{TestModule, code, line_of, without_tests};
use crate::suite::Suite;

/// No file of ours may be longer, in lines.
const LENGTH: usize = 800;
/// A longer one is reported: somebody should ask why.
const ASK_WHY: usize = 400;
/// Two copies of one of these would not understand each other's types, or cost
/// a second implementation of the same cryptography.
const ONCE: [&str; 7] = [
    "kube",
    "kube-core",
    "k8s-openapi",
    "json-patch",
    "jsonptr",
    "rustls",
    "ring",
];
const NEVER: [&str; 6] = [
    "aws-lc-rs",
    "aws-lc-sys",
    "openssl",
    "openssl-sys",
    "native-tls",
    "boring",
];
/// In halves, because this file is checked too.
const HOSTS: [[&str; 2]; 8] = [
    ["crates", ".io"],
    ["proxy.golang", ".org"],
    ["sum.golang", ".org"],
    ["index.golang", ".org"],
    ["registry.npmjs", ".org"],
    ["pypi", ".org"],
    ["pythonhosted", ".org"],
    ["rubygems", ".org"],
];
const UNFINISHED: [[&str; 2]; 4] = [
    ["TO", "DO"],
    ["FIX", "ME"],
    ["to", "do!("],
    ["unimple", "mented!("],
];

pub(crate) fn register(suite: &mut Suite) {
    suite.plain("house::source_is_read_right", source_is_read_right);
    suite.plain("house::law_has_teeth", law_has_teeth);
    suite.plain("house::import_law", import_law);
    suite.plain("house::files_are_short", files_are_short);
    suite.plain("house::mod_is_a_face", mod_is_a_face);
    suite.plain("house::nothing_is_unfinished", nothing_is_unfinished);
    suite.plain("house::one_of_each", one_of_each);
    suite.plain("house::no_registry_is_named", no_registry_is_named);
}

fn import_law() -> Result<()> {
    let crates = dependencies()?;
    ensure!(crates.contains(&"serde_json".to_owned()), "{crates:?}");
    let mut found = Vec::new();
    for file in sources()?.iter().filter(|file| !file.test) {
        let (live, _) = without_tests(&code(&file.text), &file.text);
        for (at, offence) in offences(&file.path, &live, &crates) {
            found.push(format!(
                "src/{}:{}: {offence}",
                file.path,
                line_of(&live, at)
            ));
        }
    }
    none(&found)
}

fn files_are_short() -> Result<()> {
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in files_below(&root().join(folder))? {
            let known = |extension| matches!(extension, "rs" | "go");
            if !path.extension().and_then(|e| e.to_str()).is_some_and(known) {
                continue;
            }
            let lines = fs::read_to_string(&path)?.lines().count();
            let shown = shown(&path);
            if lines > LENGTH {
                found.push(format!("{shown}: {lines} lines, the limit is {LENGTH}"));
            } else if lines > ASK_WHY {
                eprintln!("{shown}: {lines} lines, ask why");
            }
        }
    }
    none(&found)
}

fn mod_is_a_face() -> Result<()> {
    let mut found = Vec::new();
    for file in sources()?.iter().filter(|file| !file.test) {
        if file.path.ends_with("mod.rs") {
            let (live, _) = without_tests(&code(&file.text), &file.text);
            for (at, _) in live.match_indices("fn ") {
                let line = line_of(&live, at);
                found.push(format!("src/{}:{line}: a function in a mod.rs", file.path));
            }
        }
    }
    none(&found)
}

fn nothing_is_unfinished() -> Result<()> {
    let mut found = Vec::new();
    for file in sources()? {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(mark) = UNFINISHED.iter().find(|mark| line.contains(&mark.concat())) {
                found.push(format!(
                    "src/{}:{}: {}",
                    file.path,
                    number + 1,
                    mark.concat()
                ));
            }
        }
    }
    none(&found)
}

fn one_of_each() -> Result<()> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let count = |name: &str| lock.matches(&format!("\nname = \"{name}\"\n")).count();
    let mut found = Vec::new();
    for name in ONCE.iter().filter(|name| count(name) != 1) {
        found.push(format!("Cargo.lock has {} versions of {name}", count(name)));
    }
    for name in NEVER.iter().filter(|name| count(name) != 0) {
        found.push(format!("Cargo.lock has {name}"));
    }
    none(&found)
}

fn no_registry_is_named() -> Result<()> {
    let mut found = Vec::new();
    for path in files_below(&root())? {
        // Written by cargo, which names its source.
        if path.ends_with("Cargo.lock") {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        if let Some(host) = HOSTS.iter().find(|host| text.contains(&host.concat())) {
            found.push(format!("{} names {}", shown(&path), host.concat()));
        }
    }
    none(&found)
}

fn source_is_read_right() -> Result<()> {
    let text = r##"
use a::{b, c::{self, d}, e::*}; // use x::y;
/* w /* x::y */ */ const C: char = '"'; const S: &str = r#"x::"y"#;
fn f<'a>(v: &'a [u8; 3]) -> std::io::Result<()> { <u8 as k::T>::m(v.len::<z::Z>()) }
use solo;
const E: char = '\u{1F}'; const N: &str = "\"x::y"; fn g() { ::root::leaf(br"x::y") }
#[cfg(test)]
#[path = "other.rs"]
mod tests;
#[cfg(test)] fn h(x: [u8; 2]) { x::y; }
pub fn kept() -> kept::Type {}
"##;
    let blanked = code(text);
    assert_eq!(blanked.len(), text.len());
    let (live, modules) = without_tests(&blanked, text);
    let found: Vec<String> = paths(&live)
        .iter()
        .map(|mention| mention.segments.join("::"))
        .collect();
    let expected = [
        "a::b",
        "a::c::self",
        "a::c::d",
        "a::e::*",
        "std::io::Result",
        "k::T",
        "z::Z",
        "solo",
        "root::leaf",
        "kept::Type",
    ];
    assert_eq!(found, expected);
    let other = TestModule {
        name: "tests".to_owned(),
        path: Some("other.rs".to_owned()),
    };
    assert_eq!(modules, [other]);
    Ok(())
}

/// A check that finds nothing has to show that it would.
fn law_has_teeth() -> Result<()> {
    let crates = [
        "kube",
        "tokio",
        "serde_json",
        "json_patch",
        "jiff",
        "regorus",
    ];
    let crates = crates.map(str::to_owned);
    let forbidden = [
        ("admission/decide.rs", "use crate::webhook::router;"),
        ("admission/decide.rs", "use crate::{names, cluster};"),
        ("admission/decide.rs", "use super::super::provision;"),
        ("admission/mod.rs", "use super::provision;"),
        ("webhook/review.rs", "fn f() { crate::controller::run() }"),
        ("names/mod.rs", "use crate::api;"),
        ("document/tree.rs", "use tokio::time;"),
        ("document/tree.rs", "use tokio;"),
        ("api/tenant.rs", "use kube::{CustomResource, Client};"),
        ("isolation/pods.rs", "use json_patch::Patch;"),
        ("snapshot/apply.rs", "use std::{env, fmt};"),
        ("snapshot/apply.rs", "fn f() { std::time::Instant::now() }"),
        ("admission/decide.rs", "fn f() { Timestamp::now() }"),
        ("webhook/review.rs", "use regorus::Engine;"),
        ("cellar/wine.rs", ""),
    ];
    for (path, text) in forbidden {
        let found = offences(path, &code(text), &crates);
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
    }
    let allowed = [
        (
            "admission/decide.rs",
            "use crate::{names::Reason, snapshot::Snapshot};",
        ),
        (
            "admission/decide.rs",
            "use super::{request::Request, super::rules};",
        ),
        ("admission/deep/er.rs", "use super::super::provision;"),
        ("document/tree.rs", "use json_patch::Patch;"),
        (
            "api/tenant.rs",
            "use kube::CustomResource; use std::net::IpAddr;",
        ),
        (
            "admission/decide.rs",
            "use jiff::Timestamp; use std::time::Duration;",
        ),
        (
            "webhook/review.rs",
            "use tokio::time; use crate::admission;",
        ),
        (
            "policy/engine.rs",
            "// use crate::webhook;\nconst S: &str = \"crate::webhook\";",
        ),
        ("main.rs", "use lessor::cli;"),
    ];
    for (path, text) in allowed {
        let found = offences(path, &code(text), &crates);
        assert_eq!(found, [], "{path}: {text}");
    }
    Ok(())
}

struct SourceFile {
    /// From below `src/`.
    path: String,
    text: String,
    /// Under a `#[cfg(test)] mod`.
    test: bool,
}

fn sources() -> Result<Vec<SourceFile>> {
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
fn dependencies() -> Result<Vec<String>> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let section = manifest.split("\n[dependencies]\n").nth(1);
    let lines = section.unwrap_or_default().lines();
    let names = lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" ="));
    Ok(names.map(|(name, _)| name.replace('-', "_")).collect())
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string()
}

/// All files below a folder that belong to the repository, in a fixed order.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
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

fn none(found: &[String]) -> Result<()> {
    ensure!(
        found.is_empty(),
        "{} found:\n{}",
        found.len(),
        found.join("\n")
    );
    Ok(())
}
