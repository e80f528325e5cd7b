//! Role.

use serde_json::Value;

use crate::document::{child, index};
use crate::isolation::{Findings, known, read};
use crate::names::Reason;

const RULE: &str = "access/role";

/// Labels that put a role's rules into `ClusterRoles` that others hold.
const AGGREGATION_PREFIX: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// Verbs that give their holder rights that were not written down.
const ESCALATING_VERBS: [&str; 3] = ["escalate", "bind", "impersonate"];

/// Resources of the core group that lead around isolation: tokens of any
/// ServiceAccount, and proxies past network policies (CVE-2020-8562).
const ESCALATING_RESOURCES: [&str; 3] = ["serviceaccounts/token", "pods/proxy", "services/proxy"];

/// Resources of the core group that bound the tenant and that it may only read.
const BOUNDS: [&str; 2] = ["resourcequotas", "limitranges"];

const READS: [&str; 3] = ["get", "list", "watch"];

pub(super) fn judge(role: &Value, out: &mut Findings) {
    known::unknown_fields(role, known::ROLE, "", RULE, out);
    for (key, _) in read::entries(Some(role), "labels").into_iter().flatten() {
        if key.starts_with(AGGREGATION_PREFIX) {
            forbid(child("metadata.labels", key), "an aggregation label is not allowed", out);
        }
    }
    match read::at(role, &["rules"]) {
        None => {}
        Some(Value::Array(rules)) => {
            for (i, rule) in rules.iter().enumerate() {
                judge_rule(rule, &index("rules", i), out);
            }
        }
        Some(_) => forbid("rules".to_owned(), "rules are a list", out),
    }
}

fn judge_rule(rule: &Value, root: &str, out: &mut Findings) {
    known::unknown_fields(rule, known::POLICY_RULE, root, RULE, out);
    for list in ["apiGroups", "resources", "verbs"] {
        for (i, item) in read::list(rule, &[list]).iter().enumerate() {
            if item.as_str().is_none_or(|item| item.contains('*')) {
                forbid(index(&child(root, list), i), "a wildcard is not allowed", out);
            }
        }
    }
    let verbs = read::list(rule, &["verbs"]);
    for (i, verb) in verbs.iter().enumerate() {
        if verb.as_str().is_some_and(|verb| ESCALATING_VERBS.contains(&verb)) {
            forbid(index(&child(root, "verbs"), i), "this verb is not allowed", out);
        }
    }
    // The group decides what a resource name means (CVE-2023-32194).
    if !read::list(rule, &["apiGroups"]).iter().any(|group| group.as_str() == Some("")) {
        return;
    }
    let writes = verbs.iter().any(|verb| verb.as_str().is_none_or(|verb| !READS.contains(&verb)));
    for (i, resource) in read::list(rule, &["resources"]).iter().enumerate() {
        let Some(resource) = resource.as_str() else { continue };
        let field = index(&child(root, "resources"), i);
        let parent = resource.split('/').next().unwrap_or_default();
        if ESCALATING_RESOURCES.contains(&resource) {
            forbid(field, "this resource is not allowed", out);
        } else if writes && BOUNDS.contains(&parent) {
            forbid(field, "quota and limits may be read only", out);
        }
    }
}

fn forbid(field: String, what: &str, out: &mut Findings) {
    out.violation(
        RULE,
        Reason::EscalationForbidden,
        field,
        format!(
            "{what} in a tenant's Role; name API groups, resources and verbs one by one, without {}, {}, and writes on {}.",
            ESCALATING_VERBS.join(", "),
            ESCALATING_RESOURCES.join(", "),
            BOUNDS.join(" and ")
        ),
    );
}
