//! Shared fixtures, then one file for each part. Each refusal stands beside the
//! nearest thing that is allowed.

mod classes;
mod exemptions;
mod network;
mod policies;
mod policy_contents;
mod secrets;
mod tenants;

use serde_json::{Value, json};

use crate::api::{Cidr, ClusterFacts, FieldError, Tenant, TenantClassSpec, ValidTenant, validate};
use crate::names::Reason;

fn cluster() -> ClusterFacts {
    let cidr = |text| vec![Cidr::parse(text).unwrap()];
    ClusterFacts {
        pod_cidrs: cidr("10.244.0.0/16"),
        service_cidrs: cidr("10.96.0.0/12"),
        node_cidrs: cidr("192.168.0.0/24"),
        ..ClusterFacts::default()
    }
}

fn class() -> Value {
    json!({
        "namespaces": {"max": 3},
        "roles": ["admin", "view", "acme-operator"],
        "peers": [
            {"name": "gateway", "namespaces": ["ingress"], "podSelector": {"matchLabels": {"app": "gateway"}}},
            {"name": "postgres", "namespaces": ["databases"], "ports": [{"port": 5432}, {"port": 53, "protocol": "UDP"}]}
        ],
        "egress": {"cidrs": ["203.0.113.0/24", "0.0.0.0/0"]},
        "podSecurity": {"minimum": "baseline", "default": "restricted", "version": "v1.33"},
        "nodePools": [{"name": "gold", "nodeSelector": {"pool": "gold"}, "tolerations": [{"key": "pool", "value": "gold"}]}],
        "defaultNodePool": "gold",
        "runtimeClasses": ["gvisor"],
        "secrets": [{"name": "registry-ca", "keys": ["ca.crt", "extra"]}],
        "quota": {"requests.cpu": "20", "pods": "100"},
        "limits": {"default": {"cpu": "500m"}, "max": {"cpu": "4"}}
    })
}

fn tenant(name: &str, spec: &Value) -> Tenant {
    serde_json::from_value(json!({
        "apiVersion": "lessor.io/v1", "kind": "Tenant",
        "metadata": {"name": name, "uid": "u-1", "generation": 3}, "spec": spec
    }))
    .unwrap()
}

fn read(spec: &Value) -> Result<ValidTenant, Vec<FieldError>> {
    validate(&tenant("acme", spec), &parsed(class()), &cluster())
}

fn parsed(class: Value) -> TenantClassSpec {
    serde_json::from_value(class).unwrap()
}

#[track_caller]
fn allowed(spec: &Value) -> ValidTenant {
    read(spec).unwrap_or_else(|errors| panic!("{spec}: {errors:?}"))
}

/// The only error is this one, and its message holds `hint`.
#[track_caller]
fn refused(spec: &Value, field: &str, reason: Reason, hint: &str) {
    only(&read(spec).unwrap_err(), field, reason, hint);
}

#[track_caller]
fn only(errors: &[FieldError], field: &str, reason: Reason, hint: &str) {
    let [error] = errors else { panic!("not one error: {errors:?}") };
    assert_eq!((error.field.as_str(), error.reason), (field, reason), "{error:?}");
    assert!(error.message.contains(hint), "{:?} lacks {hint:?}", error.message);
}
