//! The configurations say what the table says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::rules::install::Certificates;
use crate::rules::to_yaml;

fn both(install: &Install, ca: Option<&[u8]>) -> [Value; 2] {
    [
        serde_json::to_value(mutating(install, ca)).unwrap(),
        serde_json::to_value(validating(install, ca)).unwrap(),
    ]
}

fn webhooks_of(configurations: &[Value]) -> Vec<Value> {
    configurations.iter().flat_map(|c| c["webhooks"].as_array().unwrap().clone()).collect()
}

fn webhook<'a>(webhooks: &'a [Value], name: &str) -> &'a Value {
    webhooks.iter().find(|w| w["name"] == name).unwrap()
}

fn expressions(webhook: &Value) -> Vec<&str> {
    let conditions = webhook["matchConditions"].as_array().unwrap();
    conditions.iter().map(|c| c["expression"].as_str().unwrap()).collect()
}

#[test]
fn configurations_are_as_recorded() {
    let [mutating, validating] = both(&Install::default(), None);
    insta::assert_snapshot!("mutating", to_yaml(&[mutating]));
    insta::assert_snapshot!("validating", to_yaml(&[validating]));
}

#[test]
fn every_row_is_a_rule_of_each_webhook_of_its_entry() {
    let webhooks = webhooks_of(&both(&Install::default(), None));
    let mut seen = BTreeSet::new();
    for entry in entries() {
        for variant in entry.variants() {
            let name = entry.webhook_name(*variant);
            let webhook = webhook(&webhooks, &name);
            seen.insert(name);
            for row in entry.rows {
                let operations: Vec<_> = row.operations.iter().map(|o| o.as_str()).collect();
                let rule = json!({
                    "apiGroups": row.groups, "apiVersions": row.versions,
                    "resources": row.resources, "operations": operations,
                    "scope": row.scope.as_str(),
                });
                assert!(webhook["rules"].as_array().unwrap().contains(&rule), "{}", row.id);
            }
        }
    }
    assert_eq!(seen.len(), webhooks.len(), "names are unique and nothing else is configured");
}

#[test]
fn only_volumes_fail_open() {
    for webhook in webhooks_of(&both(&Install::default(), None)) {
        let expected =
            if webhook["name"] == "volumes.validate.lessor.io" { "Ignore" } else { "Fail" };
        assert_eq!(webhook["failurePolicy"], expected, "{}", webhook["name"]);
        assert_eq!(webhook["timeoutSeconds"], 5);
        assert_eq!(webhook["sideEffects"], "None");
        assert_eq!(webhook["matchPolicy"], "Equivalent");
        assert_eq!(webhook["admissionReviewVersions"], json!(["v1"]));
        assert_eq!(webhook["objectSelector"], json!({}), "users write labels");
    }
}

#[test]
fn administrators_are_told_apart_by_complementary_conditions_and_paths() {
    let webhooks = webhooks_of(&both(&Install::default(), None));
    let administers =
        "authorizer.group('lessor.io').resource('tenants').check('administer').allowed()";
    for (entry, verb) in [
        ("managed", "mutate"),
        ("managed", "validate"),
        ("namespaces", "validate"),
        ("exemptions", "validate"),
    ] {
        let others = webhook(&webhooks, &format!("{entry}.{verb}.lessor.io"));
        let them = webhook(&webhooks, &format!("{entry}.administrator.{verb}.lessor.io"));
        assert_eq!(others["rules"], them["rules"]);
        assert_eq!(others["clientConfig"]["service"]["path"], format!("/{verb}"));
        assert_eq!(them["clientConfig"]["service"]["path"], format!("/{verb}/administrator"));
        let (mut one, mut other) = (expressions(others), expressions(them));
        assert_eq!(one.pop().unwrap(), format!("!{administers}"));
        assert_eq!(other.pop().unwrap(), administers);
        assert_eq!(one, other, "the rest is the same, so exactly one is called");
    }
    let asks = |w: &&Value| expressions(w).iter().any(|e| e.contains("authorizer"));
    assert_eq!(webhooks.iter().filter(asks).count(), 8, "not on Pods: every check costs");
}

#[test]
fn conditions_are_few_and_named_once() {
    for webhook in webhooks_of(&both(&Install::default(), None)) {
        let conditions = webhook["matchConditions"].as_array().unwrap();
        let names: BTreeSet<_> = conditions.iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), conditions.len(), "{}", webhook["name"]);
        assert!(conditions.len() <= 64);
        // Absent on the wire when empty, and always null in matchConditions.
        for expression in expressions(&webhook) {
            assert!(!expression.contains("request.subResource"), "{expression}");
            assert!(!expression.contains("request.name"), "{expression}");
            assert!(!expression.contains("namespaceObject"), "{expression}");
        }
    }
}

#[test]
fn what_reaches_namespaces_selects_tenants_and_spares_the_platform() {
    let install = Install { namespace: "rent".to_owned(), ..Install::default() };
    let webhooks = webhooks_of(&both(&install, None));
    let selector = json!({"matchExpressions": [
        {"key": "lessor.io/tenant", "operator": "Exists"},
        {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values":
            ["rent", "lessor-secrets", "kube-system", "kube-public", "kube-node-lease"]},
    ]});
    assert_eq!(webhook(&webhooks, "pods.validate.lessor.io")["namespaceSelector"], selector);
    assert_eq!(webhook(&webhooks, "objects.mutate.lessor.io")["namespaceSelector"], selector);
    let guard = webhook(&webhooks, "namespaces.validate.lessor.io");
    assert_eq!(guard["namespaceSelector"], json!({}), "kube-system is guarded too");
    assert!(
        expressions(guard).contains(
            &"request.userInfo.username != 'system:serviceaccount:rent:lessor-controller'"
        )
    );
}

#[test]
fn pods_that_the_controller_makes_are_judged_like_any() {
    let webhooks = webhooks_of(&both(&Install::default(), None));
    for name in ["pods.mutate.lessor.io", "pods.validate.lessor.io"] {
        for expression in expressions(webhook(&webhooks, name)) {
            let exempts = expression.contains("lessor-controller");
            assert!(!exempts || expression.contains("'DELETE'"), "{expression}");
        }
    }
}

#[test]
fn the_canary_is_exempt_nowhere() {
    for configuration in both(&Install::default(), None) {
        assert!(!configuration.to_string().contains(names::CANARY_ACCOUNT));
    }
}

#[test]
fn an_absent_authority_is_absent_and_a_given_one_is_there() {
    for webhook in webhooks_of(&both(&Install::default(), None)) {
        assert!(webhook["clientConfig"].get("caBundle").is_none());
    }
    for webhook in webhooks_of(&both(&Install::default(), Some(b"pem"))) {
        assert_eq!(webhook["clientConfig"]["caBundle"], "cGVt");
    }
}

#[test]
fn a_webhook_outside_the_cluster_is_called_by_url() {
    let install =
        Install { webhook_url: Some("https://127.0.0.1:9443/".to_owned()), ..Install::default() };
    let webhooks = webhooks_of(&both(&install, None));
    assert_eq!(
        webhook(&webhooks, "managed.administrator.validate.lessor.io")["clientConfig"],
        json!({"url": "https://127.0.0.1:9443/validate/administrator"})
    );
    let inside = webhooks_of(&both(&Install::default(), None));
    assert_eq!(
        webhook(&inside, "pods.mutate.lessor.io")["clientConfig"],
        json!({"service": {
            "name": "lessor-webhook", "namespace": "lessor-system", "path": "/mutate", "port": 443,
        }})
    );
}

#[test]
fn cert_manager_is_told_whose_authority_to_inject() {
    let annotation = |certificates| {
        let install = Install { certificates, ..Install::default() };
        let annotations = validating(&install, None).metadata.annotations.unwrap();
        annotations.get("cert-manager.io/inject-ca-from").cloned()
    };
    let named = annotation(Certificates::CertManager);
    assert_eq!(named.as_deref(), Some("lessor-system/lessor-webhook"));
    assert_eq!(annotation(Certificates::SelfManaged), None);
    assert_eq!(annotation(Certificates::Files), None);
}

#[test]
fn the_digest_follows_the_rules_and_nothing_else() {
    let install = Install::default();
    assert_eq!(digest(&install), digest(&install.clone()));
    let replicas = Install { webhook_replicas: 5, ..install.clone() };
    assert_eq!(digest(&install), digest(&replicas));
    let moved = Install { namespace: "rent".to_owned(), ..install.clone() };
    assert_ne!(digest(&install), digest(&moved));
    let annotation =
        |ca| mutating(&install, ca).metadata.annotations.unwrap()[RULES_DIGEST_ANNOTATION].clone();
    assert_eq!(annotation(None), annotation(Some(b"pem")));
}
