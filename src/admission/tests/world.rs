//! The cluster that the cases run in.

use serde_json::{Value, json};

use crate::api::{Callers, ClusterFacts, Tenant, TenantClass};
use crate::names;
use crate::snapshot::{Change, ManagedKind, NamespaceView, Snapshot};

/// Tenants `acme` (namespaces `acme`, `acme-db`, and `fresh`, which is being
/// provisioned) and `globex`, both of class `standard`; `old` is retained of
/// `initech`; `open` and `kube-system` are nobody's.
pub(super) fn world() -> Snapshot {
    custom(&json!({}), &json!({}))
}

/// The same with further fields in the class `standard`.
pub(super) fn with_class(class: &Value) -> Snapshot {
    custom(class, &json!({}))
}

/// The same with further fields in the spec of `acme`.
pub(super) fn with_tenant(spec: &Value) -> Snapshot {
    custom(&json!({}), spec)
}

/// The same with both.
pub(super) fn custom(class: &Value, acme: &Value) -> Snapshot {
    let mut snapshot = unsynced();
    let mut spec = json!({
        "podAccess": ["Exec", "Attach", "PortForward", "EphemeralContainers"],
        "storageClasses": ["standard"], "quota": {"pods": "50"},
        "limits": {"default": {"memory": "1Gi"}},
        "secrets": [{"name": "db", "keys": ["password"]}]
    });
    merge(&mut spec, class);
    for (name, spec) in
        [("standard", spec), ("weak", json!({"podSecurity": {"minimum": "baseline"}}))]
    {
        let class = json!({"apiVersion": "lessor.io/v1", "kind": "TenantClass",
            "metadata": {"name": name}, "spec": spec});
        snapshot
            .apply(Change::Class(Box::new(serde_json::from_value::<TenantClass>(class).unwrap())));
    }
    for (name, tenant) in [
        ("acme", Some("acme")),
        ("acme-db", Some("acme")),
        ("globex", Some("globex")),
        ("fresh", Some("acme")),
        ("old", Some("initech")),
        ("open", None),
        ("kube-system", None),
    ] {
        snapshot.apply(Change::Namespace(namespace(name, tenant)));
        for (kind, object) in [
            (ManagedKind::NetworkPolicy, names::DEFAULT_DENY_POLICY),
            (ManagedKind::ResourceQuota, names::QUOTA),
            (ManagedKind::LimitRange, names::LIMIT_RANGE),
        ] {
            let (namespace, name) = (name.to_owned(), object.to_owned());
            snapshot.apply(Change::Managed { kind, namespace, name, exists: true });
        }
    }
    let mut spec = json!({
        "class": "standard", "namespaces": ["acme", "acme-db", "fresh"],
        "members": [{"role": "admin", "kind": "User", "name": "alice"}],
        "secrets": [{"name": "db", "from": {"secret": "db", "keys": ["password"]},
            "mounts": [{"selector": {"matchLabels": {"app": "api"}}, "path": "/etc/db"}]}]
    });
    merge(&mut spec, acme);
    snapshot.apply(Change::Tenant(Box::new(tenant(
        "acme",
        &spec,
        &[("acme", true), ("acme-db", true), ("fresh", false)],
    ))));
    let spec = json!({"class": "standard", "namespaces": ["globex"]});
    snapshot.apply(Change::Tenant(Box::new(tenant("globex", &spec, &[("globex", true)]))));
    snapshot.apply(Change::Synced);
    snapshot
}

/// Nothing is known yet.
pub(super) fn unsynced() -> Snapshot {
    Snapshot::new(ClusterFacts::default(), Callers::of_namespace("lessor-system"))
}

/// A Tenant whose status records these namespaces, with or without a UID.
pub(super) fn tenant(name: &str, spec: &Value, namespaces: &[(&str, bool)]) -> Tenant {
    let entries: Vec<Value> = namespaces
        .iter()
        .map(|(name, known)| {
            let mut entry = json!({"name": name, "isolated": known, "ready": known});
            if *known {
                entry["uid"] = json!(format!("uid-{name}"));
            }
            entry
        })
        .collect();
    serde_json::from_value(json!({
        "apiVersion": "lessor.io/v1", "kind": "Tenant",
        "metadata": {"name": name, "uid": format!("uid-tenant-{name}")},
        "spec": spec, "status": {"namespaces": entries}
    }))
    .unwrap()
}

fn namespace(name: &str, tenant: Option<&str>) -> NamespaceView {
    let mut labels = vec![(names::NAMESPACE_NAME_LABEL.to_owned(), name.to_owned())];
    if let Some(tenant) = tenant {
        labels.push((names::TENANT_LABEL.to_owned(), tenant.to_owned()));
        labels.push((names::TENANT_UID_LABEL.to_owned(), format!("uid-tenant-{tenant}")));
    }
    NamespaceView {
        given_to: None,
        name: name.to_owned(),
        uid: format!("uid-{name}"),
        labels: labels.into_iter().collect(),
        terminating: false,
    }
}

/// Puts the fields of `more` into `into`, whole values at the top level.
pub(super) fn merge(into: &mut Value, more: &Value) {
    for (key, value) in more.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}
