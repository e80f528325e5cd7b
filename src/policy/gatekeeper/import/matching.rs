//! What a Policy matches, from what its constraint does.

use std::collections::BTreeSet;

use super::inventory::Synced;
use super::kinds::is_cluster_scoped;
use super::outcome::Findings;
use crate::api::{GroupKinds, Operation, PolicyMatch};
use crate::names::SYSTEM_NAMESPACES;
use crate::policy::gatekeeper::constraint::Constraint;
use crate::policy::gatekeeper::glob::Glob;
use crate::policy::gatekeeper::matching::{Kinds, Match, Origin, Scope, Source};
use crate::policy::gatekeeper::template::Template;

/// Kinds that are sent to a subresource, with it and the operation it takes.
/// Evictions are never asked about: a drain must always work.
const SENT: &[(&str, &str, Operation)] = &[
    ("Binding", "binding", Operation::Create),
    ("PodAttachOptions", "attach", Operation::Connect),
    ("PodExecOptions", "exec", Operation::Connect),
    ("PodPortForwardOptions", "portforward", Operation::Connect),
    ("PodProxyOptions", "proxy", Operation::Connect),
    ("Scale", "scale", Operation::Update),
    ("ServiceProxyOptions", "proxy", Operation::Connect),
];

/// What the Policy matches.
pub(super) fn of(
    template: &Template,
    constraint: &Constraint,
    synced: &Synced,
    findings: &mut Findings,
) -> PolicyMatch {
    let everything = Match::default();
    let matching = constraint.matching.as_ref().unwrap_or(&everything);
    let kinds = kinds(matching, findings);
    if kinds.is_empty() {
        findings.impossible("it matches no kind of object that a tenant can have");
    }
    if matching.namespace_selector.is_some() {
        findings.narrower(
            "namespaceSelector: of the namespaces that it selects only those of tenants are judged",
        );
    }
    if matching.source == Source::Only(Origin::Generated) {
        findings.narrower(
            "source: Generated: Gatekeeper derives these objects from workloads; the Policy \
             judges them when the workload makes them",
        );
    }
    let (subresources, mut operations) = subresources(&kinds, findings);
    operations.extend(self::operations(template, findings));
    let excluded = matching.excluded_namespaces.iter().map(Glob::as_str);
    let excluded: BTreeSet<&str> =
        excluded.chain(synced.excluded_namespaces()).filter(|glob| means_tenants(glob)).collect();
    PolicyMatch {
        kinds,
        operations: operations.into_iter().collect(),
        subresources,
        namespaces: namespaces(&matching.namespaces, findings),
        excluded_namespaces: excluded.into_iter().map(str::to_owned).collect(),
        namespace_selector: matching.namespace_selector.clone(),
        label_selector: matching.label_selector.clone(),
        name: matching.name.as_ref().map(|glob| glob.as_str().to_owned()),
        ..PolicyMatch::default()
    }
}

fn kinds(matching: &Match, findings: &mut Findings) -> Vec<GroupKinds> {
    let any = [Kinds::default()];
    let entries = if matching.kinds.is_empty() { &any } else { matching.kinds.as_slice() };
    let mut kept = Vec::new();
    let mut dropped = BTreeSet::new();
    let mut of_namespaces = false;
    for entry in entries {
        let (groups, names) = (all_or(&entry.groups), all_or(&entry.kinds));
        if names == ["*"] {
            wildcard(matching.scope, groups, &mut kept, findings);
            continue;
        }
        let mut tenants = Vec::new();
        for name in names {
            let cluster = groups.iter().all(|group| is_cluster_scoped(group, &name));
            let is_namespace = cluster && name == "Namespace";
            match (cluster, matching.scope) {
                (true, Scope::Namespaced) => {
                    findings.note(format!("{name} has no namespace, which scope wants"));
                }
                (true, _) if is_namespace => {
                    of_namespaces = true;
                    tenants.push(name);
                }
                (false, Scope::Cluster) => {
                    findings.note(format!("{name} has a namespace, against scope"));
                }
                (true, _) => drop(dropped.insert(name)),
                (false, _) => tenants.push(name),
            }
        }
        if !tenants.is_empty() {
            kept.push(GroupKinds { api_groups: groups, kinds: tenants });
        }
    }
    if of_namespaces {
        findings.narrower("of the Namespaces only those of tenants are judged");
    }
    if !dropped.is_empty() {
        let names = dropped.into_iter().collect::<Vec<_>>().join(", ");
        findings.narrower(format!("{names}: belongs to the cluster and not to a tenant"));
    }
    kept
}

/// An entry for all kinds of some groups.
fn wildcard(
    scope: Scope,
    groups: Vec<String>,
    kept: &mut Vec<GroupKinds>,
    findings: &mut Findings,
) {
    if scope != Scope::Namespaced {
        findings.narrower("of objects without a namespace only Namespaces of tenants are judged");
    }
    let covers_core = groups.iter().any(|group| group.is_empty() || group == "*");
    match scope {
        Scope::Cluster if covers_core => kept.push(GroupKinds {
            api_groups: vec![String::new()],
            kinds: vec!["Namespace".to_owned()],
        }),
        Scope::Cluster => {}
        Scope::All | Scope::Namespaced => {
            kept.push(GroupKinds { api_groups: groups, kinds: vec!["*".to_owned()] });
        }
    }
}

/// The list, or `*` alone where it lets everything through.
fn all_or(list: &[String]) -> Vec<String> {
    if list.is_empty() || list.iter().any(|text| text == "*") {
        vec!["*".to_owned()]
    } else {
        list.to_vec()
    }
}

fn namespaces(globs: &[Glob], findings: &mut Findings) -> Vec<String> {
    let mut kept = Vec::new();
    for glob in globs {
        let text = glob.as_str();
        if means_tenants(text) {
            if text != "*" && SYSTEM_NAMESPACES.iter().any(|name| glob.matches(name)) {
                findings.narrower(format!(
                    "of the namespaces {text:?} those of the platform are not judged"
                ));
            }
            kept.push(text.to_owned());
        } else {
            findings.narrower(format!("{text:?} can be no namespace of a tenant"));
        }
    }
    if kept.is_empty() && !globs.is_empty() {
        findings.impossible("it is for namespaces that no tenant can have");
    }
    kept
}

/// Whether a tenant can have a namespace that the glob means.
fn means_tenants(glob: &str) -> bool {
    !glob.is_empty() && !glob.contains(':') && !SYSTEM_NAMESPACES.contains(&glob)
}

fn subresources(
    kinds: &[GroupKinds],
    findings: &mut Findings,
) -> (Vec<String>, BTreeSet<Operation>) {
    let names = |kind: &str| kinds.iter().any(|entry| entry.kinds.iter().any(|k| k == kind));
    let core = |entry: &GroupKinds| entry.api_groups.iter().any(|g| g.is_empty() || g == "*");
    let all = |entry: &GroupKinds| entry.kinds.iter().any(|kind| kind == "*");
    let mut subresources = BTreeSet::new();
    let mut operations = BTreeSet::new();
    // An ephemeral container comes as an update of the Pod.
    if names("Pod") || kinds.iter().any(|entry| core(entry) && all(entry)) {
        subresources.insert("ephemeralcontainers".to_owned());
    }
    for (kind, subresource, operation) in SENT {
        if names(kind) {
            subresources.insert((*subresource).to_owned());
            operations.insert(*operation);
        }
    }
    if names("Eviction") {
        findings.narrower("Eviction: evictions are never judged, a drain must always work");
    }
    (subresources.into_iter().collect(), operations)
}

fn operations(template: &Template, findings: &mut Findings) -> BTreeSet<Operation> {
    let named = |operation: &Operation| {
        template.operations.iter().any(|name| name == "*" || name == operation.as_str())
    };
    if !template.operations.is_empty() {
        return Operation::ALL.into_iter().filter(named).collect();
    }
    let speaks_of = |word: &str| template.source.modules.iter().any(|m| m.text.contains(word));
    for operation in [Operation::Delete, Operation::Connect] {
        let quoted = format!("\"{}\"", operation.as_str());
        if speaks_of(&quoted) {
            findings.note(format!(
                "the Rego speaks of {quoted}, which Gatekeeper asks about only when it is \
                 installed to; if yours is, add it to spec.match.operations"
            ));
        }
    }
    BTreeSet::from([Operation::Create, Operation::Update])
}
