//! What is wrong with a Policy, as far as that can be seen without its Rego.

use serde_json::Value;

use super::errors::Errors;
use super::{cases, inventory, matching};
use crate::api::common::FreeForm;
use crate::api::policy::{PolicyBudget, PolicySpec};
use crate::api::policy_match::Operation;
use crate::api::schema::ParametersSchema;
use crate::api::syntax::is_dns_subdomain;
use crate::api::valid::FieldError;

/// Largest spec in bytes of JSON. The status holds a second one, and etcd takes
/// at most 1.5 MiB for an object.
const MAX_SPEC: usize = 512 * 1024;
/// Most bytes of Rego.
const MAX_REGO: usize = 256 * 1024;

/// Finds everything that is wrong with a Policy but for its Rego and whether its
/// cases pass; empty when it is right.
#[must_use]
pub fn validate_policy(name: &str, policy: &PolicySpec) -> Vec<FieldError> {
    let mut errors = Errors::default();
    if !is_dns_subdomain(name) {
        errors.invalid("metadata.name", format!("`{name}` is not a DNS name such as `image-tags`"));
    }
    size(policy, &mut errors);
    matching::matching(&policy.matching, &mut errors);
    budget(policy.budget, &mut errors);
    inventory::check(&policy.inventory, &mut errors);
    mutation(policy, &mut errors);
    parameters(policy, &mut errors);
    cases::check(policy, &mut errors);
    errors.0
}

fn size(policy: &PolicySpec, errors: &mut Errors) {
    if policy.rego.trim().is_empty() {
        errors.invalid("spec.rego", "is empty; write a module with the rule `violation`");
    }
    for (i, text) in policy.libs.iter().enumerate() {
        if text.trim().is_empty() {
            errors.invalid(format!("spec.libs[{i}]"), "is empty; remove it");
        }
    }
    let rego = policy.rego.len() + policy.libs.iter().map(String::len).sum::<usize>();
    if rego > MAX_REGO {
        errors.invalid(
            "spec.rego",
            format!("rego and libs are {rego} bytes long together; at most {MAX_REGO}"),
        );
    }
    // Typed specs have text for keys and no numbers that JSON lacks.
    let whole = serde_json::to_vec(policy).map_or(0, |bytes| bytes.len());
    if whole > MAX_SPEC {
        errors.invalid(
            "spec",
            format!("is {whole} bytes long as JSON; at most {MAX_SPEC}. Leave cases out"),
        );
    }
}

fn budget(budget: PolicyBudget, errors: &mut Errors) {
    if !(1_000..=10_000_000).contains(&budget.instructions) {
        errors.invalid("spec.budget.instructions", "from 1000 to 10000000");
    }
    if !(1..=1_000).contains(&budget.milliseconds) {
        errors.invalid("spec.budget.milliseconds", "from 1 to 1000");
    }
}

fn mutation(policy: &PolicySpec, errors: &mut Errors) {
    let Some(mutation) = &policy.mutation else { return };
    if !(0..=1_000).contains(&mutation.order) {
        errors.invalid("spec.mutation.order", "from 0 to 1000");
    }
    let writes = [Operation::Create, Operation::Update];
    if !policy.matching.operations.iter().any(|operation| writes.contains(operation)) {
        errors.invalid(
            "spec.mutation",
            "what is deleted or connected to cannot be patched; add CREATE or UPDATE to spec.match.operations",
        );
    }
}

fn parameters(policy: &PolicySpec, errors: &mut Errors) {
    let Some(schema) = &policy.parameters_schema else { return };
    let schema = Value::Object(schema.clone());
    match ParametersSchema::structural(&schema, "spec.parametersSchema") {
        Err(wrong) => errors.0.extend(wrong),
        Ok(schema) => {
            let mut judge = |parameters: &FreeForm, field: &str| {
                let mut parameters = Value::Object(parameters.clone());
                schema.fill(&mut parameters);
                errors.0.extend(schema.errors(&parameters, field));
            };
            judge(&policy.parameters, "spec.parameters");
            for (i, case) in policy.cases.iter().enumerate() {
                if let Some(parameters) = &case.parameters {
                    judge(parameters, &format!("spec.cases[{i}].parameters"));
                }
            }
        }
    }
}
