use proptest::prelude::*;
use serde_json::{Value, json};

use super::judge::RBAC;
use super::*;
use crate::document::Mutator;
use crate::isolation::kinds_fixtures::{World, any_caller, any_object, by, change, verdicts};
use crate::isolation::{Caller, Change};

fn judged(change: &Change) -> Vec<String> {
    let mut world = World::new();
    world.class.tokens.audiences = vec!["vault".to_owned()];
    verdicts(|out| judge(&world.context(), change, out))
}

fn created(resource: &str, object: &Value) -> Vec<String> {
    judged(&change(resource, None, Some(object)))
}

fn bound(subjects: Value) -> Vec<String> {
    let mut binding = json!({"kind": "RoleBinding", "metadata": {"name": "b"},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "r"}});
    binding["subjects"] = subjects;
    created("rbac.authorization.k8s.io/rolebindings", &binding)
}

fn account(namespace: &str, name: &str) -> Value {
    json!({"kind": "ServiceAccount", "namespace": namespace, "name": name})
}

fn named(kind: &str, name: &str) -> Value {
    json!({"kind": kind, "apiGroup": RBAC, "name": name})
}

#[test]
fn subjects_are_the_tenants_own() {
    let own = json!([account("acme", "ci"), account("acme-db", "ci"), named("User", "alice")]);
    assert!(bound(own).is_empty());
    assert!(bound(json!(null)).is_empty());
    for foreign in [
        account("globex", "ci"),
        account("acme2", "ci"),
        account("acme", ""),
        json!({"kind": "ServiceAccount", "name": "ci"}),
        named("User", "bob"),
        named("User", "Alice"),
        named("Group", "alice"),
        named("User", "system:serviceaccount:acme:ci"),
        named("User", "system:anonymous"),
        named("Group", "system:serviceaccounts"),
        named("Group", "system:serviceaccounts:acme"),
        named("Group", "system:authenticated"),
        named("Group", "system:unauthenticated"),
        named("Group", "system:masters"),
        named("Node", "alice"),
        json!("alice"),
    ] {
        assert_eq!(
            bound(json!([account("acme", "ci"), foreign])),
            ["RoleBindingSubjectForbidden subjects[1]"],
            "{foreign}"
        );
    }
    assert_eq!(bound(json!("all")), ["RoleBindingSubjectForbidden subjects"]);
}

#[test]
fn a_system_name_is_refused_even_to_members() {
    let mut world = World::new();
    world.tenant.members[0].name = "system:authenticated".to_owned();
    world.tenant.members[0].kind = crate::api::SubjectKind::Group;
    let binding = json!({"roleRef": {"kind": "Role", "name": "r"},
        "subjects": [named("Group", "system:authenticated")]});
    let create = change("rbac.authorization.k8s.io/rolebindings", None, Some(&binding));
    assert_eq!(
        verdicts(|out| judge(&world.context(), &create, out)),
        ["RoleBindingSubjectForbidden subjects[0]"]
    );
}

#[test]
fn a_member_account_is_compared_whole() {
    let mut world = World::new();
    world.tenant.members.push(crate::api::ValidMember {
        kind: crate::api::SubjectKind::ServiceAccount,
        name: "deployer".to_owned(),
        namespace: Some("ci".to_owned()),
        ..world.tenant.members[0].clone()
    });
    let judged = |subject: Value| {
        let binding = json!({"roleRef": {"kind": "Role", "name": "r"}, "subjects": [subject]});
        let create = change("rbac.authorization.k8s.io/rolebindings", None, Some(&binding));
        verdicts(|out| judge(&world.context(), &create, out))
    };
    assert!(judged(account("ci", "deployer")).is_empty());
    for other in [account("cd", "deployer"), account("ci", "other"), named("User", "deployer")] {
        assert_eq!(judged(other), ["RoleBindingSubjectForbidden subjects[0]"]);
    }
}

#[test]
fn roles_are_the_namespaces_or_the_classes() {
    let refers = |role: Value| {
        created("rbac.authorization.k8s.io/rolebindings", &json!({"roleRef": role, "subjects": []}))
    };
    assert!(refers(named("Role", "anything")).is_empty());
    assert!(refers(named("ClusterRole", "lessor-tenant-view")).is_empty());
    assert!(refers(named("ClusterRole", "app-operator")).is_empty());
    for role in ["cluster-admin", "admin", "edit", "view", ""] {
        assert_eq!(refers(named("ClusterRole", role)), ["RoleRefForbidden roleRef.name"]);
    }
    assert_eq!(refers(named("Future", "a")), ["RoleRefForbidden roleRef.kind"]);
    assert_eq!(
        refers(json!({"apiGroup": "x.example", "kind": "Role", "name": "a"})),
        ["RoleRefForbidden roleRef.apiGroup"]
    );
    assert_eq!(refers(json!(null)), ["RoleRefForbidden roleRef"]);
}

fn rule(groups: &[&str], resources: &[&str], verbs: &[&str]) -> Vec<String> {
    let role = json!({"kind": "Role", "metadata": {"name": "r"},
        "rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]});
    created("rbac.authorization.k8s.io/roles", &role)
}

#[test]
fn rules_name_what_they_give() {
    assert!(
        rule(&["", "apps"], &["pods", "pods/log", "deployments"], &["get", "create"]).is_empty()
    );
    assert_eq!(rule(&["*"], &["pods"], &["get"]), ["EscalationForbidden rules[0].apiGroups[0]"]);
    assert_eq!(rule(&[""], &["*"], &["get"]), ["EscalationForbidden rules[0].resources[0]"]);
    assert_eq!(rule(&[""], &["pods/*"], &["get"]), ["EscalationForbidden rules[0].resources[0]"]);
    assert_eq!(rule(&[""], &["pods"], &["get", "*"]), ["EscalationForbidden rules[0].verbs[1]"]);
}

#[test]
fn rules_do_not_escalate() {
    for verb in ["escalate", "bind", "impersonate"] {
        assert_eq!(
            rule(&[RBAC], &["roles"], &["get", verb]),
            ["EscalationForbidden rules[0].verbs[1]"]
        );
    }
    for resource in ["serviceaccounts/token", "pods/proxy", "services/proxy"] {
        assert_eq!(
            rule(&[""], &[resource], &["get"]),
            ["EscalationForbidden rules[0].resources[0]"]
        );
        assert!(rule(&["x.example"], &[resource], &["create"]).is_empty(), "another group's");
    }
    for resource in ["resourcequotas", "limitranges", "resourcequotas/status"] {
        assert_eq!(
            rule(&[""], &["pods", resource], &["get", "patch"]),
            ["EscalationForbidden rules[0].resources[1]"]
        );
        assert!(rule(&[""], &[resource], &["get", "list", "watch"]).is_empty());
    }
}

#[test]
fn roles_do_not_aggregate() {
    let key = "rbac.authorization.k8s.io/aggregate-to-admin";
    let role = json!({"kind": "Role", "metadata": {"labels": {key: "true", "app": "x"}}});
    assert_eq!(
        created("rbac.authorization.k8s.io/roles", &role),
        [format!("EscalationForbidden metadata.labels[{key}]")]
    );
    let role = json!({"kind": "Role", "aggregationRule": {"a": 1}, "rules": "all"});
    assert_eq!(
        created("rbac.authorization.k8s.io/roles", &role),
        ["UnknownFieldForbidden aggregationRule", "EscalationForbidden rules"]
    );
}

#[test]
fn accounts_name_no_granted_secret() {
    for list in ["secrets", "imagePullSecrets"] {
        let account = |name: &str| json!({"kind": "ServiceAccount", list: [{"name": name}]});
        assert_eq!(
            created("serviceaccounts", &account("db-password")),
            [format!("SecretNotGranted {list}[0].name")]
        );
        assert!(created("serviceaccounts", &account("registry")).is_empty());
    }
    let account = json!({"kind": "ServiceAccount", "tokens": 1});
    assert_eq!(created("serviceaccounts", &account), ["UnknownFieldForbidden tokens"]);
}

#[test]
fn accounts_do_not_mount_their_token_unless_asked() {
    for (before, after) in
        [(json!({}), false), (json!({"automountServiceAccountToken": true}), true)]
    {
        let mut account = before;
        let mut mutator = Mutator::new(&mut account);
        default_automount(&mut mutator).unwrap();
        assert_eq!(account["automountServiceAccountToken"], json!(after));
    }
}

#[test]
fn tokens_are_for_listed_audiences_and_short() {
    let ask = |audiences: Value, seconds: Value| json!({"spec": {"audiences": audiences, "expirationSeconds": seconds}});
    let judge = |request: &Value| created("serviceaccounts/token", request);
    assert!(judge(&ask(json!([]), json!(null))).is_empty());
    let usual = json!(["https://kubernetes.default.svc.cluster.local", "vault"]);
    assert!(judge(&ask(usual, json!(3600))).is_empty());
    for foreign in ["sts.amazonaws.com", "https://kubernetes.default.svc.evil.example", "vault2"] {
        assert_eq!(
            judge(&ask(json!(["vault", foreign]), json!(600))),
            ["ServiceAccountTokenForbidden spec.audiences[1]"]
        );
    }
    for seconds in [json!(86400), json!("600"), json!(1.5e300)] {
        let request = ask(json!([]), seconds);
        assert_eq!(judge(&request), ["ServiceAccountTokenForbidden spec.expirationSeconds"]);
        let node = by(change("serviceaccounts/token", None, Some(&request)), Caller::Node, "n");
        assert!(judged(&node).is_empty());
    }
}

#[test]
fn secrets_are_not_tokens() {
    for kind in ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"] {
        let secret = json!({"kind": "Secret", "type": kind});
        assert_eq!(created("secrets", &secret), ["ServiceAccountTokenForbidden type"]);
        let fill = change("secrets", Some(&secret), Some(&secret));
        assert!(judged(&by(fill, Caller::Platform, "tokens-controller")).is_empty());
        assert!(judged(&change("secrets", Some(&secret), None)).is_empty());
    }
    assert!(created("secrets", &json!({"kind": "Secret", "type": "Opaque"})).is_empty());
    assert!(created("secrets", &json!({"kind": "Secret"})).is_empty());
}

#[test]
fn administrators_are_judged_and_lessor_is_not() {
    let binding = json!({"roleRef": named("Role", "r"), "subjects": [named("User", "bob")]});
    let create = change("rbac.authorization.k8s.io/rolebindings", None, Some(&binding));
    for caller in [Caller::Administrator, Caller::Platform, Caller::Node] {
        assert_eq!(judged(&by(create, caller, "x")).len(), 1);
    }
    assert!(judged(&by(create, Caller::Lessor, "lessor")).is_empty());
}

const NAMES: &[&str] = &[
    "metadata",
    "labels",
    "subjects",
    "roleRef",
    "kind",
    "name",
    "namespace",
    "ServiceAccount",
    "User",
    "Group",
    "alice",
    "acme",
    "rules",
    "verbs",
    "resources",
    "apiGroups",
    "spec",
    "audiences",
    "expirationSeconds",
    "type",
    "secrets",
];

proptest! {
    #[test]
    fn no_input_panics(
        old in prop::option::of(any_object(NAMES)),
        new in prop::option::of(any_object(NAMES)),
        caller in any_caller(),
        resource in prop::sample::select(&["rbac.authorization.k8s.io/rolebindings",
            "rbac.authorization.k8s.io/roles", "serviceaccounts", "serviceaccounts/token", "secrets"][..]),
    ) {
        judged(&by(change(resource, old.as_ref(), new.as_ref()), caller, "x"));
    }

    #[test]
    fn another_subject_never_makes_a_refused_one_allowed(
        mut subjects in prop::collection::vec(any_object(NAMES), 0..4),
        extra in any_object(NAMES),
        at in any::<prop::sample::Index>(),
    ) {
        let at = at.index(subjects.len() + 1);
        let mut foreign = named("Group", "system:authenticated");
        foreign["namespace"] = extra;
        subjects.insert(at, foreign);
        let expected = format!("RoleBindingSubjectForbidden subjects[{at}]");
        prop_assert!(bound(json!(subjects)).contains(&expected));
    }
}
