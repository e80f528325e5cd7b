//! What is wrong with a class.

use super::errors::{Errors, listed};
use super::{limits, members};
use crate::api::cidr::Cidr;
use crate::api::cluster::ClusterFacts;
use crate::api::syntax::{is_dns_label, is_dns_subdomain};
use crate::api::tenant_class::{ApiGroupKinds, NodePool, Peer, TenantClassSpec};
use crate::api::valid::FieldError;
use crate::names::{self, Reason};

/// Groups whose objects reach beyond a namespace or decide on rights, and which
/// a class therefore cannot open. Roles and `RoleBindings` are built in, with
/// rules of their own.
const CLOSED_GROUPS: [&str; 12] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "discovery.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "node.k8s.io",
    "policy.networking.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Kinds of the core group that a class cannot open, for the same reason.
const CLOSED_CORE_KINDS: [&str; 7] = [
    "Binding",
    "Endpoints",
    "LimitRange",
    "Namespace",
    "Node",
    "PersistentVolume",
    "ResourceQuota",
];

/// Finds everything that is wrong with a class; empty when it is right.
#[must_use]
pub fn validate_class(
    name: &str,
    class: &TenantClassSpec,
    cluster: &ClusterFacts,
) -> Vec<FieldError> {
    let mut errors = Errors::default();
    if name.len() > 63 || !is_dns_subdomain(name) {
        errors.invalid(
            "metadata.name",
            format!("`{name}` must be a DNS name of at most 63 characters"),
        );
    }
    if !(1..=64).contains(&class.namespaces.max) {
        errors.invalid("spec.namespaces.max", "from 1 to 64");
    }
    roles(class, &mut errors);
    for (index, peer) in class.peers.iter().enumerate() {
        let field = format!("spec.peers[{index}]");
        if class.peers[..index].iter().any(|earlier| earlier.name == peer.name) {
            errors.invalid(format!("{field}.name"), format!("`{}` is used twice", peer.name));
        }
        check_peer(&field, peer, cluster, &mut errors);
    }
    ranges("spec.egress.cidrs", &class.egress.cidrs, &mut errors);
    pod_security(class, &mut errors);
    placement(class, &mut errors);
    errors.quantities("spec.quota", &class.quota);
    limits::check(&class.limits, &class.limits, "spec.limits", &mut errors);
    for (index, kinds) in class.allowed_kinds.iter().enumerate() {
        allowed_kinds(&format!("spec.allowedKinds[{index}]"), kinds, &mut errors);
    }
    pod_labels(class, &mut errors);
    errors.0
}

fn roles(class: &TenantClassSpec, errors: &mut Errors) {
    for (index, role) in class.roles.iter().enumerate() {
        let field = format!("spec.roles[{index}]");
        if members::is_unbindable(role) {
            errors.push(
                field,
                Reason::RoleRefForbidden,
                format!("`{role}` reaches beyond a namespace and can be given to nobody; write a ClusterRole with what members need"),
            );
        } else if role.is_empty() {
            errors.invalid(field, "name admin, edit, view or a ClusterRole");
        }
    }
}

fn check_peer(field: &str, peer: &Peer, cluster: &ClusterFacts, errors: &mut Errors) {
    if peer.name.is_empty() {
        errors.invalid(format!("{field}.name"), "a name is required");
    }
    if peer.namespaces.is_empty() == peer.cidrs.is_empty() {
        errors.invalid(field, "exactly one of namespaces and cidrs is required");
    }
    for (index, namespace) in peer.namespaces.iter().enumerate() {
        if !is_dns_label(namespace) {
            errors.invalid(
                format!("{field}.namespaces[{index}]"),
                format!("`{namespace}` is not the name of a namespace"),
            );
        }
    }
    if let Some(selector) = &peer.pod_selector {
        if !peer.cidrs.is_empty() {
            errors
                .invalid(format!("{field}.podSelector"), "address ranges have no Pods; remove it");
        }
        errors.selector(&format!("{field}.podSelector"), selector);
    }
    errors.ports(&format!("{field}.ports"), &peer.ports);
    let unnameable = cluster.unnameable_ranges();
    for (index, cidr) in ranges(&format!("{field}.cidrs"), &peer.cidrs, errors) {
        if let Some(range) = unnameable.iter().find(|range| range.contains(&cidr)) {
            errors.push(
                format!("{field}.cidrs[{index}]"),
                Reason::PeerNotAllowed,
                format!("{cidr} is inside {range}, which is shared by all tenants; name the peer's namespaces instead"),
            );
        }
    }
}

/// Reads address ranges; those that are wrong are reported and left out.
fn ranges(field: &str, texts: &[String], errors: &mut Errors) -> Vec<(usize, Cidr)> {
    let mut read = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        match Cidr::parse(text) {
            Ok(cidr) => read.push((index, cidr)),
            Err(error) => errors.invalid(format!("{field}[{index}]"), error.to_string()),
        }
    }
    read
}

fn pod_security(class: &TenantClassSpec, errors: &mut Errors) {
    let floor = &class.pod_security;
    if floor.default < floor.minimum {
        errors.invalid(
            "spec.podSecurity.default",
            format!(
                "`{}` is below the minimum `{}`",
                floor.default.as_str(),
                floor.minimum.as_str()
            ),
        );
    }
    let minor = floor.version.strip_prefix("v1.");
    let numbered = minor.is_some_and(|minor| {
        (1..=2).contains(&minor.len())
            && minor.bytes().all(|byte| byte.is_ascii_digit())
            && (minor == "0" || !minor.starts_with('0'))
    });
    if floor.version != "latest" && !numbered {
        errors.invalid(
            "spec.podSecurity.version",
            format!("`{}` is not a version; write `latest` or `v1.N`", floor.version),
        );
    }
}

fn placement(class: &TenantClassSpec, errors: &mut Errors) {
    for (index, pool) in class.node_pools.iter().enumerate() {
        let field = format!("spec.nodePools[{index}]");
        if class.node_pools[..index].iter().any(|earlier| earlier.name == pool.name) {
            errors.invalid(format!("{field}.name"), format!("`{}` is used twice", pool.name));
        }
        check_pool(&field, pool, errors);
    }
    if let Some(name) = &class.default_node_pool
        && class.node_pool(name).is_none()
    {
        errors.invalid(
            "spec.defaultNodePool",
            format!(
                "`{name}` is not in nodePools; allowed: {}",
                listed(class.node_pools.iter().map(|pool| &pool.name))
            ),
        );
    }
    if let Some(name) = &class.default_runtime_class
        && !class.runtime_classes.contains(name)
    {
        errors.invalid(
            "spec.defaultRuntimeClass",
            format!(
                "`{name}` is not in runtimeClasses; allowed: {}",
                listed(&class.runtime_classes)
            ),
        );
    }
}

fn check_pool(field: &str, pool: &NodePool, errors: &mut Errors) {
    for (key, value) in &pool.node_selector {
        errors.label(&format!("{field}.nodeSelector[{key}]"), key, Some(value));
    }
    for (index, toleration) in pool.tolerations.iter().enumerate() {
        let field = format!("{field}.tolerations[{index}]");
        if toleration.key.is_empty() {
            errors.invalid(
                format!("{field}.key"),
                "an empty key tolerates every taint; name the taint of the pool",
            );
        }
        let operator = toleration.operator.as_deref().unwrap_or("Equal");
        if !["Equal", "Exists"].contains(&operator) {
            errors.invalid(format!("{field}.operator"), "write Equal or Exists");
        }
        if operator == "Exists" && toleration.value.as_deref().is_some_and(|v| !v.is_empty()) {
            errors.invalid(format!("{field}.value"), "Exists takes no value; remove it");
        }
        let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
        if toleration.effect.as_deref().is_some_and(|effect| !effects.contains(&effect)) {
            errors.invalid(format!("{field}.effect"), format!("write one of {}", listed(effects)));
        }
    }
}

fn allowed_kinds(field: &str, entry: &ApiGroupKinds, errors: &mut Errors) {
    let own = entry.group == names::GROUP || entry.group.ends_with(".lessor.io");
    if own || CLOSED_GROUPS.contains(&entry.group.as_str()) {
        errors.push(
            format!("{field}.group"),
            Reason::KindNotAllowed,
            format!(
                "kinds of `{}` decide on more than one tenant and cannot be allowed",
                entry.group
            ),
        );
    } else if !entry.group.is_empty() && !is_dns_subdomain(&entry.group) {
        errors.invalid(
            format!("{field}.group"),
            format!(
                "`{}` is not an API group such as `cert-manager.io`; wildcards are not known",
                entry.group
            ),
        );
    }
    for (index, kind) in entry.kinds.iter().enumerate() {
        let field = format!("{field}.kinds[{index}]");
        if entry.group.is_empty() && CLOSED_CORE_KINDS.contains(&kind.as_str()) {
            errors.push(
                field,
                Reason::KindNotAllowed,
                format!("{kind} decides on more than one tenant and cannot be allowed"),
            );
        } else if !kind.starts_with(|c: char| c.is_ascii_uppercase())
            || !kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            errors.invalid(
                field,
                format!("`{kind}` is not a kind such as `Certificate`; wildcards are not known"),
            );
        }
    }
}

fn pod_labels(class: &TenantClassSpec, errors: &mut Errors) {
    for (key, value) in &class.pod_labels {
        let field = format!("spec.podLabels[{key}]");
        let domain = key.split_once('/').map_or("", |(domain, _)| domain);
        let reserved = ["lessor.io", "kubernetes.io", "k8s.io"].contains(&domain)
            || domain.ends_with(".lessor.io");
        if reserved {
            errors.push(
                &field,
                Reason::ReservedKeyForbidden,
                format!("labels of `{domain}` are reserved; use a key of your own domain"),
            );
        }
        errors.label(&field, key, Some(value));
    }
}
