//! Sources of volumes.

use super::super::containers::Pod;
use super::super::field::{Field, Item};
use super::super::offenders::{Finding, Offenders};
use super::super::text::{join_quoted, plural, quoted_list};
use serde_json::Value;

const PATH: &str = "spec.volumes";

const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// The sources that messages name. A volume with several is named by the first.
const DENIED: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

/// No directory of the node is mounted.
pub(in super::super) fn host_path(pod: Pod<'_>) -> Option<Finding> {
    let mut found = Offenders::default();
    let mut names = Vec::new();
    for volume in pod.spec(&["volumes"]).items() {
        if !volume.field(&["hostPath"]).is_unset() {
            found.add_field(volume.path(PATH, "hostPath"));
            names.push(volume.field(&["name"]).describe());
        }
    }
    found.finding("hostPath volumes", |_| quoted_list("volume", "volumes", &names))
}

/// Only sources that are local to the Pod or come through a claim or driver.
pub(in super::super) fn restricted(pod: Pod<'_>) -> Option<Finding> {
    let mut found = Offenders::default();
    let mut names = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for volume in pod.spec(&["volumes"]).items() {
        if let Some(source) = denied_source(volume) {
            found.add_field(volume.path(PATH, source));
            names.push(volume.field(&["name"]).describe());
            kinds.insert(if DENIED.contains(&source) { source } else { "unknown" });
        }
    }
    found.finding("restricted volume types", |_| {
        format!(
            "{} {} {} {}",
            quoted_list("volume", "volumes", &names),
            plural("uses", "use", names.len()),
            plural("restricted volume type", "restricted volume types", kinds.len()),
            join_quoted(&kinds)
        )
    })
}

/// The source a volume is denied for; empty if the volume cannot be read.
/// Without any source it is an `emptyDir`.
fn denied_source(volume: Item<'_>) -> Option<&str> {
    match volume.field(&[]) {
        Field::Unset => None,
        Field::Set(Value::Object(map)) => map
            .iter()
            .filter(|(_, source)| !source.is_null())
            .map(|(key, _)| key.as_str())
            .filter(|key| *key != "name" && !ALLOWED.contains(key))
            .min_by_key(|key| {
                DENIED.iter().position(|denied| denied == key).unwrap_or(DENIED.len())
            }),
        Field::Set(_) | Field::Unreadable(_) => Some(""),
    }
}
