//! A Tenant on paper, for people.

use serde_json::Value;

use super::observed::{Observed, SourceSecret};
use super::render::render;
use crate::api::{ClusterFacts, ValidTenant};
use crate::document::redact;

/// The objects that a Tenant becomes in an empty cluster, in the order of
/// their creation. Copies of secrets have their keys but no values.
#[must_use]
pub fn preview(tenant: &ValidTenant, cluster: &ClusterFacts) -> Vec<Value> {
    let mut observed = Observed::default();
    for secret in &tenant.secrets {
        let source = observed.sources.entry(secret.source.clone()).or_insert_with(|| {
            SourceSecret { kind: "Opaque".to_owned(), ..SourceSecret::default() }
        });
        source.data.extend(secret.keys.iter().map(|key| (key.clone(), String::new())));
    }
    let wanted = render(tenant, cluster, &observed);
    let mut objects = Vec::new();
    for namespace in &wanted.namespaces {
        let all = namespace.namespace.iter().chain(namespace.objects());
        objects.extend(all.map(|object| object.body.clone()));
    }
    objects.iter_mut().for_each(redact);
    objects
}
