//! A tenant to judge objects of.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{Caller, Change, Context, Findings, Operation};
use crate::api::{
    ClusterFacts, DeletionPolicy, LimitDefaults, PodSecurityLevel, SecretMount, SubjectKind,
    TenantClassSpec, ValidMember, ValidSecret, ValidTenant,
};

/// Everything that a [`Context`] borrows.
pub(super) struct World {
    pub(super) tenant: ValidTenant,
    pub(super) class: TenantClassSpec,
    pub(super) cluster: ClusterFacts,
}

impl World {
    /// Tenant `acme` with namespaces `acme` and `acme-db`, a user `alice`, a
    /// secret `db-password` for granted workloads only and one, `registry`, for all.
    pub(super) fn new() -> Self {
        let secret = |name: &str, mounts| ValidSecret {
            name: name.to_owned(),
            source: name.to_owned(),
            keys: vec!["key".to_owned()],
            mounts,
        };
        let mount = SecretMount {
            selector: crate::api::WorkloadSelector::default(),
            path: "/run/db".to_owned(),
            default_mode: None,
        };
        let tenant = ValidTenant {
            name: "acme".to_owned(),
            uid: "11111111-1111-1111-1111-111111111111".to_owned(),
            generation: 1,
            class_name: "default".to_owned(),
            namespaces: vec!["acme".to_owned(), "acme-db".to_owned()],
            members: vec![ValidMember {
                role: "admin".to_owned(),
                cluster_role: "lessor-tenant-admin".to_owned(),
                kind: SubjectKind::User,
                name: "alice".to_owned(),
                namespace: None,
            }],
            ingress: Vec::new(),
            egress: Vec::new(),
            pod_security: PodSecurityLevel::Restricted,
            pod_security_version: "latest".to_owned(),
            node_pool: None,
            runtime_class_name: None,
            quota: BTreeMap::new(),
            quota_shares: BTreeMap::new(),
            limits: LimitDefaults::default(),
            secrets: vec![secret("db-password", vec![mount]), secret("registry", Vec::new())],
            parameters: Map::new(),
            suspended: false,
            deletion_policy: DeletionPolicy::Retain,
        };
        let class = TenantClassSpec {
            roles: ["admin", "edit", "view", "app-operator"].map(str::to_owned).to_vec(),
            ..TenantClassSpec::default()
        };
        Self { tenant, class, cluster: ClusterFacts::default() }
    }

    /// The context of namespace `acme`.
    pub(super) fn context(&self) -> Context<'_> {
        Context {
            tenant: &self.tenant,
            class: &self.class,
            namespace: "acme",
            cluster: &self.cluster,
        }
    }
}

/// A change by the tenant's admin of a resource such as `apps/deployments` or `pods/status`
/// (a first segment with a dot, or one of the dotless groups, is a group).
pub(super) fn change<'a>(
    resource: &'a str,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
) -> Change<'a> {
    let (group, rest) = match resource.split_once('/') {
        Some((group, rest))
            if group.contains('.')
                || ["apps", "batch", "policy", "autoscaling"].contains(&group) =>
        {
            (group, rest)
        }
        _ => ("", resource),
    };
    let (resource, subresource) = rest.split_once('/').unwrap_or((rest, ""));
    Change {
        operation: match (old, new) {
            (_, None) => Operation::Delete,
            (None, Some(_)) => Operation::Create,
            (Some(_), Some(_)) => Operation::Update,
        },
        group,
        resource,
        subresource,
        name: "",
        old,
        new,
        caller: Caller::Other,
        username: "alice",
    }
}

/// The same change by another caller.
pub(super) fn by<'a>(change: Change<'a>, caller: Caller, username: &'a str) -> Change<'a> {
    Change { caller, username, ..change }
}

/// What a rule says about a change, as `Reason field` lines.
pub(super) fn verdicts(judge: impl FnOnce(&mut Findings)) -> Vec<String> {
    let mut findings = Findings::default();
    judge(&mut findings);
    for violation in &findings.violations {
        assert!(violation.message.len() > 20 && violation.message.ends_with('.'), "{violation:?}");
        assert!(violation.rule.contains('/'), "{violation:?}");
    }
    assert!(findings.warnings.iter().all(|warning| warning.len() <= 120));
    findings.violations.iter().map(|v| format!("{} {}", v.reason, v.field)).collect()
}

/// Any JSON, made of names that rules look for, so that properties reach deep.
pub(super) fn any_object(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(names).prop_map(Value::from),
        "[a-z/*.:-]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(names), inner, 0..6).prop_map(|map| {
                Value::Object(map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
            }),
        ]
    })
}

/// Every class of callers.
pub(super) fn any_caller() -> impl Strategy<Value = Caller> {
    prop::sample::select(
        &[Caller::Lessor, Caller::Platform, Caller::Node, Caller::Administrator, Caller::Other][..],
    )
}
