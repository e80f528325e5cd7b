//! The floor as objects.

use std::fmt::Write as _;

use k8s_openapi::api::admissionregistration::v1::{
    MatchCondition, MatchResources, NamedRuleWithOperations, ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBindingSpec,
    ValidatingAdmissionPolicySpec, Validation, Variable,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::floor_policies;
use super::types::FloorPolicy;
use crate::rules::configurations::{namespace_selector, rules_metadata};
use crate::rules::install::Install;
use crate::rules::table::{Operation, Row};

/// The policies. Fields that the API server would fill in are written out, so
/// that what is stored can be compared with what is wanted.
#[must_use]
pub fn floor(install: &Install) -> Vec<ValidatingAdmissionPolicy> {
    let object = |policy: &FloorPolicy| ValidatingAdmissionPolicy {
        metadata: rules_metadata(install, policy.name),
        spec: Some(spec(install, policy)),
        status: None,
    };
    floor_policies().iter().map(object).collect()
}

/// What puts the policies into force.
#[must_use]
pub fn floor_bindings(install: &Install) -> Vec<ValidatingAdmissionPolicyBinding> {
    let object = |policy: &FloorPolicy| ValidatingAdmissionPolicyBinding {
        metadata: rules_metadata(install, policy.name),
        spec: Some(ValidatingAdmissionPolicyBindingSpec {
            match_resources: None,
            param_ref: None,
            policy_name: Some(policy.name.to_owned()),
            validation_actions: Some(vec!["Deny".to_owned()]),
        }),
    };
    floor_policies().iter().map(object).collect()
}

/// Everything that the floor says, as text for the digest.
pub(in crate::rules) fn described(install: &Install) -> String {
    floor_policies().iter().fold(String::new(), |mut text, policy| {
        // Debug output of owned values is deterministic and names every field.
        let _ = writeln!(text, "{} {:?}", policy.name, spec(install, policy));
        text
    })
}

fn spec(install: &Install, policy: &FloorPolicy) -> ValidatingAdmissionPolicySpec {
    let conditions = policy.conditions.iter().map(|condition| MatchCondition {
        name: condition.name.to_owned(),
        expression: (condition.expression)(install),
    });
    let variables = policy.variables.iter().map(|variable| Variable {
        name: variable.name.to_owned(),
        expression: (variable.expression)(install),
    });
    let validations = policy.validations.iter().map(|validation| Validation {
        expression: (validation.expression)(install),
        message: Some(policy.message(validation)),
        message_expression: None,
        // Without it the API server answers 422 instead of 403.
        reason: Some("Forbidden".to_owned()),
    });
    let conditions: Vec<_> = conditions.collect();
    ValidatingAdmissionPolicySpec {
        audit_annotations: None,
        failure_policy: Some("Fail".to_owned()),
        match_conditions: (!conditions.is_empty()).then_some(conditions),
        match_constraints: Some(MatchResources {
            exclude_resource_rules: None,
            match_policy: Some("Equivalent".to_owned()),
            namespace_selector: Some(namespace_selector(install, policy.reach)),
            object_selector: Some(LabelSelector::default()),
            resource_rules: Some(
                policy.rows().map(|(row, operations)| rule(row, &operations)).collect(),
            ),
        }),
        param_kind: None,
        validations: Some(validations.collect()),
        variables: Some(variables.collect()),
    }
}

fn rule(row: &Row, operations: &[Operation]) -> NamedRuleWithOperations {
    let owned = |list: &[&str]| Some(list.iter().copied().map(str::to_owned).collect());
    NamedRuleWithOperations {
        api_groups: owned(row.groups),
        api_versions: owned(row.versions),
        operations: Some(operations.iter().map(|o| o.as_str().to_owned()).collect()),
        resource_names: None,
        resources: owned(row.resources),
        scope: Some(row.scope.as_str().to_owned()),
    }
}
