//! Objects of the API server that are rendered from the rules, and kept so.

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::{
    MutatingWebhookConfiguration, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
    ValidatingWebhookConfiguration,
};
use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::{Resource, ResourceExt as _};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::names;
use crate::rules::{RULES_VERSION, RULES_VERSION_ANNOTATION};

/// Creates or restores one object; says whether anything was written. One with
/// a higher rules version belongs to a newer binary: only its bundle is kept.
pub(super) async fn keep_one<K>(
    api: &Api<K>,
    present: Option<&K>,
    wanted: &K,
    bundle: Option<&[u8]>,
) -> Result<bool, kube::Error>
where
    K: Resource<DynamicType = ()>
        + Clone
        + DeserializeOwned
        + serde::Serialize
        + std::fmt::Debug
        + Kept,
{
    let Some(present) = present else {
        tracing::info!(name = wanted.name_any(), "creating what enforces");
        apply(api, wanted).await?;
        return Ok(true);
    };
    let version = |object: &K| -> u32 {
        let text = object.annotations().get(RULES_VERSION_ANNOTATION);
        text.and_then(|text| text.parse().ok()).unwrap_or(0)
    };
    if version(present) > RULES_VERSION {
        return keep_bundle(api, present, bundle).await;
    }
    let annotated = |(key, value)| present.annotations().get(key) == Some(value);
    let same =
        wanted.annotations().iter().all(annotated) && present.rendered() == wanted.rendered();
    let trusted =
        bundle.is_none() || present.bundles().iter().all(|seen| Some(seen.as_slice()) == bundle);
    let is_kept = same && trusted;
    if !is_kept {
        tracing::info!(name = wanted.name_any(), "restoring what enforces");
        // Replaced, not applied: what another manager has added to a list that is
        // keyed by name survives an apply, and one condition can turn an entry
        // off. Of two leaders, the one that read an older state gets a conflict.
        let mut next = present.clone().with_entries_of(wanted);
        next.labels_mut().extend(wanted.labels().clone());
        next.annotations_mut().extend(wanted.annotations().clone());
        let params = PostParams {
            field_manager: Some(names::FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        api.replace(&wanted.name_any(), &params, &next).await?;
    }
    Ok(!is_kept)
}

async fn apply<K>(api: &Api<K>, wanted: &K) -> Result<K, kube::Error>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + serde::Serialize + std::fmt::Debug,
{
    let params = PatchParams::apply(names::FIELD_MANAGER).force();
    api.patch(&wanted.name_any(), &params, &Patch::Apply(wanted)).await
}

/// Sets every `caBundle` of a newer binary's configuration and nothing else.
async fn keep_bundle<K>(
    api: &Api<K>,
    present: &K,
    bundle: Option<&[u8]>,
) -> Result<bool, kube::Error>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + std::fmt::Debug + Kept,
{
    let Some(bundle) = bundle else { return Ok(false) };
    let mut operations = vec![json!({
        "op": "test", "path": "/metadata/resourceVersion", "value": present.resource_version()
    })];
    let encoded = serde_json::to_value(ByteString(bundle.to_vec())).unwrap_or_default();
    for (index, seen) in present.bundles().iter().enumerate() {
        if seen.as_slice() != bundle {
            operations.push(json!({
                "op": "add", "path": format!("/webhooks/{index}/clientConfig/caBundle"), "value": encoded
            }));
        }
    }
    let is_stale = operations.len() > 1;
    if is_stale {
        let patch: json_patch::Patch =
            serde_json::from_value(json!(operations)).map_err(kube::Error::SerdeError)?;
        api.patch(&present.name_any(), &PatchParams::default(), &Patch::Json::<()>(patch)).await?;
    }
    Ok(is_stale)
}

/// What is kept of an object that is rendered from the rules.
pub(super) trait Kept {
    /// The `caBundle` of every entry; empty where it is absent.
    fn bundles(&self) -> Vec<Vec<u8>>;
    /// What is compared: entries without their bundles, or the spec.
    fn rendered(&self) -> serde_json::Value;
    /// This object with the entries or the spec of another and no more. Bundles that the
    /// other leaves open stay.
    fn with_entries_of(self, wanted: &Self) -> Self;
}

macro_rules! webhooks {
    ($kind:ty) => {
        impl Kept for $kind {
            fn bundles(&self) -> Vec<Vec<u8>> {
                let entries = self.webhooks.iter().flatten();
                entries
                    .map(|entry| {
                        let bundle = entry.client_config.ca_bundle.as_ref();
                        bundle.map(|bytes| bytes.0.clone()).unwrap_or_default()
                    })
                    .collect()
            }

            fn rendered(&self) -> serde_json::Value {
                let mut entries = self.webhooks.clone().unwrap_or_default();
                for entry in &mut entries {
                    entry.client_config.ca_bundle = None;
                }
                serde_json::to_value(entries).unwrap_or_default()
            }

            fn with_entries_of(mut self, wanted: &Self) -> Self {
                let present = self.webhooks.take().unwrap_or_default();
                let mut entries = wanted.webhooks.clone().unwrap_or_default();
                for entry in &mut entries {
                    if entry.client_config.ca_bundle.is_none() {
                        let same = present.iter().find(|present| present.name == entry.name);
                        entry.client_config.ca_bundle =
                            same.and_then(|present| present.client_config.ca_bundle.clone());
                    }
                }
                self.webhooks = Some(entries);
                self
            }
        }
    };
}

webhooks!(MutatingWebhookConfiguration);
webhooks!(ValidatingWebhookConfiguration);

macro_rules! specs {
    ($kind:ty) => {
        impl Kept for $kind {
            fn bundles(&self) -> Vec<Vec<u8>> {
                Vec::new()
            }

            fn rendered(&self) -> serde_json::Value {
                serde_json::to_value(&self.spec).unwrap_or_default()
            }

            fn with_entries_of(mut self, wanted: &Self) -> Self {
                self.spec.clone_from(&wanted.spec);
                self
            }
        }
    };
}

specs!(ValidatingAdmissionPolicy);
specs!(ValidatingAdmissionPolicyBinding);
