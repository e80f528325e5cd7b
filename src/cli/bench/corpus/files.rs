//! Reviews from files: recorded ones, and those that manifests become.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use crate::admission::{User, offline};
use crate::cli::bench::expectation::{Expectation, Recorded};
use crate::cli::bench::values::Weighted;
use crate::cluster::files::{self, Manifest};

use super::Source;

/// What is said about files that do not say it themselves.
#[derive(Clone, Debug)]
pub(in crate::cli::bench) struct Defaults {
    /// Who asks for what a manifest holds.
    pub(in crate::cli::bench) user: User,
    /// Namespace of manifests that name none.
    pub(in crate::cli::bench) namespace: String,
    /// What reviews without an answer file are expected to get.
    pub(in crate::cli::bench) expected: Expectation,
    /// Whether answer files are used.
    pub(in crate::cli::bench) answers: bool,
}

/// Reads every review of files and folders. `NAME.answer.json` beside
/// `NAME.json` is its answer and no review; a manifest becomes the review of its
/// creation, and of the creation of what its controller would make of it.
///
/// # Errors
/// If a file cannot be read, or something in it is neither.
pub(in crate::cli::bench) fn read(
    paths: &[Weighted],
    defaults: &Defaults,
) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for Weighted { path, weight } in paths {
        let mut found = Vec::new();
        for manifest in files::read(std::slice::from_ref(path))? {
            if !is_answer(&manifest.path) {
                found.extend(of(manifest, defaults)?);
            }
        }
        anyhow::ensure!(!found.is_empty(), "{}: holds no review", path.display());
        for source in &mut found {
            source.weight = *weight;
        }
        sources.extend(found);
    }
    Ok(sources)
}

fn is_answer(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".answer.json"))
}

fn of(manifest: Manifest, defaults: &Defaults) -> anyhow::Result<Vec<Source>> {
    let name = name(&manifest);
    let at = || manifest.locate("");
    if manifest.kind() != "AdmissionReview" {
        let namespace = manifest.object.pointer("/metadata/namespace").and_then(Value::as_str);
        let namespace = namespace.unwrap_or(&defaults.namespace).to_owned();
        let mut object = manifest.object.clone();
        give_namespace(&mut object, manifest.kind(), &namespace);
        let request = offline::create(object, &namespace, &defaults.user).with_context(at)?;
        let made = offline::made_by(&request);
        let made = made.iter().map(|made| (format!("{name} ({})", made.kind.kind), made));
        let all = std::iter::once((name.clone(), &request)).chain(made);
        let source = |(name, request)| Source {
            name,
            review: offline::question(request),
            endpoint: None,
            expected: defaults.expected.clone(),
            weight: 1.0,
        };
        return Ok(all.map(source).collect());
    }
    let request = manifest.object.get("request").filter(|request| request.is_object());
    anyhow::ensure!(request.is_some(), "{}: the AdmissionReview has no request", at());
    let answer = answer(&manifest.path).filter(|_| defaults.answers);
    let (endpoint, expected) = match answer {
        Some(path) => {
            let recorded = recorded(&path)?;
            (recorded.endpoint.clone(), recorded.expectation())
        }
        None => (None, defaults.expected.clone()),
    };
    Ok(vec![Source { name, review: manifest.object, endpoint, expected, weight: 1.0 }])
}

/// The file, and the line where a file may hold more than one.
fn name(manifest: &Manifest) -> String {
    let file = manifest.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let file = file.unwrap_or_else(|| manifest.path.display().to_string());
    if manifest.line == 1 { file } else { format!("{file}:{}", manifest.line) }
}

fn give_namespace(object: &mut Value, kind: &str, namespace: &str) {
    if offline::is_cluster_scoped(kind) {
        return;
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.entry("namespace").or_insert_with(|| Value::from(namespace));
    }
}

fn answer(review: &Path) -> Option<PathBuf> {
    let path = review.with_extension("answer.json");
    path.is_file().then_some(path)
}

fn recorded(path: &Path) -> anyhow::Result<Recorded> {
    let answers = files::read(&[path.to_owned()])?;
    let answer = answers.first().map_or(&Value::Null, |manifest| &manifest.object);
    Recorded::read(answer).with_context(|| path.display().to_string())
}
