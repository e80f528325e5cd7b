//! A check that finds nothing has to show that it would.

use anyhow::Result;

use super::law::offences;
use super::paths::paths;
use super::source::{TestModule, code, without_tests};

pub(crate) fn source_is_read_right() -> Result<()> {
    let text = r##"
use a::{b, c::{self, d}, e::*}; // use x::y;
/* w /* x::y */ */ const C: char = '"'; const S: &str = r#"x::"y"#;
pub(crate) fn f<'a>(v: &'a [u8; 3]) -> std::io::Result<()> { <u8 as k::T>::m(v.len::<z::Z>()) }
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
    let found: Vec<String> =
        paths(&live).iter().map(|mention| mention.segments.join("::")).collect();
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
    let other = TestModule { name: "tests".to_owned(), path: Some("other.rs".to_owned()) };
    assert_eq!(modules, [other]);
    Ok(())
}

pub(crate) fn law_has_teeth() -> Result<()> {
    let crates = ["kube", "tokio", "serde_json", "json_patch", "jiff", "regorus"];
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
        ("admission/decide.rs", "use crate::{names::Reason, snapshot::Snapshot};"),
        ("admission/decide.rs", "use super::{request::Request, super::rules};"),
        ("admission/deep/er.rs", "use super::super::provision;"),
        ("document/tree.rs", "use json_patch::Patch;"),
        ("api/tenant.rs", "use kube::CustomResource; use std::net::IpAddr;"),
        ("admission/decide.rs", "use jiff::Timestamp; use std::time::Duration;"),
        ("webhook/review.rs", "use tokio::time; use crate::admission;"),
        ("policy/engine.rs", "// use crate::webhook;\nconst S: &str = \"crate::webhook\";"),
        ("main.rs", "use lessor::cli;"),
    ];
    for (path, text) in allowed {
        let found = offences(path, &code(text), &crates);
        assert_eq!(found, [], "{path}: {text}");
    }
    Ok(())
}
