//! Secrets and mounts.

use serde_json::{Value, json};

use super::{allowed, refused};
use crate::names::Reason;

fn secret(name: &str, keys: &Value, paths: &[&str]) -> Value {
    let mounts: Vec<Value> = paths.iter().map(|path| json!({"path": path})).collect();
    json!({"name": name, "from": {"secret": "registry-ca", "keys": keys}, "mounts": mounts})
}

#[test]
fn secrets_are_granted_by_name_and_key() {
    let one = |secret: Value| json!({"secrets": [secret]});
    assert_eq!(allowed(&one(secret("ca", &json!([]), &[]))).secrets[0].keys, ["ca.crt", "extra"]);
    assert_eq!(allowed(&one(secret("ca", &json!(["ca.crt"]), &[]))).secrets[0].keys, ["ca.crt"]);
    let field = "spec.secrets[0]";
    refused(
        &one(secret("ca", &json!(["ca.crt", "tls.key"]), &[])),
        &format!("{field}.from.keys[1]"),
        Reason::SecretSourceForbidden,
        "allowed: ca.crt, extra",
    );
    refused(
        &one(json!({"name": "ca", "from": {"secret": "other"}})),
        &format!("{field}.from.secret"),
        Reason::SecretSourceForbidden,
        "allowed: registry-ca",
    );
    refused(
        &one(secret("lessor-ca", &json!([]), &[])),
        &format!("{field}.name"),
        Reason::ReservedNameForbidden,
        "another",
    );
    refused(
        &one(secret("CA", &json!([]), &[])),
        &format!("{field}.name"),
        Reason::Invalid,
        "Secret",
    );
    let twice = json!({"secrets": [secret("ca", &json!([]), &[]), secret("ca", &json!([]), &[])]});
    refused(&twice, "spec.secrets[1].name", Reason::Invalid, "twice");
}

#[test]
fn mounts_hide_nothing() {
    let mounts = |paths: &[&str]| json!({"secrets": [secret("ca", &json!([]), paths)]});
    allowed(&mounts(&["/etc/ssl/acme", "/var/run/secrets/lessor/ca", "/data", "/database"]));
    for path in ["/", "data", "/a/../b", "/a//b", "/a/", "/./a", "/a:b", "", "/a\nb"] {
        refused(
            &mounts(&[path]),
            "spec.secrets[0].mounts[0].path",
            Reason::Invalid,
            "absolute and normal",
        );
    }
    for path in [
        "/proc",
        "/proc/self",
        "/sys/fs",
        "/dev/shm",
        "/etc",
        "/var/run",
        "/var/run/secrets",
        "/var/run/secrets/kubernetes.io/serviceaccount",
    ] {
        refused(&mounts(&[path]), "spec.secrets[0].mounts[0].path", Reason::Invalid, "would hide");
    }
    for path in ["/data", "/data/a", "/data/a/b"] {
        refused(
            &mounts(&["/data/a", path]),
            "spec.secrets[0].mounts[1].path",
            Reason::MountShadowed,
            "spec.secrets[0].mounts[0].path",
        );
    }
    let across = json!({"secrets": [secret("a", &json!([]), &["/data"]), secret("b", &json!([]), &["/data"])]});
    refused(&across, "spec.secrets[1].mounts[0].path", Reason::MountShadowed, "/data");
    let mode = |mode: u32| json!({"secrets": [{"name": "a", "from": {"secret": "registry-ca"}, "mounts": [{"path": "/a", "defaultMode": mode}]}]});
    allowed(&mode(0o777));
    refused(&mode(0o1000), "spec.secrets[0].mounts[0].defaultMode", Reason::Invalid, "0777");
    let selected = |selector: Value| json!({"secrets": [{"name": "a", "from": {"secret": "registry-ca"}, "mounts": [{"path": "/a", "selector": selector}]}]});
    allowed(&selected(
        json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a"]}]}),
    ));
    refused(
        &selected(json!({"matchExpressions": [{"key": "app", "operator": "In"}]})),
        "spec.secrets[0].mounts[0].selector.matchExpressions[0].values",
        Reason::Invalid,
        "at least one",
    );
    refused(
        &selected(
            json!({"matchExpressions": [{"key": "app", "operator": "Exists", "values": ["a"]}]}),
        ),
        "spec.secrets[0].mounts[0].selector.matchExpressions[0].values",
        Reason::Invalid,
        "no values",
    );
    refused(
        &selected(json!({"matchLabels": {"a b": "c"}})),
        "spec.secrets[0].mounts[0].selector.matchLabels[a b]",
        Reason::Invalid,
        "label key",
    );
    let in_values = |key: &str, value: &str| {
        selected(
            json!({"matchExpressions": [{"key": key, "operator": "In", "values": ["a", value]}]}),
        )
    };
    let field = "spec.secrets[0].mounts[0].selector.matchExpressions[0]";
    refused(&in_values("a b", "b"), &format!("{field}.key"), Reason::Invalid, "label key");
    refused(&in_values("a", "b c"), &format!("{field}.values[1]"), Reason::Invalid, "label value");
}
