//! The floor is well formed, and of the one table.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::names::{self, Reason};
use crate::rules::install::Install;
use crate::rules::table::{Operation, Reach, entries};
use crate::rules::to_yaml;

fn install() -> Install {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Install {
        dns: texts(&["10.96.0.10/32"]),
        pod_cidrs: texts(&["10.244.0.0/16"]),
        service_cidrs: texts(&["10.96.0.0/12"]),
        node_cidrs: texts(&["192.168.0.0/16"]),
        ..Install::default()
    }
}

fn rendered(install: &Install) -> Vec<Value> {
    floor(install).iter().map(|policy| serde_json::to_value(policy).unwrap()).collect()
}

fn named(name: &str) -> Value {
    rendered(&install()).into_iter().find(|policy| policy["metadata"]["name"] == name).unwrap()
}

#[test]
fn policies_are_as_recorded() {
    let bindings = floor_bindings(&install());
    let bindings = bindings.iter().map(|binding| serde_json::to_value(binding).unwrap());
    let all: Vec<Value> = rendered(&install()).into_iter().chain(bindings).collect();
    insta::assert_snapshot!("floor", to_yaml(&all));
}

#[test]
fn names_are_those_that_rights_are_given_for() {
    let own: Vec<&str> = floor_policies().iter().map(|policy| policy.name).collect();
    assert_eq!(own, names::FLOOR);
    let bound: Vec<_> = floor_bindings(&install())
        .into_iter()
        .map(|b| b.spec.unwrap().policy_name.unwrap())
        .collect();
    assert_eq!(bound, names::FLOOR);
}

#[test]
fn every_rule_is_a_row_of_the_table() {
    let known: BTreeSet<&str> = entries().flat_map(|e| e.rows).map(|row| row.id).collect();
    for policy in floor_policies() {
        assert!(policy.rows.iter().all(|id| known.contains(id)), "{}", policy.name);
        let rows: Vec<_> = policy.rows().collect();
        assert_eq!(rows.len(), policy.rows.len(), "{}", policy.name);
        for (row, operations) in rows {
            assert!(!operations.is_empty(), "{} of {}", row.id, policy.name);
        }
    }
}

/// What the floor says of a request, the entry that the row is of says too.
#[test]
fn a_policy_reaches_what_its_entry_reaches() {
    for policy in floor_policies() {
        for (row, _) in policy.rows() {
            let entry = entries().find(|e| e.rows.iter().any(|r| r.id == row.id)).unwrap();
            assert_eq!(entry.reach, policy.reach, "{}", policy.name);
        }
    }
}

#[test]
fn messages_begin_with_the_reason_and_refuse_with_403() {
    for policy in rendered(&install()) {
        for validation in policy["spec"]["validations"].as_array().unwrap() {
            let message = validation["message"].as_str().unwrap();
            let reason = Reason::from_name(message.split(": ").next().unwrap()).unwrap();
            assert_eq!(reason.code(), 403, "{message}");
            assert_eq!(validation["reason"], "Forbidden");
            assert!(!message.contains('\n') && message.len() < 1024, "{message}");
        }
    }
}

#[test]
fn no_policy_has_parameters_and_each_fails_closed() {
    for policy in rendered(&install()) {
        assert_eq!(policy["spec"]["failurePolicy"], "Fail");
        assert!(policy["spec"].get("paramKind").is_none(), "informers of parameters break");
        assert_eq!(policy["spec"]["matchConstraints"]["objectSelector"], json!({}));
        let text = policy.to_string();
        assert!(!text.contains("params."), "{text}");
    }
}

/// The authorizer is asked at last, and only by what would be refused otherwise.
#[test]
fn administrators_are_a_variable_and_never_a_condition() {
    for policy in floor_policies() {
        let conditions = policy.conditions.iter().map(|c| (c.expression)(&install()));
        for expression in conditions {
            assert!(!expression.contains("authorizer"), "{expression}");
        }
        for validation in policy.validations {
            let expression = (validation.expression)(&install());
            assert!(!expression.contains("authorizer"), "{expression}");
            let asked = expression.find("variables.administrator");
            let guarded = expression.ends_with("variables.administrator")
                || expression.contains("(!variables.claimed || variables.administrator)");
            assert!(asked.is_none() || guarded, "{expression}");
        }
    }
}

/// Nobody is let pass by a group, a prefix or a label alone.
#[test]
fn lessor_passes_by_its_exact_name() {
    let own = "request.userInfo.username != \
               'system:serviceaccount:rent:lessor-controller'";
    let moved = Install { namespace: "rent".to_owned(), ..Install::default() };
    for policy in rendered(&moved) {
        let conditions = policy["spec"]["matchConditions"].as_array();
        let passes = conditions.into_iter().flatten().any(|c| c["expression"] == own);
        // Lessor makes no Pods, so those of its name are judged like any.
        assert_eq!(passes, policy["metadata"]["name"] != names::FLOOR_PODS, "{policy}");
        assert!(!policy.to_string().contains("userInfo.groups"), "{policy}");
    }
}

#[test]
fn namespaces_are_judged_everywhere_and_without_their_labels() {
    let policy = named(names::FLOOR_NAMESPACES);
    assert_eq!(policy["spec"]["matchConstraints"]["namespaceSelector"], json!({}));
    let rule = &policy["spec"]["matchConstraints"]["resourceRules"][0];
    assert_eq!(
        rule["resources"],
        json!(["namespaces", "namespaces/status", "namespaces/finalize"])
    );
    assert_eq!(rule["operations"], json!(["CREATE", "UPDATE"]), "a retained one may always go");
    let system = policy["spec"]["validations"][0]["expression"].as_str().unwrap();
    for name in ["kube-system", "default", "lessor-system", "lessor-secrets"] {
        assert!(system.contains(&format!("'{name}'")), "{system}");
    }
}

#[test]
fn everything_that_lessor_keeps_is_protected() {
    let policy = named(names::FLOOR_MANAGED);
    let rules = policy["spec"]["matchConstraints"]["resourceRules"].to_string();
    for resource in [
        "networkpolicies",
        "resourcequotas",
        "resourcequotas/status",
        "limitranges",
        "secrets",
        "rolebindings",
    ] {
        assert!(rules.contains(&format!("\"{resource}\"")), "{rules}");
    }
    assert!(rules.contains("DELETE"));
    assert_eq!(floor_policies()[1].reach, Reach::Tenants);
    assert!(floor_policies()[1].operations.contains(&Operation::Delete));
}

#[test]
fn protected_ranges_are_those_that_no_class_can_open() {
    let policy = named(names::FLOOR_NETWORK);
    let blocks = policy["spec"]["validations"][2]["expression"].as_str().unwrap().to_owned();
    for range in ["10.244.0.0/16", "10.96.0.0/12", "169.254.0.0/16", "127.0.0.0/8", "::1/128"] {
        assert!(blocks.contains(&format!("'{range}'")), "{blocks}");
    }
    // Nodes may be a peer: load balancers come from there.
    assert!(!blocks.contains("192.168.0.0/16"));
    assert!(blocks.contains("'10.96.0.10/32'"), "DNS answers inside the Services");
    let unknown = serde_json::to_string(&floor(&Install::default())).unwrap();
    assert!(unknown.contains("169.254.0.0/16") && !unknown.contains("10.96"));
}
