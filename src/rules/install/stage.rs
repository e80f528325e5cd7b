//! What is applied, and in which order.

use k8s_openapi::serde::Serialize;
use kube::CustomResourceExt as _;
use serde_json::{Value, json};

use super::{certificates, class, fence, labels, settings::Install, workloads};
use crate::api::{Exemption, Policy, Tenant, TenantClass};
use crate::rules::{configurations, rbac};

/// A step of the installation. Everything of a step can be applied at once; the
/// next one relies on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Name, fit for a file name.
    pub name: &'static str,
    /// Objects, in order.
    pub objects: Vec<Value>,
}

/// The steps of an installation:
///
/// 1. `definitions`: Namespaces and custom resources. Clients learn of the new
///    kinds only after this was applied.
/// 2. `system`: rights, Service, protection, workloads.
/// 3. `class`: the TenantClass `default`.
/// 4. `admission`: the webhook configurations. They close tenants' namespaces
///    only, of which a fresh cluster has none, and carry no `caBundle`: the
///    leading controller writes it, and applying them again does not wipe it.
#[must_use]
pub fn stages(install: &Install) -> Vec<Stage> {
    let mut system = rbac::objects(install);
    if install.workloads {
        system.push(workloads::service(install));
        system.extend(fence::objects(install));
        system.extend(certificates::objects(install));
        system.extend(workloads::deployments(install));
    }
    let mut stages = vec![
        Stage { name: "definitions", objects: definitions(install) },
        Stage { name: "system", objects: system },
        Stage { name: "class", objects: vec![value(&class::default_class())] },
    ];
    if install.configurations {
        let objects = vec![
            value(&configurations::mutating(install, None)),
            value(&configurations::validating(install, None)),
        ];
        stages.push(Stage { name: "admission", objects });
    }
    stages
}

/// Every object of every step, in order.
#[must_use]
pub fn manifests(install: &Install) -> Vec<Value> {
    stages(install).into_iter().flat_map(|stage| stage.objects).collect()
}

fn definitions(install: &Install) -> Vec<Value> {
    vec![
        namespace(&install.namespace),
        namespace(&install.secret_source_namespace),
        definition(value(&Tenant::crd())),
        definition(value(&TenantClass::crd())),
        definition(value(&Policy::crd())),
        definition(value(&Exemption::crd())),
    ]
}

fn namespace(name: &str) -> Value {
    let mut labels = labels("namespace");
    for mode in ["enforce", "audit", "warn"] {
        labels.insert(
            format!("{}{mode}", crate::names::POD_SECURITY_PREFIX),
            "restricted".to_owned(),
        );
    }
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

fn definition(mut crd: Value) -> Value {
    crd["metadata"]["labels"] = json!(labels("definition"));
    drop_unsigned_formats(&mut crd["spec"]["versions"]);
    crd
}

/// The API server knows no unsigned formats and warns of them at every apply;
/// the minimum of zero that comes with them stays.
fn drop_unsigned_formats(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let unsigned = |format: &Value| format.as_str().is_some_and(|f| f.starts_with("uint"));
            if fields.get("format").is_some_and(unsigned) {
                fields.remove("format");
            }
            fields.values_mut().for_each(drop_unsigned_formats);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_unsigned_formats),
        _ => {}
    }
}

/// Typed objects serialise without failing: their keys are strings and they
/// hold no numbers that JSON lacks. A test asserts that nothing came out null.
fn value(object: &impl Serialize) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}
