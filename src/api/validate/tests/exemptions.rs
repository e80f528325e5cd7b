//! Exemptions.

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::only;
use crate::api::{ExemptionSpec, validate_exemption};
use crate::names::Reason;

fn spec(field: &str, value: Value) -> ExemptionSpec {
    let mut spec = json!({
        "policy": "image-registries", "tenant": "acme", "namespaces": ["acme-*"],
        "object": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "name": "legacy-*",
            "labelSelector": {"matchLabels": {"app": "legacy"}}},
        "reason": "OPS-7: moves in March", "expires": "2027-03-31T00:00:00Z"
    });
    spec[field] = value;
    serde_json::from_value(spec).unwrap()
}

#[test]
fn a_policy_a_tenant_a_reason_and_an_end() {
    let judged = |field: &str, value: Value| validate_exemption(&spec(field, value));
    assert_eq!(judged("namespaces", json!([])), []);
    assert_eq!(judged("object", json!({})), []);
    for expires in ["2027-03-31T00:00:00+02:00", "2027-03-31T00:00:00.5Z"] {
        assert_eq!(judged("expires", json!(expires)), [], "{expires}");
    }
    for (field, wrong, at, hint) in [
        ("policy", json!(""), "spec.policy", "name of a Policy"),
        ("policy", json!("Images"), "spec.policy", "name of a Policy"),
        ("tenant", json!("*"), "spec.tenant", "one tenant"),
        ("namespaces", json!(["a*b"]), "spec.namespaces[0]", "inside"),
        (
            "object",
            json!({"kinds": [{"apiGroups": [""], "kinds": ["pods"]}]}),
            "spec.object.kinds[0].kinds[0]",
            "`Pod`",
        ),
        ("object", json!({"name": "a b"}), "spec.object.name", "no object"),
        (
            "object",
            json!({"labelSelector": {"matchLabels": {"": "x"}}}),
            "spec.object.labelSelector.matchLabels[]",
            "label key",
        ),
        ("reason", json!(" "), "spec.reason", "say why"),
        ("expires", json!("2027-03-31"), "spec.expires", "RFC 3339"),
        ("expires", json!("soon"), "spec.expires", "2027-03-31T00:00:00Z"),
    ] {
        only(&judged(field, wrong), at, Reason::Invalid, hint);
    }
}

#[test]
fn the_core_has_no_exemptions() {
    for core in ["pods/security", "PodSecurityViolation", "HostnameConflict"] {
        let errors = validate_exemption(&spec("policy", json!(core)));
        only(&errors, "spec.policy", Reason::ExemptionForbidden, "fixed core");
    }
}

#[test]
fn it_holds_until_it_ends() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let exemption = spec("expires", json!("2027-03-31T00:00:00+02:00"));
    assert_eq!(exemption.ends(), Some(at("2027-03-30T22:00:00Z")));
    assert!(exemption.holds_at(at("2027-03-30T21:59:59Z")));
    assert!(!exemption.holds_at(at("2027-03-30T22:00:00Z")));
    assert!(!spec("expires", json!("never")).holds_at(Timestamp::UNIX_EPOCH));
}
