//! The checks, each a test.

use std::fs;

use anyhow::{Result, ensure};

use super::files::{dependencies, files_below, root, shown, sources};
use super::law::offences;
use super::source::{code, line_of, without_tests};
use super::teeth::{law_has_teeth, source_is_read_right};
use crate::suite::Suite;

/// No file of ours may be longer, in lines.
const LENGTH: usize = 800;
/// A longer one is reported: somebody should ask why.
const ASK_WHY: usize = 400;
/// Two copies of one of these would not understand each other's types, or cost
/// a second implementation of the same cryptography.
const ONCE: [&str; 7] =
    ["kube", "kube-core", "k8s-openapi", "json-patch", "jsonptr", "rustls", "ring"];
const NEVER: [&str; 6] =
    ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "boring"];
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
const UNFINISHED: [[&str; 2]; 4] =
    [["TO", "DO"], ["FIX", "ME"], ["to", "do!("], ["unimple", "mented!("]];

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
            found.push(format!("src/{}:{}: {offence}", file.path, line_of(&live, at)));
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
                let place = format!("src/{}:{}", file.path, line_of(&live, at));
                found.push(format!("{place}: a function in a mod.rs"));
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
                found.push(format!("src/{}:{}: {}", file.path, number + 1, mark.concat()));
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

fn none(found: &[String]) -> Result<()> {
    ensure!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
    Ok(())
}
