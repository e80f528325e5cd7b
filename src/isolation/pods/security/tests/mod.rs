//! Tests of the standards. `rows` holds one line per sub-condition: a bad value
//! and its allowed twin; the other files move those around or take one aspect.

mod exemptions;
mod gates;
mod labels;
mod lists;
mod malformed;
mod messages;
mod pod_level;
mod properties;
mod rows;
mod table;

use super::{CheckFailure, Level, Version, evaluate};
use serde_json::{Value, json};

pub(super) const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A container that the restricted level admits at every version.
pub(super) fn good(name: &str) -> Value {
    json!({
        "name": name,
        "image": "registry.example/app:1",
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": true,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    })
}

/// A Pod spec with one good container in each list.
pub(super) fn good_spec() -> Value {
    json!({
        "initContainers": [good("init")],
        "containers": [good("main")],
        "ephemeralContainers": [good("debug")],
    })
}

/// Sets `path` (keys joined by dots) below `target`, making objects as needed.
pub(super) fn set(target: &mut Value, path: &str, value: Value) {
    let mut here = target;
    for key in path.split('.') {
        if !here.is_object() {
            *here = json!({});
        }
        here = &mut here[key];
    }
    *here = value;
}

/// `base` with `path` set.
pub(super) fn with(mut base: Value, path: &str, value: Value) -> Value {
    set(&mut base, path, value);
    base
}

pub(super) fn annotated(annotations: &Value) -> Value {
    json!({"annotations": annotations})
}

pub(super) fn latest(level: Level, metadata: &Value, spec: &Value) -> Vec<CheckFailure> {
    evaluate(level, Version::Latest, metadata, spec)
}

pub(super) fn baseline(spec: &Value) -> Vec<CheckFailure> {
    latest(Level::Baseline, &Value::Null, spec)
}

pub(super) fn restricted(spec: &Value) -> Vec<CheckFailure> {
    latest(Level::Restricted, &Value::Null, spec)
}

pub(super) fn failure(
    id: &'static str,
    reason: &str,
    detail: &str,
    fields: &[&str],
) -> CheckFailure {
    CheckFailure {
        id,
        reason: reason.to_owned(),
        detail: detail.to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
    }
}
