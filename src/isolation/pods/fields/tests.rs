use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::PodSpec;
use serde_json::{Value, json};

use super::pod::POD_SPEC;
use super::shape::{Shape, Type};
use super::*;
use crate::document::Field;
use crate::isolation::Findings;
use crate::names::Reason;

/// Fields that came after 1.33, with what was decided about each.
const NEWER: &[(&str, u8, &str)] = &[
    ("ClusterTrustBundleProjection.user", 37, "owner of a file in the Pod's own volume"),
    ("ConfigMapVolumeSource.defaultUser", 37, "owner of a file in the Pod's own volume"),
    ("Container.restartPolicyRules", 34, "restarts of the Pod's own containers"),
    ("ContainerRestartRule.action", 34, "restarts of the Pod's own containers"),
    ("ContainerRestartRule.exitCodes", 34, "restarts of the Pod's own containers"),
    ("ContainerRestartRuleOnExitCodes.operator", 34, "restarts of the Pod's own containers"),
    ("ContainerRestartRuleOnExitCodes.values", 34, "restarts of the Pod's own containers"),
    ("DownwardAPIVolumeFile.user", 37, "owner of a file in the Pod's own volume"),
    ("DownwardAPIVolumeSource.defaultUser", 37, "owner of a file in the Pod's own volume"),
    ("EmptyDirVolumeSource.mode", 37, "mode of the Pod's own volume"),
    ("EnvVarSource.fileKeyRef", 34, "reads a file of the Pod's own emptyDir"),
    ("EphemeralContainer.restartPolicyRules", 34, "refused by the API server"),
    ("FileKeySelector.key", 34, "reads a file of the Pod's own emptyDir"),
    ("FileKeySelector.optional", 34, "reads a file of the Pod's own emptyDir"),
    ("FileKeySelector.path", 34, "reads a file of the Pod's own emptyDir"),
    ("FileKeySelector.volumeName", 34, "reads a file of the Pod's own emptyDir"),
    ("GRPCAction.mode", 37, "how the kubelet probes the Pod itself"),
    ("HTTPGetAction.protocol", 37, "how the kubelet probes the Pod itself"),
    ("KeyToPath.user", 37, "owner of a file in the Pod's own volume"),
    ("PodCertificateProjection.certificateChainPath", 34, "the source is refused: pods/tokens"),
    ("PodCertificateProjection.credentialBundlePath", 34, "the source is refused: pods/tokens"),
    ("PodCertificateProjection.keyPath", 34, "the source is refused: pods/tokens"),
    ("PodCertificateProjection.keyType", 34, "the source is refused: pods/tokens"),
    ("PodCertificateProjection.maxExpirationSeconds", 34, "the source is refused: pods/tokens"),
    ("PodCertificateProjection.signerName", 34, "the source is refused: pods/tokens"),
    ("PodCertificateProjection.user", 37, "the source is refused: pods/tokens"),
    ("PodCertificateProjection.userAnnotations", 35, "the source is refused: pods/tokens"),
    ("PodSchedulingGroup.podGroupName", 36, "an object of the Pod's own namespace"),
    ("PodSpec.hostnameOverride", 34, "the name the Pod sees, not its DNS name"),
    ("PodSpec.schedulingGroup", 36, "an object of the Pod's own namespace"),
    ("PodSpec.workloadRef", 35, "an object of the Pod's own namespace; gone in 1.36"),
    ("ProjectedVolumeSource.defaultUser", 37, "owner of a file in the Pod's own volume"),
    ("SecretVolumeSource.defaultUser", 37, "owner of a file in the Pod's own volume"),
    ("ServiceAccountTokenProjection.user", 37, "owner of a file in the Pod's own volume"),
    ("VolumeMount.bindMountOptions", 37, "noexec, nodev, nosuid: only narrows"),
    ("VolumeProjection.podCertificate", 34, "refused: pods/tokens"),
    ("WorkloadReference.name", 35, "an object of the Pod's own namespace"),
    ("WorkloadReference.podGroup", 35, "an object of the Pod's own namespace"),
    ("WorkloadReference.podGroupReplicaKey", 35, "an object of the Pod's own namespace"),
];

fn types() -> Vec<&'static Type> {
    fn visit(holder: &'static Type, seen: &mut Vec<&'static Type>) {
        if seen.iter().any(|t| t.name == holder.name) {
            return;
        }
        seen.push(holder);
        for known in holder.fields {
            let mut shape = known.shape;
            while let Shape::List(inner) | Shape::Map(inner) = shape {
                shape = *inner;
            }
            if let Shape::Object(inner) = shape {
                visit(inner, seen);
            }
        }
    }
    let mut seen = Vec::new();
    visit(&POD_SPEC, &mut seen);
    seen
}

fn newer() -> impl Iterator<Item = (String, u8)> {
    types().into_iter().flat_map(|holder| {
        holder
            .fields
            .iter()
            .filter(|known| known.since > 33)
            .map(|known| (format!("{}.{}", holder.name, known.name), known.since))
    })
}

#[test]
fn fields_after_1_33_are_listed_with_a_decision() {
    let table: BTreeSet<_> = newer().collect();
    let listed: BTreeSet<_> =
        NEWER.iter().map(|(name, since, _)| ((*name).to_owned(), *since)).collect();
    assert_eq!(table, listed);
}

/// Resolves references, alone or inside a single `allOf`.
fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    reference.map_or(schema, |reference| {
        let pointer = reference.trim_start_matches('#');
        resolve(root.pointer(pointer).unwrap_or_else(|| panic!("{reference}")), root)
    })
}

fn compare(schema: &Value, root: &Value, shape: Shape, path: &str, compared: &mut usize) {
    *compared += 1;
    let reference = schema.to_string();
    let schema = resolve(schema, root);
    let kind = schema["type"].as_str().unwrap_or("");
    let special = |name: &str| reference.contains(name);
    match shape {
        Shape::Boolean => assert_eq!(kind, "boolean", "{path}"),
        Shape::Integer => assert_eq!(kind, "integer", "{path}"),
        Shape::String | Shape::SecretName => assert_eq!(kind, "string", "{path}"),
        Shape::Quantity => assert!(special("Quantity"), "{path}"),
        Shape::IntOrString => assert!(special("IntOrString"), "{path}"),
        Shape::Anything => assert!(special("FieldsV1"), "{path}"),
        Shape::List(inner) => {
            assert_eq!(kind, "array", "{path}");
            compare(&schema["items"], root, *inner, &format!("{path}[]"), compared);
        }
        Shape::Map(inner) => {
            assert_eq!(kind, "object", "{path}");
            let values = &schema["additionalProperties"];
            compare(values, root, *inner, &format!("{path}{{}}"), compared);
        }
        Shape::Object(holder) => {
            assert_eq!(kind, "object", "{path}");
            let empty = serde_json::Map::new();
            let properties = schema["properties"].as_object().unwrap_or(&empty);
            let theirs: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
            let ours: BTreeSet<&str> =
                holder.fields.iter().filter(|k| k.since <= 33).map(|k| k.name).collect();
            assert_eq!(ours, theirs, "{path} ({})", holder.name);
            for known in holder.fields.iter().filter(|k| k.since <= 33) {
                let path = format!("{path}.{}", known.name);
                compare(&properties[known.name], root, known.shape, &path, compared);
            }
        }
    }
}

#[test]
fn the_table_is_the_schema_of_the_types() {
    let schema = serde_json::to_value(schemars::schema_for!(PodSpec)).unwrap();
    let mut compared = 0;
    compare(&schema, &schema, Shape::Object(&POD_SPEC), "spec", &mut compared);
    assert!(compared > 1000, "{compared}");
}

#[test]
fn every_name_of_a_secret_has_its_own_shape() {
    for holder in types() {
        for known in holder.fields {
            let is_name = matches!(known.name, "name" | "secretName")
                && (holder.name.contains("Secret")
                    || holder.name == "LocalObjectReference"
                    || known.name == "secretName");
            assert_eq!(
                matches!(known.shape, Shape::SecretName),
                is_name,
                "{}.{}",
                holder.name,
                known.name
            );
            if known.name.ends_with("SecretRef")
                || known.name == "secretRef"
                || known.name == "imagePullSecrets"
            {
                let mut shape = known.shape;
                while let Shape::List(inner) = shape {
                    shape = *inner;
                }
                let Shape::Object(inner) = shape else { panic!("{}.{}", holder.name, known.name) };
                assert!(matches!(inner.field("name").unwrap().shape, Shape::SecretName));
            }
        }
    }
}

fn findings(spec: &Value) -> Vec<(String, String)> {
    let mut out = Findings::default();
    unknown_fields(spec, &Field::root("spec"), &mut out);
    out.violations
        .into_iter()
        .map(|v| {
            assert_eq!((&*v.rule, v.reason), ("pods/fields", Reason::UnknownFieldForbidden));
            (v.field, v.message)
        })
        .collect()
}

#[test]
fn unknown_fields_are_found_at_any_depth() {
    let good = json!({"containers": [{"name": "a", "env": [{"name": "x", "valueFrom": {"fileKeyRef": {"key": "k"}}}]}],
        "volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}], "nodeSelector": {"any/key": "v"}, "affinity": null});
    assert_eq!(findings(&good), []);
    let bad = json!({"containers": [{"name": "a", "securityContext": {"newPower": true}}],
        "volumes": [{"name": "v", "newSource": {}}], "evictionResponders": []});
    let fields: Vec<_> = findings(&bad).into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        [
            "spec.containers[0].securityContext.newPower",
            "spec.evictionResponders",
            "spec.volumes[0].newSource"
        ]
    );
}

#[test]
fn wrong_types_name_the_expected_one() {
    let bad =
        json!({"hostPID": "true", "containers": {}, "priority": 1.5, "nodeSelector": {"a": 1}});
    let expected = [
        ("spec.containers", "must be a list"),
        ("spec.hostPID", "must be a boolean"),
        ("spec.nodeSelector.a", "must be a string"),
        ("spec.priority", "must be an integer"),
    ];
    assert_eq!(findings(&bad), expected.map(|(f, m)| (f.to_owned(), m.to_owned())));
}

#[test]
fn findings_are_capped() {
    let many: serde_json::Map<String, Value> =
        (0..1000).map(|i| (format!("x{i}"), json!(1))).collect();
    assert_eq!(findings(&Value::Object(many)).len(), 10);
}
