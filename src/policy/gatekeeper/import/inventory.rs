//! The inventory that a referential template needs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::kinds::{is_cluster_scoped, is_gone, well_known};
use super::outcome::Findings;
use super::references::{self, Reference, References};
use super::text;
use crate::api::{InventoryKind, PolicyInventory};
use crate::policy::gatekeeper::document::Document;
use crate::policy::gatekeeper::object::Gvk;
use crate::policy::gatekeeper::template::Template;

/// Group, version, kind.
type Kind = (String, String, String);

/// What the Config and the SyncSets of an installation say.
#[derive(Clone, Debug, Default)]
pub(super) struct Synced {
    kinds: Vec<Kind>,
    excluded: BTreeSet<String>,
}

impl Synced {
    pub(super) fn of(documents: &[Document<'_>]) -> Self {
        let mut synced = Self::default();
        for document in documents {
            let gvk = Gvk::of(document.object);
            match (gvk.group, gvk.kind) {
                ("config.gatekeeper.sh", "Config") => {
                    synced.sync(document.object.pointer("/spec/sync/syncOnly"));
                    synced.exclude(document.object.pointer("/spec/match"));
                }
                ("syncset.gatekeeper.sh", "SyncSet") => {
                    synced.sync(document.object.pointer("/spec/gvks"));
                }
                _ => {}
            }
        }
        synced
    }

    fn sync(&mut self, entries: Option<&Value>) {
        for entry in entries.and_then(Value::as_array).into_iter().flatten() {
            let [group, version, kind] =
                ["/group", "/version", "/kind"].map(|pointer| text(entry, pointer).to_owned());
            self.kinds.push((group, version, kind));
        }
    }

    /// Namespaces that the webhook passes over, whatever the constraint.
    fn exclude(&mut self, entries: Option<&Value>) {
        let texts = |entry: &Value, key: &str| -> Vec<String> {
            let list = entry.get(key).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        for entry in entries.and_then(Value::as_array).into_iter().flatten() {
            if texts(entry, "processes").iter().any(|name| name == "*" || name == "webhook") {
                self.excluded.extend(texts(entry, "excludedNamespaces"));
            }
        }
    }

    pub(super) fn excluded_namespaces(&self) -> impl Iterator<Item = &str> {
        self.excluded.iter().map(String::as_str)
    }

    pub(super) fn notes(&self) -> Option<String> {
        let names = self.excluded.iter().cloned().collect::<Vec<_>>().join(", ");
        (!names.is_empty()).then(|| format!("the Config leaves out the namespaces {names}"))
    }
}

/// The inventory of the Policy.
pub(super) fn of(template: &Template, synced: &Synced, findings: &mut Findings) -> PolicyInventory {
    let mut references = References::default();
    for module in &template.source.modules {
        references::of(&module.text, &mut references);
    }
    if references.external_data {
        findings.impossible("the Rego calls external_data; a Policy never asks the network");
    }
    if references.namespace_object {
        findings.impossible(
            "the Rego reads input.review.namespaceObject; a Policy has input.namespace with name \
             and labels",
        );
    }
    let required = requires_sync(&template.requires_sync);
    let resolve = Resolve { required: &required, synced: &synced.kinds };
    let mut kinds = BTreeSet::new();
    for reference in &references.known {
        resolve.reference(reference, &mut kinds, findings);
    }
    if references.open > 0 {
        resolve.open(&mut kinds, findings);
    }
    if !kinds.is_empty() {
        findings.narrower("data.inventory holds objects of the tenant alone, not of the cluster");
    }
    let whole = |(group, version, kind)| InventoryKind {
        group,
        version,
        kind,
        fields: vec!["*".to_owned()],
    };
    PolicyInventory { kinds: kinds.into_iter().map(whole).collect(), indexes: Vec::new() }
}

struct Resolve<'a> {
    /// What the template's annotation asks for; of each list one is enough.
    required: &'a [Vec<Kind>],
    synced: &'a [Kind],
}

impl Resolve<'_> {
    fn reference(
        &self,
        reference: &Reference,
        kinds: &mut BTreeSet<Kind>,
        findings: &mut Findings,
    ) {
        let kind = &reference.kind;
        if reference.cluster {
            findings.impossible(format!(
                "the Rego looks up {kind}, which belongs to the cluster; a Policy's inventory \
                 holds objects of the tenant"
            ));
            return;
        }
        if let Some(group_version) = &reference.group_version {
            let (group, version) = group_version.split_once('/').unwrap_or(("", group_version));
            keep((group.to_owned(), version.to_owned(), kind.clone()), kinds, findings);
            return;
        }
        let of_kind = |known: &&Kind| known.2 == *kind;
        let required = self.required.iter().flatten().filter(of_kind).cloned().collect();
        let synced = || self.synced.iter().filter(of_kind).cloned().collect();
        let common = || {
            let (group, version) = well_known(kind)?;
            Some((group.to_owned(), version.to_owned(), kind.clone()))
        };
        match best(required).or_else(|| best(synced())).or_else(common) {
            Some(found) => keep(found, kinds, findings),
            None => findings.impossible(format!(
                "the Rego looks up {kind} of any group; name the group in the annotation \
                 metadata.gatekeeper.sh/requires-sync-data of its template"
            )),
        }
    }

    /// Look-ups whose kind is a variable: what the annotation asks for.
    fn open(&self, kinds: &mut BTreeSet<Kind>, findings: &mut Findings) {
        if self.required.is_empty() {
            // Nothing is known: an empty inventory would answer wrongly.
            if kinds.is_empty() {
                findings.impossible(
                    "which kinds the Rego looks up cannot be seen; name them in the annotation \
                     metadata.gatekeeper.sh/requires-sync-data of its template",
                );
            } else {
                findings.narrower(
                    "data.inventory is also read in a way that hides which kinds are meant; \
                     check spec.inventory",
                );
            }
            return;
        }
        for alternatives in self.required {
            let mut by_kind: Vec<&str> = alternatives.iter().map(|kind| kind.2.as_str()).collect();
            by_kind.dedup();
            for name in by_kind {
                let of_kind = alternatives.iter().filter(|kind| kind.2 == name).cloned().collect();
                if let Some(found) = best(of_kind) {
                    keep(found, kinds, findings);
                }
            }
        }
    }
}

/// Of kinds with one name in several groups and versions the one that the API
/// server lists.
fn best(mut candidates: Vec<Kind>) -> Option<Kind> {
    candidates.retain(|(group, version, _)| !is_gone(group, version));
    let common = candidates.iter().position(|(group, version, kind)| {
        well_known(kind) == Some((group.as_str(), version.as_str()))
    });
    match common {
        Some(at) => Some(candidates.swap_remove(at)),
        None => candidates.pop(),
    }
}

fn keep(kind: Kind, kinds: &mut BTreeSet<Kind>, findings: &mut Findings) {
    let (group, version, name) = &kind;
    if is_gone(group, version) {
        findings.narrower(format!(
            "{name} of {group}/{version} is looked up, which no API server has any more"
        ));
    } else if is_cluster_scoped(group, name) {
        findings.impossible(format!("{name} belongs to the cluster and not to a tenant"));
    } else if kinds.iter().any(|known| (&known.0, &known.2) == (group, name) && known.1 != *version)
    {
        findings.narrower(format!("{name} of {group} is looked up in two versions; one is kept"));
    } else {
        kinds.insert(kind);
    }
}

/// Reads the annotation: JSON in a string, sometimes quoted once more. Every
/// entry of the outer list is needed, and of an inner list one is enough
/// (gatekeeper, docs/sync).
fn requires_sync(text: &str) -> Vec<Vec<Kind>> {
    let text = text.trim();
    let unquoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let parsed = serde_json::from_str(unquoted);
    let parsed: Vec<Vec<Value>> = parsed.unwrap_or_default();
    let list = |entry: &Value, key: &str| -> Vec<String> {
        let list = entry.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let expand = |entry: &Value| {
        let mut kinds = Vec::new();
        for group in list(entry, "groups") {
            for version in list(entry, "versions") {
                let names = list(entry, "kinds").into_iter();
                kinds.extend(names.map(|kind| (group.clone(), version.clone(), kind)));
            }
        }
        kinds
    };
    parsed.iter().map(|alternatives| alternatives.iter().flat_map(expand).collect()).collect()
}
