//! No right is a wildcard, and none is missing or too many.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{TENANT_ROLES, objects};
use crate::rules::install::Install;
use crate::rules::{Certificates, to_yaml};

fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    objects.iter().find(|o| o["kind"] == kind && o["metadata"]["name"] == name).unwrap()
}

/// (group, resource, verb) of the rules that hold for every name.
fn rights(role: &Value) -> BTreeSet<(String, String, String)> {
    let strings = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
    };
    let mut rights = BTreeSet::new();
    for rule in role["rules"].as_array().unwrap() {
        for group in strings(&rule["apiGroups"]) {
            for resource in strings(&rule["resources"]) {
                for verb in strings(&rule["verbs"]) {
                    rights.insert((group.clone(), resource.clone(), verb));
                }
            }
        }
    }
    rights
}

fn has(role: &Value, group: &str, resource: &str, verb: &str) -> bool {
    rights(role).contains(&(group.to_owned(), resource.to_owned(), verb.to_owned()))
}

#[test]
fn rights_are_as_recorded() {
    insta::assert_snapshot!("rbac", to_yaml(&objects(&Install::default())));
}

#[test]
fn nothing_is_a_wildcard() {
    for object in objects(&Install::default()) {
        assert!(!object.to_string().contains('*'), "{object}");
        for rule in object["rules"].as_array().into_iter().flatten() {
            for part in ["apiGroups", "resources", "verbs"] {
                assert!(!rule[part].as_array().unwrap().is_empty(), "{rule}");
            }
        }
    }
}

#[test]
fn the_webhook_writes_nothing() {
    let objects = objects(&Install::default());
    for (group, resource, verb) in rights(find(&objects, "ClusterRole", "lessor-webhook")) {
        let question = group == "authorization.k8s.io"
            && resource == "subjectaccessreviews"
            && verb == "create";
        assert!(question || ["get", "list", "watch"].contains(&verb.as_str()), "{resource} {verb}");
        assert_ne!(resource, "secrets");
    }
    let local = find(&objects, "Role", "lessor-webhook");
    assert_eq!(local["rules"][0]["resourceNames"], json!(["lessor-webhook-tls"]));
}

#[test]
fn the_controller_binds_and_patches_by_name_only() {
    let objects = objects(&Install::default());
    let controller = find(&objects, "ClusterRole", "lessor-controller");
    for rule in controller["rules"].as_array().unwrap() {
        let resources = rule["resources"].to_string();
        let verbs = rule["verbs"].to_string();
        if verbs.contains("\"bind\"") {
            assert_eq!(rule["resourceNames"], json!(TENANT_ROLES));
        }
        if resources.contains("webhookconfigurations") && verbs.contains("patch") {
            assert_eq!(rule["resourceNames"].as_array().unwrap().len(), 1);
        }
        for forbidden in ["escalate", "impersonate"] {
            assert!(!verbs.contains(forbidden), "{rule}");
        }
    }
    assert!(!has(controller, "", "namespaces", "deletecollection"));
    assert!(!has(controller, "", "pods", "create"));
    assert!(!has(controller, "rbac.authorization.k8s.io", "clusterroles", "create"));
}

#[test]
fn the_controller_impersonates_the_canary_and_nobody_else() {
    let objects = objects(&Install::default());
    let impersonates = |object: &&Value| object.to_string().contains("impersonate");
    let roles: Vec<_> = objects.iter().filter(impersonates).collect();
    assert_eq!(roles, [find(&objects, "Role", "lessor-controller")]);
    let rule = roles[0]["rules"].as_array().unwrap();
    let rule = rule.iter().find(|r| r["verbs"] == json!(["impersonate"])).unwrap();
    assert_eq!(rule["resourceNames"], json!(["lessor-canary"]));
    let canary = find(&objects, "ClusterRole", "lessor-canary");
    let only = [("", "configmaps", "create")].map(|(g, r, v)| (g.into(), r.into(), v.into()));
    assert_eq!(rights(canary), only.into());
}

#[test]
fn only_a_controller_that_issues_the_certificate_may_write_it() {
    let writes = |certificates| {
        let objects = objects(&Install { certificates, ..Install::default() });
        has(find(&objects, "Role", "lessor-controller"), "", "secrets", "create")
    };
    assert!(writes(Certificates::SelfManaged));
    assert!(!writes(Certificates::CertManager));
    assert!(!writes(Certificates::Files));
}

#[test]
fn members_lack_what_leads_past_isolation() {
    let objects = objects(&Install::default());
    for name in TENANT_ROLES {
        let role = find(&objects, "ClusterRole", name);
        for (_, resource, verb) in rights(role) {
            let past = ["pods/proxy", "services/proxy", "serviceaccounts/token", "nodes"];
            assert!(!past.contains(&resource.as_str()), "{name}: {resource}");
            assert!(!["impersonate", "escalate", "bind"].contains(&verb.as_str()), "{name}");
            let fixed = ["resourcequotas", "limitranges", "endpoints", "endpointslices"];
            if fixed.contains(&resource.as_str()) || resource.ends_with("/status") {
                assert!(["get", "list", "watch"].contains(&verb.as_str()), "{name}: {resource}");
            }
        }
    }
}

#[test]
fn members_have_what_work_needs() {
    let objects = objects(&Install::default());
    let [admin, edit, view] = TENANT_ROLES.map(|name| find(&objects, "ClusterRole", name));
    assert!(rights(view).is_subset(&rights(edit)) && rights(edit).is_subset(&rights(admin)));
    assert!(has(view, "", "pods/log", "get") && !has(view, "", "secrets", "get"));
    assert!(
        has(edit, "apps", "deployments", "create") && !has(view, "apps", "deployments", "create")
    );
    assert!(has(edit, "", "pods/exec", "create") && has(edit, "", "pods/eviction", "create"));
    let network = "networking.k8s.io";
    assert!(has(admin, network, "networkpolicies", "create"));
    assert!(!has(edit, network, "networkpolicies", "create"));
    assert!(has(edit, network, "networkpolicies", "list"));
}

#[test]
fn authors_are_not_administrators() {
    let objects = objects(&Install::default());
    let author = find(&objects, "ClusterRole", "lessor-tenant-author");
    let administrator = find(&objects, "ClusterRole", "lessor-administrator");
    assert!(has(administrator, "lessor.io", "tenants", "administer"));
    assert!(!has(author, "lessor.io", "tenants", "administer"));
    assert!(!has(author, "lessor.io", "tenantclasses", "update"));
    assert!(!has(author, "lessor.io", "tenants/status", "update"));
    let usable = author["rules"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&usable["verbs"], &usable["resourceNames"]),
        (&json!(["use"]), &json!(["default"]))
    );
}

#[test]
fn policies_are_written_by_their_authors_and_exemptions_by_administrators() {
    let objects = objects(&Install::default());
    let role = |name: &str| find(&objects, "ClusterRole", name);
    let writes = |name: &str, resource: &str| has(role(name), "lessor.io", resource, "create");
    let author = crate::rules::POLICY_AUTHOR_ROLE;
    assert!(writes(author, "policies") && !writes(author, "exemptions"));
    assert!(has(role(author), "lessor.io", "exemptions", "list"));
    assert!(!writes(author, "tenants") && !writes(author, "tenantclasses"));
    assert!(writes("lessor-administrator", "policies"));
    assert!(writes("lessor-administrator", "exemptions"));
    // What is evaluated stands in the status: nobody but the controller writes it.
    for name in [author, "lessor-administrator", "lessor-tenant-author", "lessor-webhook"] {
        for verb in ["create", "patch", "update"] {
            assert!(!has(role(name), "lessor.io", "policies/status", verb), "{name} {verb}");
        }
    }
    assert!(has(role("lessor-controller"), "lessor.io", "policies/status", "patch"));
    assert!(!has(role("lessor-controller"), "lessor.io", "policies", "patch"));
    for name in ["lessor-controller", "lessor-webhook"] {
        for resource in ["policies", "exemptions"] {
            assert!(has(role(name), "lessor.io", resource, "watch"), "{name} {resource}");
        }
    }
    for name in TENANT_ROLES.into_iter().chain(["lessor-tenant-author"]) {
        let none = |resource: &str| {
            rights(role(name))
                .iter()
                .all(|(group, named, _)| group != "lessor.io" || named != resource)
        };
        assert!(none("policies") && none("exemptions"), "{name}");
    }
}

#[test]
fn every_binding_refers_to_a_role_and_an_account_applied_before_it() {
    let install = Install { namespace: "rent".to_owned(), ..Install::default() };
    let objects = objects(&install);
    for (index, binding) in objects.iter().enumerate() {
        if !binding["kind"].as_str().unwrap().ends_with("Binding") {
            continue;
        }
        let before = &objects[..index];
        let role = &binding["roleRef"];
        assert!(before.iter().any(|o| o["kind"] == role["kind"]
            && o["metadata"]["name"] == role["name"]
            && o["metadata"]["namespace"] == binding["metadata"]["namespace"]));
        let subject = &binding["subjects"][0];
        assert_eq!(subject["namespace"], "rent");
        assert!(
            before
                .iter()
                .any(|o| o["kind"] == "ServiceAccount" && o["metadata"]["name"] == subject["name"])
        );
    }
}
