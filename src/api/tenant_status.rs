//! What the controller reports about a Tenant.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::QuantityMap;

/// Observed state of a Tenant. Written by the controller only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantStatus {
    /// Generation of the spec that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Namespaces of the tenant. A name is recorded before its Namespace is
    /// created and its UID after; membership is decided by the UID.
    #[serde(default)]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub namespaces: Vec<NamespaceStatus>,
    /// How many namespaces are ready.
    #[serde(default)]
    pub ready_namespaces: i32,
    /// Secrets distributed to the tenant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretStatus>,
    /// The quota's parts, by namespace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quota: Vec<QuotaShare>,
    /// Ready, NamespacesReady, Isolated, AccessSynced, SecretsSynced, QuotaSynced, Suspended.
    #[serde(default)]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

/// One namespace of a Tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceStatus {
    /// Name of the Namespace.
    pub name: String,
    /// UID of the Namespace; absent between the intent and the create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Network isolation, quota and limits of this UID exist: Pods may be admitted.
    #[serde(default)]
    pub isolated: bool,
    /// Everything of this namespace is provisioned.
    #[serde(default)]
    pub ready: bool,
    /// Why it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One distributed secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretStatus {
    /// Name of the copy.
    pub name: String,
    /// Keyed digest of the source's granted keys; changes with every rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How many namespaces hold the current version.
    #[serde(default)]
    pub copies: i32,
    /// Why it is not distributed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A namespace's part of the tenant's quota.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuotaShare {
    /// Name of the Namespace.
    pub namespace: String,
    /// Hard limits.
    #[serde(default)]
    pub hard: QuantityMap,
}
