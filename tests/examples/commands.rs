//! The commands over the examples, as a user runs them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Runs `lessor` in the repository.
pub(super) fn lessor(args: &[&str]) -> Result<Output> {
    Ok(Command::new(env!("CARGO_BIN_EXE_lessor"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("LESSOR_LOG")
        .args(args)
        .output()?)
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(super) fn lines(output: &Output) -> Result<Vec<Value>> {
    let text = text(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

fn fits(output: &str) -> Result<()> {
    for line in output.lines() {
        ensure!(line.chars().count() <= 100, "longer than 100 columns: {line}");
        ensure!(!line.contains('\u{1b}'), "coloured without a terminal: {line:?}");
    }
    Ok(())
}

pub(super) fn demo_runs() -> Result<()> {
    let output = lessor(&["demo"])?;
    let shown = text(&output.stdout);
    ensure!(output.status.code() == Some(0), "{shown}{}", text(&output.stderr));
    ensure!(output.stderr.is_empty(), "{}", text(&output.stderr));
    fits(&shown)?;
    for expected in [
        "acme, acme-dev, each with",
        "NetworkPolicy   default-deny",
        "admitted Deployment acme/api",
        "+ spec.securityContext.runAsNonRoot: true",
        "refused  Pod acme/privileged",
        "PodSecurityViolation by rule pods/security",
        "all as expected",
        "reviews over TLS",
    ] {
        ensure!(shown.contains(expected), "no {expected:?} in\n{shown}");
    }
    Ok(())
}

pub(super) fn demo_selects() -> Result<()> {
    let output = lessor(&["demo", "--only", "denied/secret-by", "-o", "json"])?;
    ensure!(output.status.code() == Some(0), "{}", text(&output.stderr));
    let rows = lines(&output)?;
    ensure!(rows.len() == 3, "{rows:?}");
    ensure!(rows[0]["causes"][0]["reason"] == "SecretNotGranted", "{}", rows[0]);
    ensure!(rows[2]["summary"]["refused"] == 2, "{}", rows[2]);
    let nothing = lessor(&["demo", "--only", "no-such-example"])?;
    ensure!(nothing.status.code() == Some(2));
    Ok(())
}

const WITH: [&str; 4] = ["--with", "examples/tenants", "--with", "examples/classes"];

pub(super) fn check_denied() -> Result<()> {
    let mut args = vec!["check", "examples/workloads/denied"];
    args.extend(WITH);
    let readable = lessor(&args)?;
    ensure!(readable.status.code() == Some(1), "{}", text(&readable.stderr));
    let shown = text(&readable.stdout);
    fits(&shown)?;
    args.extend(["-o", "json"]);
    let output = lessor(&args)?;
    ensure!(output.status.code() == Some(1));
    let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in lines(&output)? {
        let file = row["file"].as_str().context("no file")?.to_owned();
        let causes = row["causes"].as_array().context("no causes")?;
        let reasons = causes.iter().filter_map(|cause| cause["reason"].as_str());
        given.entry(file).or_default().extend(reasons.map(str::to_owned));
        for cause in causes {
            let (path, line) =
                cause["at"].as_str().and_then(|at| at.split_once(':')).context("no place")?;
            let line: usize = line.parse()?;
            let lines = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))?;
            ensure!(line >= 1 && line <= lines.lines().count(), "{cause}");
        }
    }
    for file in super::files::workloads()?.iter().filter(|file| !file.expected.is_empty()) {
        let path = file.path.strip_prefix(env!("CARGO_MANIFEST_DIR"))?.display().to_string();
        let expected: BTreeSet<String> = file.expected.iter().cloned().collect();
        ensure!(given.get(&path) == Some(&expected), "{path}: {:?}", given.get(&path));
        ensure!(expected.iter().all(|reason| shown.contains(reason.as_str())), "{path}");
    }
    let mut args = vec!["check", "examples/workloads/allowed"];
    args.extend(WITH);
    let allowed = lessor(&args)?;
    ensure!(allowed.status.code() == Some(0), "{}", text(&allowed.stdout));
    fits(&text(&allowed.stdout))?;
    ensure!(text(&allowed.stdout).contains("OUTSIDE  Pod monitoring/node-exporter"));
    Ok(())
}

pub(super) fn check_reviews() -> Result<()> {
    let mut args = vec!["check", "examples/reviews/pod-create.json", "-o", "json"];
    args.extend(WITH);
    let output = lessor(&args)?;
    ensure!(output.status.code() == Some(0), "{}", text(&output.stderr));
    let rows = lines(&output)?;
    ensure!(rows.len() == 1 && rows[0]["name"] == "api-6f7c9d8b5-*", "{rows:?}");
    ensure!(rows[0]["patch"].as_array().is_some_and(|patch| patch.len() > 5));
    Ok(())
}

pub(super) fn render() -> Result<()> {
    let mut args = vec!["render", "examples/tenants", "-o", "json"];
    args.extend(["--with", "examples/classes"]);
    let output = lessor(&args)?;
    ensure!(output.status.code() == Some(0), "{}", text(&output.stderr));
    let objects = lines(&output)?;
    let namespaces: Vec<&str> = objects
        .iter()
        .filter(|object| object["kind"] == "Namespace")
        .filter_map(|object| object["metadata"]["name"].as_str())
        .collect();
    ensure!(namespaces.len() == 8, "{namespaces:?}");
    for namespace in namespaces {
        let denies = objects.iter().any(|object| {
            object["metadata"]["namespace"] == namespace
                && object["metadata"]["name"] == "lessor-default-deny"
        });
        ensure!(denies, "{namespace} has no default-deny policy");
    }
    Ok(())
}
