//! `Exemption`: one policy does not hold for something, until a date. Written
//! by administrators.
#![expect(unreachable_pub, reason = "the schema derive repeats the items in private modules")]
#![expect(clippy::duplicated_attributes, reason = "every printer column has a type")]

use k8s_openapi::jiff::Timestamp;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::WorkloadSelector;
use super::policy_match::GroupKinds;

/// Requests of one tenant that one Policy does not judge, why, and until when.
/// Every field narrows. The fixed core has no exemptions.
#[derive(
    CustomResource, KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
#[kube(
    group = "lessor.io",
    version = "v1alpha1",
    kind = "Exemption",
    plural = "exemptions",
    shortname = "lexm",
    category = "lessor",
    derive = "PartialEq",
    derive = "Default",
    doc = "Requests of one tenant that one Policy does not judge, why, and until when. Written by administrators.",
    printcolumn(
        name = "Policy",
        type_ = "string",
        description = "Policy that does not hold",
        json_path = ".spec.policy"
    ),
    printcolumn(
        name = "Tenant",
        type_ = "string",
        description = "Tenant that is exempt",
        json_path = ".spec.tenant"
    ),
    printcolumn(
        name = "Expires",
        type_ = "string",
        description = "When it ends",
        json_path = ".spec.expires"
    ),
    printcolumn(
        name = "Why",
        type_ = "string",
        description = "Why it was given",
        json_path = ".spec.reason",
        priority = 1
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
pub struct ExemptionSpec {
    /// Name of the Policy.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')").message("policy must be the name of a Policy; rules of the fixed core have no exemptions"))]
    pub policy: String,
    /// Name of the Tenant.
    #[schemars(length(min = 1, max = 63))]
    pub tenant: String,
    /// Names of namespaces; a `*` at either end stands for anything. All of the
    /// tenant's when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 64),
        inner(length(min = 1, max = 65), regex(pattern = r"^\*?[a-z0-9-]*\*?$"))
    )]
    pub namespaces: Vec<String>,
    /// Objects; all when empty.
    #[serde(default, skip_serializing_if = "ExemptObject::is_empty")]
    pub object: ExemptObject,
    /// Why it is given: a sentence or a ticket.
    #[schemars(length(min = 1, max = 512))]
    pub reason: String,
    /// When it ends, in the form of RFC 3339: `2027-03-31T00:00:00Z`.
    #[schemars(length(min = 1, max = 64), extend("format" = "date-time"))]
    pub expires: String,
}

impl ExemptionSpec {
    /// When it ends; none when that cannot be read, and then it never held.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        self.expires.parse().ok()
    }

    /// Whether it still holds at this moment.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.ends().is_some_and(|end| now < end)
    }
}

/// Which objects are exempt. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExemptObject {
    /// Kinds; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub kinds: Vec<GroupKinds>,
    /// Name of the object; a `*` at either end stands for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^\*?[^*\s/%]*\*?$"))]
    pub name: Option<String>,
    /// Labels of the object as it will be, or as it was when it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<WorkloadSelector>,
}

impl ExemptObject {
    /// Whether every object is exempt.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.name.is_none() && self.label_selector.is_none()
    }
}
