//! Files become the world that an offline command judges in.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::admission::offline::is_cluster_scoped;
use crate::api::{Callers, ClusterFacts};
use crate::cluster::files::{self, Manifest};
use crate::names;
use crate::rules;
use crate::settings::ClusterArgs;
use crate::snapshot::Snapshot;

/// What an offline command knows and what it reviews.
pub(super) struct World {
    pub(super) snapshot: Snapshot,
    pub(super) reviewed: Vec<Manifest>,
    /// Said once to the user: what was assumed.
    pub(super) notes: Vec<String>,
}

impl World {
    /// Reads `files`, which are reviewed, and `with`, which are only known.
    pub(super) fn load(
        files: &[PathBuf],
        with: &[PathBuf],
        default_namespace: Option<&str>,
        cluster: &ClusterArgs,
    ) -> anyhow::Result<Self> {
        let (reviewed, known) = (files::read(files)?, files::read(with)?);
        Self::of(reviewed, known, default_namespace, cluster.facts(), cluster.callers())
    }

    /// A class that is named `default` and not among the manifests is the
    /// shipped one; with no Tenant at all, one of class `default` is assumed
    /// that owns every namespace named.
    pub(super) fn of(
        mut reviewed: Vec<Manifest>,
        known: Vec<Manifest>,
        default_namespace: Option<&str>,
        facts: ClusterFacts,
        callers: Callers,
    ) -> anyhow::Result<Self> {
        let mut notes = Vec::new();
        let mut all: Vec<Manifest> = known.into_iter().chain(reviewed.iter().cloned()).collect();
        let is = |manifest: &Manifest, kind: &str| {
            manifest.group() == names::GROUP && manifest.kind() == kind
        };
        let no_tenant = !all.iter().any(|m| is(m, "Tenant"));
        if !files::has_class(&all, names::DEFAULT_CLASS) {
            all.push(Manifest::built_in(serde_json::to_value(rules::default_class())?));
        }
        let tenant_namespace = first_namespace(&all);
        let fallback = default_namespace
            .map(str::to_owned)
            .or(tenant_namespace)
            .unwrap_or_else(|| ASSUMED.to_owned());
        for manifest in &mut reviewed {
            give_namespace(&mut manifest.object, &fallback, no_tenant);
        }
        let namespaces = namespaces_of(&reviewed, &facts);
        if no_tenant && !namespaces.is_empty() {
            notes.push(format!(
                "no Tenant given: judged as a tenant of the shipped class \"{}\" that owns {}; say --with to use your own",
                names::DEFAULT_CLASS,
                namespaces.iter().cloned().collect::<Vec<_>>().join(", ")
            ));
            all.push(Manifest::built_in(json!({
                "apiVersion": "lessor.io/v1", "kind": "Tenant",
                "metadata": {"name": ASSUMED},
                "spec": {"namespaces": namespaces}
            })));
        }
        notes.extend(system_namespaces(&reviewed, &facts));
        let mut snapshot = files::snapshot(&all, facts, callers)?;
        for namespace in namespaces {
            if snapshot.namespace(&namespace).is_none() {
                snapshot.apply(crate::snapshot::Change::Namespace(
                    crate::snapshot::NamespaceView {
                        uid: format!("static-{namespace}"),
                        name: namespace,
                        ..Default::default()
                    },
                ));
            }
        }
        Ok(Self { snapshot, reviewed, notes })
    }
}

/// Name of the tenant that is assumed when none is given.
const ASSUMED: &str = "example";

fn first_namespace(manifests: &[Manifest]) -> Option<String> {
    let mut tenants =
        manifests.iter().filter(|m| m.group() == names::GROUP && m.kind() == "Tenant");
    let only = tenants.next().filter(|_| tenants.next().is_none())?;
    let at = |pointer| only.object.pointer(pointer);
    let named = at("/spec/namespaces/0").or_else(|| at("/metadata/name"));
    named.and_then(Value::as_str).map(str::to_owned)
}

/// Objects that name no namespace get one. Without a Tenant, `default` is as
/// good as none: no tenant can own it, and nothing in it would be judged.
fn give_namespace(object: &mut Value, fallback: &str, no_tenant: bool) {
    let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
    let (kind, group) = (text("kind"), text("apiVersion").split_once('/').map_or("", |(g, _)| g));
    if is_cluster_scoped(group, kind) || kind == "AdmissionReview" {
        return;
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        let named = metadata.get("namespace").and_then(Value::as_str).unwrap_or_default();
        if named.is_empty() || (no_tenant && named == "default") {
            metadata.insert("namespace".to_owned(), Value::from(fallback));
        }
    }
}

/// Objects in these are not judged, which a user may not have meant.
fn system_namespaces(reviewed: &[Manifest], facts: &ClusterFacts) -> Option<String> {
    let mut named = all_namespaces(reviewed);
    named.retain(|namespace| facts.is_system_namespace(namespace));
    let listed = named.into_iter().collect::<Vec<_>>().join(", ");
    (!listed.is_empty())
        .then(|| format!("{listed} can never be a tenant's: what is there is not judged"))
}

fn namespaces_of(manifests: &[Manifest], facts: &ClusterFacts) -> BTreeSet<String> {
    let mut named = all_namespaces(manifests);
    named.retain(|namespace| !facts.is_system_namespace(namespace));
    named
}

fn all_namespaces(manifests: &[Manifest]) -> BTreeSet<String> {
    manifests
        .iter()
        .filter_map(|manifest| {
            let object = &manifest.object;
            let pointer = if manifest.kind() == "AdmissionReview" {
                "/request/namespace"
            } else {
                "/metadata/namespace"
            };
            object.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
        })
        .collect()
}
