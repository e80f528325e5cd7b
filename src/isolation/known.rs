//! The closed tables of fields that these rules know. A field of a newer API
//! server than these tables may carry a meaning that nobody judged, so it is
//! refused. A test holds the tables against the types of k8s-openapi.

use serde_json::Value;

use super::Findings;
use crate::document::child;
use crate::names::Reason;

/// Fields of every object of a kind that has no `spec`.
const OBJECT: [&str; 3] = ["apiVersion", "kind", "metadata"];

pub(super) const SERVICE_SPEC: &[&str] = &[
    "allocateLoadBalancerNodePorts",
    "clusterIP",
    "clusterIPs",
    "externalIPs",
    "externalName",
    "externalTrafficPolicy",
    "healthCheckNodePort",
    "internalTrafficPolicy",
    "ipFamilies",
    "ipFamilyPolicy",
    "loadBalancerClass",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
    "ports",
    "publishNotReadyAddresses",
    "selector",
    "sessionAffinity",
    "sessionAffinityConfig",
    "trafficDistribution",
    "type",
];
pub(super) const SERVICE_PORT: &[&str] =
    &["appProtocol", "name", "nodePort", "port", "protocol", "targetPort"];
pub(super) const CLAIM_SPEC: &[&str] = &[
    "accessModes",
    "dataSource",
    "dataSourceRef",
    "resources",
    "selector",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
    "volumeName",
];
pub(super) const DATA_SOURCE: &[&str] = &["apiGroup", "kind", "name"];
pub(super) const DATA_SOURCE_REF: &[&str] = &["apiGroup", "kind", "name", "namespace"];
pub(super) const INGRESS_SPEC: &[&str] = &["defaultBackend", "ingressClassName", "rules", "tls"];
pub(super) const INGRESS_TLS: &[&str] = &["hosts", "secretName"];
pub(super) const ROLE: &[&str] = &["rules"];
pub(super) const POLICY_RULE: &[&str] =
    &["apiGroups", "nonResourceURLs", "resourceNames", "resources", "verbs"];
pub(super) const ROLE_BINDING: &[&str] = &["roleRef", "subjects"];
pub(super) const ROLE_REF: &[&str] = &["apiGroup", "kind", "name"];
pub(super) const SUBJECT: &[&str] = &["apiGroup", "kind", "name", "namespace"];
pub(super) const SERVICE_ACCOUNT: &[&str] =
    &["automountServiceAccountToken", "imagePullSecrets", "secrets"];

/// Reports the fields of `value` that the table does not know. A field that is
/// null is as good as absent. At the root of an object (`root` empty) the
/// fields of every object are known too.
pub(super) fn unknown_fields(
    value: &Value,
    known: &[&str],
    root: &str,
    rule: &'static str,
    out: &mut Findings,
) {
    for (name, field) in value.as_object().into_iter().flatten() {
        let name = name.as_str();
        let is_known = known.contains(&name) || (root.is_empty() && OBJECT.contains(&name));
        if !is_known && !field.is_null() {
            out.violation(
                rule,
                Reason::UnknownFieldForbidden,
                child(root, name),
                format!(
                    "this version of Lessor does not know the field and cannot judge it; leave it out. Known are {}.",
                    known.join(", ")
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use k8s_openapi::api::{core::v1 as core, networking::v1 as networking, rbac::v1 as rbac};
    use schemars::{JsonSchema, SchemaGenerator};
    use serde_json::json;

    use super::*;

    fn agrees<T: JsonSchema>(table: &[&str]) {
        let schema = T::json_schema(&mut SchemaGenerator::default());
        let properties = schema.get("properties").and_then(Value::as_object).unwrap();
        let names: BTreeSet<&str> = properties
            .keys()
            .map(String::as_str)
            .filter(|name| table.contains(name) || !OBJECT.contains(name))
            .collect();
        assert_eq!(names, table.iter().copied().collect(), "{}", T::schema_name());
    }

    #[test]
    fn the_tables_agree_with_the_types() {
        agrees::<core::ServiceSpec>(SERVICE_SPEC);
        agrees::<core::ServicePort>(SERVICE_PORT);
        agrees::<core::PersistentVolumeClaimSpec>(CLAIM_SPEC);
        agrees::<core::TypedLocalObjectReference>(DATA_SOURCE);
        agrees::<core::TypedObjectReference>(DATA_SOURCE_REF);
        agrees::<core::ServiceAccount>(SERVICE_ACCOUNT);
        agrees::<networking::IngressSpec>(INGRESS_SPEC);
        agrees::<networking::IngressTLS>(INGRESS_TLS);
        agrees::<rbac::Role>(ROLE);
        agrees::<rbac::PolicyRule>(POLICY_RULE);
        agrees::<rbac::RoleBinding>(ROLE_BINDING);
        agrees::<rbac::RoleRef>(ROLE_REF);
        agrees::<rbac::Subject>(SUBJECT);
    }

    #[test]
    fn unknown_fields_are_named_and_null_is_absent() {
        let mut out = Findings::default();
        let role = json!({"kind": "Role", "metadata": {}, "rules": [], "aggregationRule": null});
        unknown_fields(&role, ROLE, "", "access/role", &mut out);
        assert!(out.is_clean());
        unknown_fields(&json!({"a": 1}), ROLE, "rules[0]", "access/role", &mut out);
        assert_eq!(out.violations[0].reason, Reason::UnknownFieldForbidden);
        assert_eq!(out.violations[0].field, "rules[0].a");
    }
}
