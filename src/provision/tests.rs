//! The room as a whole: objects, prune set, status and deletion of small worlds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::api::{
    ClusterFacts, DeletionPolicy, LimitDefaults, NamespaceStatus, PodSecurityLevel, SubjectKind,
    TenantStatus, ValidMember, ValidSecret, ValidTenant,
};

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn tenant(namespaces: &[&str]) -> ValidTenant {
    let member = |role: &str, kind: SubjectKind, name: &str| ValidMember {
        role: role.to_owned(),
        cluster_role: format!("lessor-tenant-{role}"),
        kind,
        name: name.to_owned(),
        namespace: (kind == SubjectKind::ServiceAccount).then(|| "acme".to_owned()),
    };
    ValidTenant {
        name: "acme".to_owned(),
        uid: "t-1".to_owned(),
        generation: 3,
        class_name: "default".to_owned(),
        namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
        members: vec![
            member("view", SubjectKind::User, "zoe"),
            member("admin", SubjectKind::Group, "oidc:acme"),
            member("view", SubjectKind::ServiceAccount, "ci"),
        ],
        ingress: Vec::new(),
        egress: Vec::new(),
        pod_security: PodSecurityLevel::Restricted,
        pod_security_version: "latest".to_owned(),
        node_pool: None,
        runtime_class_name: None,
        quota: texts(&[("pods", "10")]),
        quota_shares: BTreeMap::new(),
        limits: LimitDefaults { default: texts(&[("cpu", "0.5")]), ..LimitDefaults::default() },
        secrets: vec![ValidSecret {
            name: "ca".to_owned(),
            source: "root-ca".to_owned(),
            keys: vec!["ca.crt".to_owned()],
            mounts: Vec::new(),
        }],
        parameters: serde_json::Map::new(),
        suspended: false,
        deletion_policy: DeletionPolicy::Retain,
    }
}

fn own(uid: &str) -> ObservedNamespace {
    ObservedNamespace {
        uid: uid.to_owned(),
        labels: texts(&[("lessor.io/tenant", "acme"), ("lessor.io/tenant-uid", "t-1")]),
        ..ObservedNamespace::default()
    }
}

fn observed(namespaces: &[&str]) -> Observed {
    let source = SourceSecret {
        kind: "Opaque".to_owned(),
        data: texts(&[("ca.crt", "YQ=="), ("ca.key", "c2VjcmV0")]),
    };
    Observed {
        namespaces: namespaces.iter().map(|name| ((*name).to_owned(), own(name))).collect(),
        sources: [("root-ca".to_owned(), source)].into(),
        digest_key: DigestKey::new(vec![7; 32]),
        ..Observed::default()
    }
}

/// The world after everything wanted was applied.
fn fulfilled(wanted: &Wanted, mut observed: Observed) -> Observed {
    for namespace in &wanted.namespaces {
        observed.namespaces.entry(namespace.name.clone()).or_insert_with(|| own(&namespace.name));
        for object in namespace.objects() {
            let mut body = object.body.clone();
            body["metadata"]["uid"] = json!(object.key.to_string());
            observed.objects.0.insert(object.key.clone(), Arc::new(body));
        }
    }
    observed
}

fn applied(wanted: &Wanted) -> Applied {
    let done = |namespace: &WantedNamespace| AppliedNamespace {
        name: namespace.name.clone(),
        mode: namespace.mode,
        claim: namespace.claim.clone(),
        uid: namespace.claim.is_writable().then(|| namespace.name.clone()),
        is_isolated: namespace.claim.is_writable(),
        canary: Canary::Denied,
        failures: Vec::new(),
    };
    Applied {
        namespaces: wanted.namespaces.iter().map(done).collect(),
        suspension: Suspension::Off,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn condition<'a>(status: &'a TenantStatus, name: &str) -> (&'a str, &'a str) {
    let found = status.conditions.iter().find(|condition| condition.type_ == name).unwrap();
    (&found.status, &found.reason)
}

#[test]
fn objects_come_in_the_order_of_isolation() {
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &observed(&[]));
    let keys: Vec<String> =
        wanted.namespaces[0].objects().map(|object| object.key.to_string()).collect();
    insta::assert_snapshot!(keys.join("\n"), @r"
    NetworkPolicy acme/lessor-default-deny
    ResourceQuota acme/lessor-quota
    LimitRange acme/lessor-limits
    NetworkPolicy acme/lessor-intra
    NetworkPolicy acme/lessor-dns
    ServiceAccount acme/default
    Secret acme/ca
    RoleBinding acme/lessor-members-1797860c5ca65938
    RoleBinding acme/lessor-members-021079a42497a756
    ");
    assert_eq!(wanted.namespaces[0].isolation.len(), 3);
}

#[test]
fn rendered_objects_hold_what_lessor_owns_and_no_more() {
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &observed(&[]));
    let namespace = &wanted.namespaces[0];
    let shown = |kind: Kind| {
        let found = namespace.objects().find(|object| object.key.kind == kind).unwrap();
        found.body.to_string()
    };
    insta::assert_snapshot!(namespace.namespace.as_ref().unwrap().body.to_string(), @r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"labels":{"lessor.io/tenant":"acme","lessor.io/tenant-uid":"t-1","pod-security.kubernetes.io/audit":"restricted","pod-security.kubernetes.io/audit-version":"latest","pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/enforce-version":"latest","pod-security.kubernetes.io/warn":"restricted","pod-security.kubernetes.io/warn-version":"latest"},"name":"acme"}}"#);
    insta::assert_snapshot!(shown(Kind::ResourceQuota), @r#"{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"labels":{"lessor.io/managed":"true","lessor.io/tenant":"acme"},"name":"lessor-quota","namespace":"acme"},"spec":{"hard":{"pods":"10"}}}"#);
    insta::assert_snapshot!(shown(Kind::LimitRange), @r#"{"apiVersion":"v1","kind":"LimitRange","metadata":{"labels":{"lessor.io/managed":"true","lessor.io/tenant":"acme"},"name":"lessor-limits","namespace":"acme"},"spec":{"limits":[{"default":{"cpu":"500m"},"type":"Container"}]}}"#);
    insta::assert_snapshot!(shown(Kind::ServiceAccount), @r#"{"apiVersion":"v1","automountServiceAccountToken":false,"kind":"ServiceAccount","metadata":{"name":"default","namespace":"acme"}}"#);
    insta::assert_snapshot!(shown(Kind::RoleBinding), @r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"annotations":{"lessor.io/description":"lessor-tenant-admin"},"labels":{"lessor.io/managed":"true","lessor.io/tenant":"acme"},"name":"lessor-members-1797860c5ca65938","namespace":"acme"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"lessor-tenant-admin"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"oidc:acme"}]}"#);
    insta::assert_snapshot!(shown(Kind::Secret), @r#"{"apiVersion":"v1","data":{"ca.crt":"YQ=="},"kind":"Secret","metadata":{"annotations":{"lessor.io/source-version":"30e34078d08a2d7009cca92b5dc94609"},"labels":{"lessor.io/managed":"true","lessor.io/tenant":"acme"},"name":"ca","namespace":"acme"},"type":"Opaque"}"#);
}

#[test]
fn nothing_is_rendered_into_namespaces_of_others() {
    let mut world = observed(&["acme"]);
    world.namespaces.insert("foreign".into(), ObservedNamespace::default());
    let taken = ObservedNamespace {
        labels: texts(&[("lessor.io/tenant", "globex")]),
        ..ObservedNamespace::default()
    };
    world.namespaces.insert("taken".into(), taken);
    let spec = tenant(&["acme", "foreign", "taken", "kube-system"]);
    let wanted = render(&spec, &ClusterFacts::default(), &world);
    for namespace in &wanted.namespaces[1..] {
        assert_eq!((namespace.objects().count(), &namespace.namespace), (0, &None));
    }
    let names: Vec<String> = intent(&wanted, &world).into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["acme"]);
    let status = status(3, &wanted, &applied(&wanted), &world, at(1));
    assert_eq!(condition(&status, "NamespacesReady"), ("False", "AdoptionDenied"));
    assert_eq!(condition(&status, "Ready"), ("False", "AdoptionDenied"));
    assert_eq!(status.ready_namespaces, 1);
}

#[test]
fn nobody_learns_whose_a_namespace_is() {
    let mut world = observed(&["acme"]);
    let taken = ObservedNamespace {
        labels: texts(&[("lessor.io/tenant", "globex")]),
        ..ObservedNamespace::default()
    };
    world.namespaces.insert("taken".into(), taken);
    let wanted = render(&tenant(&["acme", "taken"]), &ClusterFacts::default(), &world);
    let status = status(3, &wanted, &applied(&wanted), &world, at(1));
    assert_eq!(condition(&status, "NamespacesReady"), ("False", "NameConflict"));
    let said = serde_json::to_string(&status).unwrap();
    assert!(said.contains("taken") && !said.contains("globex"), "{said}");
}

#[test]
fn intent_comes_before_the_uid_and_forgets_an_earlier_one() {
    let spec = tenant(&["acme"]);
    let mut world = observed(&[]);
    let entry = NamespaceStatus {
        name: "acme".into(),
        uid: Some("gone".into()),
        isolated: true,
        ready: true,
        message: None,
    };
    world.previous.namespaces = vec![entry.clone()];
    let wanted = render(&spec, &ClusterFacts::default(), &world);
    let expected = NamespaceStatus { name: "acme".into(), ..NamespaceStatus::default() };
    assert_eq!(intent(&wanted, &world), [expected]);
    world.namespaces.insert("acme".into(), own("gone"));
    let wanted = render(&spec, &ClusterFacts::default(), &world);
    assert_eq!(intent(&wanted, &world), [entry]);
}

#[test]
fn a_dropped_namespace_keeps_isolation_and_loses_access_and_secrets() {
    let both = render(&tenant(&["acme", "old"]), &ClusterFacts::default(), &observed(&[]));
    let mut world = fulfilled(&both, observed(&[]));
    world.previous = status(3, &both, &applied(&both), &world, at(1));
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &world);
    let pruned: Vec<String> =
        prune(&wanted, &world).iter().map(|delete| delete.key.to_string()).collect();
    insta::assert_snapshot!(pruned.join("\n"), @r"
    RoleBinding old/lessor-members-021079a42497a756
    RoleBinding old/lessor-members-1797860c5ca65938
    Secret old/ca
    ");
    let status = status(4, &wanted, &applied(&wanted), &world, at(2));
    assert_eq!(status.ready_namespaces, 1);
    assert!(!status.namespaces[1].ready);
    assert_eq!(condition(&status, "Ready"), ("True", "Provisioned"));
}

#[test]
fn a_spec_that_cannot_be_applied_holds_isolation_and_takes_nothing() {
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &observed(&[]));
    let mut world = fulfilled(&wanted, observed(&[]));
    world.previous = status(3, &wanted, &applied(&wanted), &world, at(1));
    let held = hold("acme", "t-1", &ClusterFacts::default(), &world);
    let keys: Vec<String> =
        held.namespaces[0].objects().map(|object| object.key.to_string()).collect();
    assert_eq!(keys, ["NetworkPolicy acme/lessor-default-deny"]);
    assert_eq!(prune(&held, &world), []);
    let status = refused(4, &world, "ClassNotFound", "there is none".into(), at(9));
    assert_eq!(condition(&status, "Ready"), ("False", "ClassNotFound"));
    assert_eq!(condition(&status, "Isolated"), ("True", "Enforced"));
    assert_eq!(status.namespaces, world.previous.namespaces);
}

#[test]
fn a_missing_source_keeps_the_copies_that_exist() {
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &observed(&[]));
    let mut world = fulfilled(&wanted, observed(&[]));
    world.sources.clear();
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &world);
    assert_eq!(prune(&wanted, &world), []);
    let status = status(3, &wanted, &applied(&wanted), &world, at(1));
    assert_eq!(condition(&status, "SecretsSynced"), ("False", "SourceMissing"));
}

#[test]
fn isolated_needs_the_objects_and_the_webhooks_denial() {
    let world = observed(&["acme"]);
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &world);
    let verdict = |canary: Canary, is_isolated: bool| {
        let mut done = applied(&wanted);
        done.namespaces[0].canary = canary;
        done.namespaces[0].is_isolated = is_isolated;
        let status = status(3, &wanted, &done, &world, at(1));
        let (value, reason) = condition(&status, "Isolated");
        assert_eq!(condition(&status, "Ready").0, value);
        format!("{value} {reason}")
    };
    assert_eq!(verdict(Canary::Denied, true), "True Enforced");
    assert_eq!(verdict(Canary::Denied, false), "False IsolationPending");
    assert_eq!(verdict(Canary::Admitted, true), "False CanaryNotDenied");
    assert_eq!(verdict(Canary::Pending, true), "False CanaryPending");
    assert_eq!(verdict(Canary::Unanswered("x".into()), true), "False CanaryUnanswered");
}

#[test]
fn a_role_that_cannot_be_bound_is_told_with_what_to_do() {
    let world = observed(&["acme"]);
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &world);
    let mut done = applied(&wanted);
    done.namespaces[0].failures.push(Failure {
        key: ObjectKey::new(Kind::RoleBinding, "acme", binding_name("custom")),
        reason: FailureReason::RoleNotBindable,
        message: "forbidden".repeat(500),
    });
    let status = status(3, &wanted, &done, &world, at(1));
    assert_eq!(condition(&status, "AccessSynced"), ("False", "RoleNotBindable"));
    assert_eq!(condition(&status, "Isolated").0, "True");
    assert!(!status.namespaces[0].ready && status.namespaces[0].isolated);
    assert!(status.conditions.iter().all(|condition| condition.message.len() <= 1024));
}

#[test]
fn an_unchanged_tenant_has_an_unchanged_status() {
    let mut world = observed(&["acme"]);
    let wanted = render(&tenant(&["acme"]), &ClusterFacts::default(), &world);
    let first = status(3, &wanted, &applied(&wanted), &world, at(1));
    world.previous = first.clone();
    assert_eq!(status(3, &wanted, &applied(&wanted), &world, at(99)), first);
    let mut changed = applied(&wanted);
    changed.namespaces[0].canary = Canary::Admitted;
    let second = status(3, &wanted, &changed, &world, at(99));
    let time = |status: &TenantStatus, name: &str| {
        let found = status.conditions.iter().find(|c| c.type_ == name).unwrap();
        found.last_transition_time.0.as_second()
    };
    assert_eq!((time(&second, "Isolated"), time(&second, "QuotaSynced")), (99, 1));
    let read_back: TenantStatus =
        serde_json::from_value(serde_json::to_value(&second).unwrap()).unwrap();
    assert_eq!(read_back, second);
}

/// One managed object of anybody's, anywhere.
fn managed_object() -> impl Strategy<Value = (ObjectKey, Value)> {
    let kinds = prop::sample::select(vec![
        Kind::NetworkPolicy,
        Kind::Secret,
        Kind::RoleBinding,
        Kind::ServiceAccount,
        Kind::Pod,
    ]);
    let namespaces = prop::sample::select(vec!["acme", "dev", "foreign"]);
    let names = prop::sample::select(vec!["lessor-default-deny", "ca", "x"]);
    let owners = prop::sample::select(vec!["acme", "globex", ""]);
    (kinds, namespaces, names, owners, any::<bool>(), any::<bool>()).prop_map(
        |(kind, namespace, name, owner, is_managed, has_uid)| {
            let mut object = json!({"metadata": {"labels": {"lessor.io/tenant": owner}}});
            if is_managed {
                object["metadata"]["labels"]["lessor.io/managed"] = json!("true");
            }
            if has_uid {
                object["metadata"]["uid"] = json!("u");
            }
            (ObjectKey::new(kind, namespace, name), object)
        },
    )
}

proptest! {
    #[test]
    fn pruning_names_only_own_objects_with_a_uid(
        objects in prop::collection::vec(managed_object(), 0..30),
    ) {
        let mut world = observed(&["acme", "dev"]);
        world.namespaces.insert("foreign".into(), ObservedNamespace::default());
        world.objects.0 = objects.into_iter().map(|(key, object)| (key, Arc::new(object))).collect();
        let wanted = render(&tenant(&["acme", "dev", "foreign"]), &ClusterFacts::default(), &world);
        let keys: BTreeSet<&ObjectKey> = wanted
            .namespaces
            .iter()
            .flat_map(WantedNamespace::objects)
            .map(|object| &object.key)
            .collect();
        for delete in prune(&wanted, &world) {
            let object = &world.objects.0[&delete.key];
            prop_assert_eq!(&object["metadata"]["uid"], &json!(delete.uid));
            prop_assert_eq!(&object["metadata"]["labels"]["lessor.io/managed"], "true");
            prop_assert_eq!(&object["metadata"]["labels"]["lessor.io/tenant"], "acme");
            prop_assert!(delete.key.namespace != "foreign" && !keys.contains(&delete.key));
            prop_assert!(Kind::MANAGED.contains(&delete.key.kind));
        }
    }

    #[test]
    fn rendering_is_deterministic_and_settles(
        namespaces in prop::collection::btree_set("[a-z]{1,6}", 1..6),
        pods in 0_u32..500,
    ) {
        let names: Vec<&str> = namespaces.iter().map(String::as_str).collect();
        let mut spec = tenant(&names);
        spec.quota = texts(&[("pods", &pods.to_string())]);
        let facts = ClusterFacts::default();
        let wanted = render(&spec, &facts, &observed(&[]));
        prop_assert_eq!(&wanted, &render(&spec, &facts, &observed(&[])));
        let world = fulfilled(&wanted, observed(&[]));
        let again = render(&spec, &facts, &world);
        for namespace in &again.namespaces {
            for object in namespace.objects() {
                let stored = &world.objects.0[&object.key];
                prop_assert!(is_current(object.key.kind, stored, &object.body));
            }
        }
        prop_assert_eq!(prune(&again, &world), vec![]);
        let sum: u64 = again.quota.iter().map(|share| share.hard["pods"].parse::<u64>().unwrap()).sum();
        prop_assert!(sum <= u64::from(pods));
    }
}
