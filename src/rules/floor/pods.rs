//! What a Pod says about its tenant.

use super::types::{FloorPolicy, Validation, Variable};
use crate::names::{self, Reason};
use crate::rules::cel::{SUBRESOURCE, administers, is_resource, quoted};
use crate::rules::table::{Operation, Reach};

/// A Pod carries the tenant label of its Namespace: network policies, quota and
/// everything else that selects Pods across namespaces goes by it. A Binding may
/// carry it, because its labels become the Pod's (KEP-4742).
pub(super) const POLICY: FloorPolicy = FloorPolicy {
    name: names::FLOOR_PODS,
    rows: &["pods", "pods-subresources", "pods-binding"],
    operations: &[Operation::Create, Operation::Update],
    reach: Reach::Tenants,
    conditions: &[],
    variables: &[
        Variable { name: "tenant", expression: |_| label("namespaceObject") },
        Variable { name: "label", expression: |_| label("object") },
        Variable {
            name: "before",
            expression: |_| format!("request.operation == 'CREATE' ? '' : {}", label("oldObject")),
        },
        Variable { name: "administrator", expression: |_| administers() },
    ],
    validations: &[
        Validation {
            reason: Reason::TenantIdentityMismatch,
            sentence: "objects in this namespace belong to the tenant that the namespace's label lessor.io/tenant names; leave the label out or set it to that.",
            // One that is wrong from before may stay, and may go.
            expression: |_| {
                "variables.label in [variables.tenant, variables.before] \
                 || (variables.label == '' && variables.before != variables.tenant)"
                    .into()
            },
        },
        Validation {
            reason: Reason::InjectionMissing,
            sentence: "the Pod lacks the label lessor.io/tenant, so Lessor has not completed it; create it again when Lessor runs.",
            // Into a retained namespace only an administrator puts Pods, and
            // nothing completes them there.
            expression: |_| {
                format!(
                    "request.operation != 'CREATE' || !({}) || {SUBRESOURCE} != '' \
                     || variables.label != '' || variables.administrator",
                    is_resource("", "pods")
                )
            },
        },
    ],
};

fn label(object: &str) -> String {
    format!("{object}.metadata.?labels[?{}].orValue('')", quoted(names::TENANT_LABEL))
}
