//! Chapter 7: Roles and `RoleBindings`.

use serde_json::{Value, json};

use super::harness::{Who, ask, set};
use super::world::{with_class, world};

const BINDINGS: &str = "rbac.authorization.k8s.io/rolebindings";
const ROLES: &str = "rbac.authorization.k8s.io/roles";

fn binding(role: &Value, subject: &Value) -> Value {
    json!({"kind": "RoleBinding", "metadata": {"name": "x"}, "roleRef": role, "subjects": [subject]})
}

fn own_role() -> Value {
    json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "app"})
}

fn account(namespace: &str) -> Value {
    json!({"kind": "ServiceAccount", "namespace": namespace, "name": "app"})
}

#[test]
fn r99_subjects_are_the_tenants_own() {
    let world = world();
    let rbac = "rbac.authorization.k8s.io";
    for subject in [
        account("globex"),
        account("default"),
        json!({"kind": "Group", "apiGroup": rbac, "name": "system:serviceaccounts"}),
        json!({"kind": "Group", "apiGroup": rbac, "name": "system:serviceaccounts:globex"}),
        json!({"kind": "Group", "apiGroup": rbac, "name": "system:authenticated"}),
        json!({"kind": "Group", "apiGroup": rbac, "name": "system:unauthenticated"}),
        json!({"kind": "Group", "apiGroup": rbac, "name": "system:masters"}),
        json!({"kind": "User", "apiGroup": rbac, "name": "system:anonymous"}),
        json!({"kind": "User", "apiGroup": rbac, "name": "system:serviceaccount:globex:app"}),
        json!({"kind": "User", "apiGroup": rbac, "name": "bob"}),
        json!({"kind": "Group", "apiGroup": rbac, "name": "alice"}),
        json!({"kind": "ServiceAccount", "name": "app"}),
        json!("alice"),
    ] {
        for who in [Who::Admin, Who::Account, Who::Administrator] {
            let bad = binding(&own_role(), &subject);
            ask(BINDINGS).by(who).create(&bad).denied(
                &world,
                "RoleBindingSubjectForbidden",
                "subjects[0]",
            );
            let good = binding(&own_role(), &account("acme"));
            ask(BINDINGS).by(who).update(&good, &bad).denied(
                &world,
                "RoleBindingSubjectForbidden",
                "subjects[0]",
            );
            ask(BINDINGS).by(who).delete(&bad).allowed(&world);
            ask(BINDINGS).by(who).namespace("open").create(&bad).allowed(&world);
        }
    }
    for subject in [
        account("acme"),
        account("acme-db"),
        json!({"kind": "User", "apiGroup": rbac, "name": "alice"}),
    ] {
        ask(BINDINGS).create(&binding(&own_role(), &subject)).allowed(&world);
    }
}

#[test]
fn r100_roles_are_the_classs_or_the_namespaces() {
    // Not even a class can hand these out.
    let world =
        with_class(&json!({"roles": ["admin", "cluster-admin", "system:node", "operator"]}));
    for (name, allowed) in [
        ("cluster-admin", false),
        ("system:node", false),
        ("admin", false),
        ("edit", false),
        ("lessor-tenant-edit", false),
        ("", false),
        ("lessor-tenant-admin", true),
        ("operator", true),
    ] {
        let role =
            json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name});
        let ask = ask(BINDINGS).create(&binding(&role, &account("acme")));
        if allowed {
            ask.allowed(&world);
        } else {
            ask.denied(&world, "RoleRefForbidden", "roleRef.name");
        }
    }
    for (pointer, value, field) in [
        ("/roleRef/kind", json!("Tomorrow"), "roleRef.kind"),
        ("/roleRef/apiGroup", json!("other"), "roleRef.apiGroup"),
    ] {
        let bad = set(&binding(&own_role(), &account("acme")), pointer, value);
        ask(BINDINGS).create(&bad).denied(&world, "RoleRefForbidden", field);
    }
}

#[test]
fn r100_r101_a_role_gives_no_more_than_it_says() {
    let world = world();
    let role = |groups: &Value, resources: &Value, verbs: &Value| {
        json!({"kind": "Role", "metadata": {"name": "x"},
        "rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]})
    };
    let (core, pods, get) = (json!([""]), json!(["pods"]), json!(["get"]));
    ask(ROLES).create(&role(&core, &pods, &get)).allowed(&world);
    ask(ROLES)
        .create(&role(
            &json!(["example.com"]),
            &json!(["serviceaccounts/token"]),
            &json!(["create"]),
        ))
        .allowed(&world);
    for (bad, field) in [
        (role(&core, &pods, &json!(["*"])), "rules[0].verbs[0]"),
        (role(&core, &json!(["*"]), &get), "rules[0].resources[0]"),
        (role(&core, &json!(["pods/*"]), &get), "rules[0].resources[0]"),
        (role(&json!(["*"]), &pods, &get), "rules[0].apiGroups[0]"),
        (
            role(&json!(["rbac.authorization.k8s.io"]), &json!(["roles"]), &json!(["escalate"])),
            "rules[0].verbs[0]",
        ),
        (
            role(&json!(["rbac.authorization.k8s.io"]), &json!(["roles"]), &json!(["bind"])),
            "rules[0].verbs[0]",
        ),
        (role(&core, &json!(["serviceaccounts"]), &json!(["impersonate"])), "rules[0].verbs[0]"),
        (
            role(&core, &json!(["serviceaccounts/token"]), &json!(["create"])),
            "rules[0].resources[0]",
        ),
        (role(&core, &json!(["pods/proxy"]), &get), "rules[0].resources[0]"),
        (role(&core, &json!(["services/proxy"]), &get), "rules[0].resources[0]"),
        (role(&core, &json!(["resourcequotas"]), &json!(["update"])), "rules[0].resources[0]"),
    ] {
        for who in [Who::Admin, Who::Account, Who::Administrator] {
            ask(ROLES).by(who).create(&bad).denied(&world, "EscalationForbidden", field);
            ask(ROLES).by(who).namespace("open").create(&bad).allowed(&world);
        }
    }
    let aggregated = set(
        &role(&core, &pods, &get),
        "/metadata/labels",
        json!({"rbac.authorization.k8s.io/aggregate-to-admin": "true"}),
    );
    ask(ROLES).create(&aggregated).denied(
        &world,
        "EscalationForbidden",
        "metadata.labels[rbac.authorization.k8s.io/aggregate-to-admin]",
    );
}

#[test]
fn r37_only_exact_usernames_are_exempt() {
    let world = world();
    let bad = json!({"kind": "RoleBinding", "metadata": {"name": "x", "labels": {"lessor.io/managed": "true"}},
        "roleRef": own_role(), "subjects": []});
    for who in [
        Who::Admin,
        Who::Account,
        Who::Node("n"),
        Who::Controller("evil"),
        Who::Controller("lessor-controller"),
    ] {
        ask(BINDINGS).by(who).create(&bad).denied(
            &world,
            "ReservedKeyForbidden",
            "metadata.labels[lessor.io/managed]",
        );
    }
    ask(BINDINGS).by(Who::Lessor).create(&bad).allowed(&world);
}
