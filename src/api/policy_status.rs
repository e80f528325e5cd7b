//! What the controller reports about a Policy.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::PolicySpec;

/// Observed state of a Policy. Written by the controller only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyStatus {
    /// Generation of the spec that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Compiled, InventoryReady, Enforced.
    #[serde(default)]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// Engine that evaluates the active spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<PolicyEngine>,
    /// Why it is this engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub engine_reason: Option<String>,
    /// Why the latest spec does not compile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub errors: Vec<PolicySourceError>,
    /// The last spec that compiled and passed its cases. It is what the webhooks
    /// evaluate, so that a restart keeps it and replicas agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<ActivePolicy>,
    /// Webhook replicas that evaluate the active spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforced_by: Option<EnforcedBy>,
    /// `enforcedBy` to print: `2/3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub enforced: Option<String>,
}

/// Engine that evaluates a Policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PolicyEngine {
    /// The fast one, by bytecode. Instructions and milliseconds are limited.
    Rvm,
    /// The complete one. Only milliseconds are limited.
    Interpreter,
}

/// Where a Policy does not compile, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicySourceError {
    /// The module: `spec.rego`, `spec.libs[0]`, or a case: `spec.cases[2]`.
    #[schemars(length(max = 253))]
    pub file: String,
    /// Line from 1; 0 when it is about the module as a whole.
    #[serde(default)]
    pub line: u32,
    /// Column from 1; 0 when unknown.
    #[serde(default)]
    pub column: u32,
    /// The offending line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 1024))]
    pub text: String,
    /// What is wrong and what would be right.
    #[schemars(length(max = 1024))]
    pub message: String,
}

/// A spec that compiled and passed its cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActivePolicy {
    /// Generation of the Policy that it was the spec of.
    pub generation: i64,
    /// Digest of the spec: `sha256:` and hexadecimal digits.
    #[schemars(length(max = 128))]
    pub digest: String,
    /// The spec.
    pub spec: PolicySpec,
}

/// Webhook replicas that evaluate the active spec.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnforcedBy {
    /// Those that evaluate it.
    pub current: u32,
    /// All of them.
    pub total: u32,
}

impl std::fmt::Display for EnforcedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.current, self.total)
    }
}
