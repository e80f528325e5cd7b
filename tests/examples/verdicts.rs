//! What the offline path says.

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lessor::admission::offline::{self, Judge};
use lessor::admission::{Decision, Endpoint, Phase, Request, User, wire};
use lessor::snapshot::Snapshot;
use serde_json::{Map, Value, json};

use super::files::{Recorded, recorded, served_snapshot, snapshot};

/// No example depends on the time.
const NOW: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

fn requests(manifests: &[lessor::cluster::files::Manifest]) -> Result<Vec<Request>> {
    let user = User { name: "developer".to_owned(), ..User::default() };
    let mut found = Vec::new();
    for manifest in manifests {
        let namespace = manifest.object.pointer("/metadata/namespace").and_then(Value::as_str);
        let request =
            offline::create(manifest.object.clone(), namespace.unwrap_or_default(), &user)?;
        let made = offline::made_by(&request);
        found.push(request);
        found.extend(made);
    }
    Ok(found)
}

pub(super) fn workloads() -> Result<()> {
    let snapshot = snapshot()?;
    let mut judge = Judge::new(&snapshot, NOW);
    let files = super::files::workloads()?;
    ensure!(files.len() > 50, "only {} files", files.len());
    for file in files {
        let mut reasons: Vec<String> = Vec::new();
        for mut request in requests(&file.manifests)? {
            for violation in judge.review(&mut request).violations {
                let reason = violation.reason.to_string();
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
        let mut sorted = (reasons.clone(), file.expected.clone());
        sorted.0.sort();
        sorted.1.sort();
        let leads = reasons.first() == file.expected.first();
        ensure!(
            leads && sorted.0 == sorted.1,
            "{}: got {reasons:?}, expected {:?}",
            file.path.display(),
            file.expected
        );
    }
    Ok(())
}

pub(super) fn idempotent() -> Result<()> {
    let snapshot = snapshot()?;
    let mutating = Endpoint { phase: Phase::Mutating, administrator: false };
    for file in super::files::workloads()?.iter().filter(|file| file.expected.is_empty()) {
        for mut request in requests(&file.manifests)? {
            let path = file.path.display();
            let before = request.object.clone().context("no object")?;
            let first = decided(&mut request, mutating, &snapshot);
            let mut patched = before;
            json_patch::patch(&mut patched, &first.patch)?;
            ensure!(
                Some(&patched) == request.object.as_ref(),
                "{path}: the patch tells less than was done"
            );
            let second = decided(&mut request, mutating, &snapshot);
            ensure!(second.patch.is_empty(), "{path}: patched again: {:?}", second.patch);
            let text = serde_json::to_string(&first.patch)?;
            ensure!(!text.contains("\"test\"") && !text.contains("\"move\""), "{path}: {text}");
        }
    }
    Ok(())
}

fn decided(request: &mut Request, endpoint: Endpoint, snapshot: &Snapshot) -> Decision {
    Judge::new(snapshot, NOW).decide(request, endpoint)
}

/// The answer to a review as bytes, by the offline path.
pub(super) fn answer(recorded: &Recorded, snapshot: &Snapshot) -> Result<Vec<u8>> {
    let path = recorded.answer["endpoint"].as_str().context("no endpoint")?;
    let (_, endpoint) =
        Endpoint::ALL.into_iter().find(|(known, _)| *known == path).context("unknown endpoint")?;
    let mut request = wire::parse(&recorded.review)
        .map_err(|rejected| anyhow::anyhow!("{}: {}", recorded.name, rejected.message))?;
    let decision = decided(&mut request, endpoint, snapshot);
    Ok(wire::answer(&request.uid, &decision))
}

pub(super) fn reviews() -> Result<()> {
    let snapshot = served_snapshot()?;
    let all = recorded()?;
    ensure!(all.len() >= 30, "only {} reviews", all.len());
    for recorded in all {
        let asked: Value = serde_json::from_slice(&recorded.review)?;
        let given: Value = serde_json::from_slice(&answer(&recorded, &snapshot)?)?;
        let response = &given["response"];
        ensure!(response["uid"] == asked["request"]["uid"], "{}: another uid", recorded.name);
        let read = read_answer(&recorded.answer["endpoint"], response)?;
        ensure!(read == recorded.answer, "{}: got {read:#}", recorded.name);
    }
    Ok(())
}

/// An answer in the form of the files: the patch decoded, the leading cause only.
fn read_answer(endpoint: &Value, response: &Value) -> Result<Value> {
    let mut read = Map::new();
    read.insert("endpoint".to_owned(), endpoint.clone());
    read.insert("allowed".to_owned(), response["allowed"].clone());
    if let Some(status) = response.get("status") {
        let leading = &status["details"]["causes"][0];
        read.insert("code".to_owned(), status["code"].clone());
        read.insert("reason".to_owned(), leading["reason"].clone());
        read.insert("field".to_owned(), leading["field"].clone());
    }
    if let Some(patch) = response["patch"].as_str() {
        ensure!(response["patchType"] == json!("JSONPatch"));
        read.insert("patch".to_owned(), serde_json::from_slice(&STANDARD.decode(patch)?)?);
    }
    if let Some(warnings) = response.get("warnings") {
        read.insert("warnings".to_owned(), warnings.clone());
    }
    Ok(Value::Object(read))
}
