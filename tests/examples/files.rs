//! Reading the examples.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use lessor::api::{Callers, ClusterFacts};
use lessor::cluster::files::{self, Manifest};
use lessor::names;
use lessor::snapshot::Snapshot;
use serde_json::{Value, json};

pub(super) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// The world that the examples are judged in: their tenants and classes, the
/// shipped class and a namespace that is nobody's.
pub(super) fn snapshot() -> Result<Snapshot> {
    let mut known = tenants()?;
    known.push(Manifest::built_in(json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring"}
    })));
    built(&known)
}

/// The world of `lessor webhook --static` with the tenants and classes.
pub(super) fn served_snapshot() -> Result<Snapshot> {
    built(&tenants()?)
}

fn tenants() -> Result<Vec<Manifest>> {
    let mut known = files::read(&[folder("tenants"), folder("classes")])?;
    known.push(Manifest::built_in(serde_json::to_value(lessor::rules::default_class())?));
    Ok(known)
}

fn built(known: &[Manifest]) -> Result<Snapshot> {
    let callers = Callers::of_namespace(names::DEFAULT_NAMESPACE);
    Ok(files::snapshot(known, ClusterFacts::default(), callers)?)
}

/// A file below `workloads/` with what its first line expects: reasons, the
/// leading one first; none when all of it is admitted.
pub(super) struct Workload {
    pub(super) path: PathBuf,
    pub(super) expected: Vec<String>,
    pub(super) manifests: Vec<Manifest>,
}

pub(super) fn workloads() -> Result<Vec<Workload>> {
    let mut found = Vec::new();
    for path in listed(&folder("workloads/allowed"))?
        .into_iter()
        .chain(listed(&folder("workloads/denied"))?)
    {
        let text = std::fs::read_to_string(&path)?;
        let first = text.lines().next().unwrap_or_default();
        let expected = first
            .strip_prefix("# expect: ")
            .with_context(|| format!("{}: the first line expects nothing", path.display()))?;
        let reasons = expected.split(", ").filter(|reason| *reason != "allowed");
        found.push(Workload {
            expected: reasons.map(str::to_owned).collect(),
            manifests: files::parse(&path, &text)?,
            path,
        });
    }
    Ok(found)
}

/// A recorded review and the answer beside it.
pub(super) struct Recorded {
    pub(super) name: String,
    pub(super) review: Vec<u8>,
    pub(super) answer: Value,
}

pub(super) fn recorded() -> Result<Vec<Recorded>> {
    let mut found = Vec::new();
    for path in listed(&folder("reviews"))? {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".answer.json") {
            continue;
        }
        let answer = path.with_extension("answer.json");
        let answer = std::fs::read(&answer).with_context(|| answer.display().to_string())?;
        let answer = serde_json::from_slice(&answer)?;
        found.push(Recorded { name, review: std::fs::read(&path)?, answer });
    }
    Ok(found)
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}
