//! Tests that travel with a Policy.
#![expect(unreachable_pub, reason = "the schema derive repeats the items in private modules")]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{FreeForm, LabelMap, free_form, free_forms};
use super::policy_match::Operation;

/// A request, and what the policy must say about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.object) != has(self.review)").message("exactly one of object and review is required"))]
#[x_kube(validation = Rule::new("!has(self.oldObject) || has(self.object)").message("oldObject goes with object; a review has its own").field_path(".oldObject"))]
pub struct PolicyCase {
    /// What the case shows, as a sentence.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// The object, as somebody would write it; with `DELETE` the one that goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub object: Option<FreeForm>,
    /// The object as it was, with `UPDATE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub old_object: Option<FreeForm>,
    /// The `request` of an AdmissionReview, in place of `object` and `operation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub review: Option<FreeForm>,
    /// What is done with `object`.
    #[serde(default)]
    pub operation: Operation,
    /// Parameters in place of the policy's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub parameters: Option<FreeForm>,
    /// The tenant that Rego reads as `input.tenant`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<CaseTenant>,
    /// The namespace that Rego reads as `input.namespace`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<CaseNamespace>,
    /// Objects that Rego reads as `data.inventory`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), schema_with = "free_forms")]
    pub inventory: Vec<FreeForm>,
    /// What the policy must say.
    pub expect: CaseExpectation,
}

/// A tenant of a case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseTenant {
    /// Name of the Tenant.
    #[serde(default)]
    #[schemars(length(max = 63))]
    pub name: String,
    /// Name of its class.
    #[serde(default)]
    #[schemars(length(max = 63))]
    pub class: String,
    /// Labels of the Tenant.
    #[serde(default, skip_serializing_if = "LabelMap::is_empty")]
    pub labels: LabelMap,
    /// `spec.policies.parameters` of the Tenant.
    #[serde(default, skip_serializing_if = "FreeForm::is_empty")]
    #[schemars(schema_with = "free_form")]
    pub parameters: FreeForm,
}

/// A namespace of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseNamespace {
    /// Name of the Namespace.
    #[serde(default)]
    #[schemars(length(max = 63))]
    pub name: String,
    /// Labels of the Namespace.
    #[serde(default, skip_serializing_if = "LabelMap::is_empty")]
    pub labels: LabelMap,
}

/// What a policy must say about a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseExpectation {
    /// `deny` when there is at least one violation, whatever the enforcement;
    /// `allow` when there is none.
    pub verdict: CaseVerdict,
    /// Parts of messages: each must be in the message of some violation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 512)))]
    pub messages: Vec<String>,
    /// The JSON patch operations, all of them and in order. Not compared when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_forms")]
    pub patch: Option<Vec<FreeForm>>,
}

/// Verdict of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CaseVerdict {
    /// There is no violation.
    #[default]
    Allow,
    /// There is a violation.
    Deny,
}
