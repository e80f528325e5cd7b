//! What there is, of one Tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::context::Context;
use crate::api::{LabelMap, Tenant};
use crate::provision::{Kind, ObjectKey, Objects, Observed, ObservedNamespace, SourceSecret};

/// Names of a Tenant's namespaces: of its spec, or its own name, and of its status.
pub(super) fn namespaces(tenant: &Tenant) -> BTreeSet<String> {
    let own = tenant.metadata.name.iter().filter(|_| tenant.spec.namespaces.is_empty());
    let recorded = tenant.status.iter().flat_map(|status| &status.namespaces);
    let recorded = recorded.map(|entry| &entry.name);
    tenant.spec.namespaces.iter().chain(own).chain(recorded).cloned().collect()
}

/// Observes a Tenant from what the watches have seen. Only Namespaces that none
/// of them has seen are read: new ones, and ones that are not ours.
pub(super) async fn observe(context: &Context, tenant: &Tenant) -> Result<Observed, kube::Error> {
    let mut observed = Observed {
        previous: tenant.status.clone().unwrap_or_default(),
        digest_key: context.digest_key.clone(),
        ..Observed::default()
    };
    for name in namespaces(tenant) {
        let Some(namespace) = namespace(context, &name).await? else { continue };
        observed.namespaces.insert(name.clone(), namespace);
        objects(context, &name, &mut observed.objects);
    }
    let source_namespace = &context.options.facts.secret_source_namespace;
    for secret in &tenant.spec.secrets {
        let name = &secret.from.secret;
        if let Some(source) = context.caches.sources.get(source_namespace, name) {
            observed.sources.insert(name.clone(), source_secret(&source));
        }
    }
    Ok(observed)
}

async fn namespace(
    context: &Context,
    name: &str,
) -> Result<Option<ObservedNamespace>, kube::Error> {
    if let Some(seen) = context.caches.namespaces.get("", name) {
        return Ok(Some(observed_namespace(&seen)));
    }
    let key = ObjectKey::new(Kind::Namespace, "", name);
    Ok(context.writer.get(&key).await?.as_ref().map(observed_namespace))
}

fn objects(context: &Context, namespace: &str, into: &mut Objects) {
    for (kind, cache) in Kind::MANAGED.into_iter().zip(&context.caches.managed) {
        into.0.extend(
            cache
                .namespace(namespace)
                .into_iter()
                .map(|(name, object)| (ObjectKey::new(kind, namespace, name), object)),
        );
    }
    if let Some(account) = context.caches.accounts.get(namespace, "default") {
        into.0.insert(ObjectKey::new(Kind::ServiceAccount, namespace, "default"), account);
    }
}

/// What decisions read of a Namespace.
pub(super) fn observed_namespace(object: &Value) -> ObservedNamespace {
    let metadata = &object["metadata"];
    ObservedNamespace {
        uid: metadata["uid"].as_str().unwrap_or_default().to_owned(),
        labels: texts(&metadata["labels"]),
        annotations: texts(&metadata["annotations"]),
        deleting: !metadata["deletionTimestamp"].is_null(),
    }
}

fn source_secret(object: &Arc<Value>) -> SourceSecret {
    SourceSecret {
        kind: object["type"].as_str().unwrap_or_default().to_owned(),
        data: texts(&object["data"]),
    }
}

fn texts(object: &Value) -> LabelMap {
    let entries = object.as_object().into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect::<BTreeMap<_, _>>()
}
