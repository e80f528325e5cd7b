//! Policies as people write them, on every single change of an object, and on
//! some of several.

use proptest::prelude::*;
use proptest::sample::Index;
use regorus::Value as Rego;
use serde_json::{Value as Json, json};

use super::change::{KINDS, change, places};
use super::{Case, Policy, Seen, compile};

macro_rules! corpus {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("corpus/", $name)))),+]
    };
}

/// Every policy of the corpus.
pub(super) const CORPUS: [(&str, &str); 31] = corpus![
    "allowed-registries.rego",
    "capabilities.v0.rego",
    "container-order.rego",
    "container-set-counted.rego",
    "container-set.rego",
    "delete-protection.rego",
    "destructuring.rego",
    "dynamic-fields.rego",
    "else-chain.rego",
    "every-probe.rego",
    "existence.rego",
    "inventory-index.rego",
    "inventory.rego",
    "membership.rego",
    "nested-rules.rego",
    "object-comprehension.rego",
    "object-get-paths.rego",
    "old-object.rego",
    "pairs.rego",
    "partial-object.rego",
    "pod-spec-agreeing.rego",
    "pod-spec-by-kind.rego",
    "quantities.rego",
    "ratio.rego",
    "required-labels.rego",
    "set-operations.rego",
    "some-index.rego",
    "tenant.rego",
    "user.rego",
    "users.v0.rego",
    "walk-by-hand.rego",
];

pub(super) fn policies() -> Vec<(&'static str, Policy)> {
    let policy = |(name, rego): (&'static str, &str)| {
        (name, Policy::of(compile(rego, name.ends_with(".v0.rego"))))
    };
    CORPUS.into_iter().map(policy).collect()
}

/// Small, with something for every policy of the corpus.
pub(super) fn object() -> Json {
    json!({
        "kind": "Pod",
        "metadata": {"name": "web-1", "uid": "u-2", "labels": {"app": "web", "level": "LOW"},
            "annotations": {"example.com/protected": "true", "owner": "ann"},
            "managedFields": [{"manager": "kubectl"}]},
        "spec": {
            "containers": [
                {"name": "app", "image": "good/app:latest", "ports": [{"containerPort": 22}],
                    "securityContext": {"privileged": true, "runAsUser": 150,
                        "capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]}},
                    "resources": {"limits": {"memory": "128Mi", "cpu": "4"}, "requests": {"cpu": "1"}},
                    "livenessProbe": {}, "readinessProbe": {"httpGet": {"port": 80}}, "tty": true},
                {"name": "metrics", "image": "evil/metrics:debug", "ports": [{"containerPort": 9090}],
                    "volumeMounts": [{"name": "kube-api-access-x7v2p"}],
                    "readinessProbe": {"httpGet": {"port": 81}}},
                {"name": "other", "image": "good/app:latest"},
            ],
            "initContainers": [{"name": "app", "image": "good/app:latest"}],
            "hostNetwork": true, "hostPID": false, "hostUsers": null, "priority": null,
            "overhead": {}, "restartPolicy": "OnFailure", "nodeName": "n1",
            "selector": {"a": "b"}, "rules": [{"host": "a.example"}],
            "securityContext": {"runAsUser": 0}, "seccompProfile": {"type": "Unconfined"},
            "command": ["sh", {"value": "sh"}],
            "volumes": [{"name": "v", "hostPath": {"path": "/etc"}}],
            "template": {"spec": {"containers": [{"image": "a:latest"}], "hostNetwork": true}},
        },
    })
}

/// Base cases, such that every policy has something to say in one of them. The
/// first two are rich enough to be changed in every place.
fn bases() -> [Case; 4] {
    let mut update = Case::of(&object());
    update.request["oldObject"] = json!({"metadata": {"labels": {"app": "web", "old": "1"}},
        "spec": {"selector": {"a": "c"}}});
    let base = |operation: &str, kind: &str| {
        let mut case = update.clone();
        case.request["operation"] = operation.into();
        case.request["kind"]["kind"] = kind.into();
        case
    };
    let mut bare = base("CREATE", "Pod");
    bare.request["object"]["spec"]["initContainers"] = Json::Null;
    [base("UPDATE", "Pod"), base("CREATE", "Deployment"), base("DELETE", "Pod"), bare]
}

/// A part of a case and what a change makes of it.
fn changed(case: &Case, place: &str, kind: usize) -> Option<Case> {
    let mut case = case.clone();
    match place.strip_prefix("/tenant") {
        Some(place) => case.tenant = change(&case.tenant, place, kind)?,
        None => case.request = change(&case.request, place, kind)?,
    }
    Some(case)
}

/// Would catch nearly every read that the analysis forgets: each policy is asked
/// about every document that differs in one thing from one that it has something
/// to say about.
#[test]
fn every_single_change_is_judged_alike() {
    for (name, policy) in policies() {
        let (mut seen, mut said) = (Seen::default(), 0);
        for (number, base) in bases().iter().enumerate() {
            let (result, _) = policy.holds(base);
            said += usize::from(result.is_ok_and(|result| result != Rego::new_set()));
            if number > 1 {
                continue;
            }
            let tenant = places(&base.tenant).into_iter().map(|place| format!("/tenant{place}"));
            for place in places(&base.request).into_iter().chain(tenant) {
                for case in (0..KINDS).filter_map(|kind| changed(base, &place, kind)) {
                    policy.holds_again(&case, &mut seen);
                }
            }
        }
        assert!(said > 0, "{name} says nothing about any base case");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Several changes at once, here and there, against one memory.
    #[test]
    fn several_changes_are_judged_alike(
        base in 0..4_usize,
        walks in prop::collection::vec(prop::collection::vec((any::<Index>(), 0..KINDS), 1..4), 2..4),
    ) {
        let base = &bases()[base];
        let mut cases = vec![base.clone()];
        for walk in walks {
            let mut case = base.clone();
            for (place, kind) in walk {
                let all = places(&case.request);
                case = changed(&case, place.get(&all).as_str(), kind).unwrap_or(case);
            }
            cases.push(case);
        }
        POLICIES.with(|policies| {
            for (_, policy) in policies {
                let mut seen = Seen::default();
                for case in &cases {
                    policy.holds_again(case, &mut seen);
                }
            }
        });
    }
}

thread_local! {
    static POLICIES: Vec<(&'static str, Policy)> = policies();
}

/// What the analysis finds for a few of them, in full: it should neither read
/// more than this nor less.
#[test]
fn the_read_sets_are_as_small_as_they_can_be() {
    let shown = [
        "allowed-registries.rego",
        "container-set.rego",
        "pod-spec-by-kind.rego",
        "users.v0.rego",
        "dynamic-fields.rego",
        "existence.rego",
    ];
    let mut all = String::new();
    for (name, policy) in policies().iter().filter(|(name, _)| shown.contains(name)) {
        all.push_str(&format!("{name}\n{}\n\n", policy.projection()));
    }
    insta::assert_snapshot!(all, @r"
    allowed-registries.rego
    input.parameters.registries[*]
    input.review.object.spec.containers[*].image
    input.review.object.spec.containers[*].name
    input.review.object.spec.initContainers[*].image
    input.review.object.spec.initContainers[*].name

    container-set.rego
    input.review.object.spec.containers[*].name
    input.review.object.spec.containers[*].securityContext.privileged (value, or kind of container)
    input.review.object.spec.ephemeralContainers[*].name
    input.review.object.spec.ephemeralContainers[*].securityContext.privileged (value, or kind of container)
    input.review.object.spec.initContainers[*].name
    input.review.object.spec.initContainers[*].securityContext.privileged (value, or kind of container)

    dynamic-fields.rego
    input.parameters.annotations[*]
    input.review.object.metadata.annotations[*] (value, or kind of container)
    input.review.object.spec.containers[*].resources.limits.memory (value, or kind of container)
    input.review.object.spec.initContainers[*].resources.limits.memory (value, or kind of container)

    existence.rego
    input.review.object.spec.automount (value, or kind of container)
    input.review.object.spec.hostUsers (presence)
    input.review.object.spec.overhead[*] (presence)
    input.review.object.spec.priority (value, or kind of container)

    pod-spec-by-kind.rego
    input.review.kind.kind (value, or kind of container)
    input.review.object.spec.containers[*].image
    input.review.object.spec.hostNetwork (value, or kind of container)
    input.review.object.spec.jobTemplate.spec.template.spec.containers[*].image
    input.review.object.spec.jobTemplate.spec.template.spec.hostNetwork (value, or kind of container)
    input.review.object.spec.template.spec.containers[*].image
    input.review.object.spec.template.spec.hostNetwork (value, or kind of container)

    users.v0.rego
    input.parameters.runAsGroup.ranges[*].max
    input.parameters.runAsGroup.ranges[*].min
    input.parameters.runAsGroup.rule (value, or kind of container)
    input.parameters.runAsUser.ranges[*].max
    input.parameters.runAsUser.ranges[*].min
    input.parameters.runAsUser.rule (value, or kind of container)
    input.review.object.spec.containers[*].name
    input.review.object.spec.containers[*].securityContext.runAsGroup
    input.review.object.spec.containers[*].securityContext.runAsUser
    input.review.object.spec.initContainers[*].name
    input.review.object.spec.initContainers[*].securityContext.runAsGroup
    input.review.object.spec.initContainers[*].securityContext.runAsUser
    input.review.object.spec.securityContext.runAsGroup
    input.review.object.spec.securityContext.runAsUser
    ");
}

/// Two Pods of one rollout differ in name, uid and the mounts of their tokens:
/// one verdict serves them all, unless the policy says the name.
#[test]
fn pods_of_one_rollout_hash_alike() {
    let first = Case::of(&object());
    let mut second = first.clone();
    second.request["uid"] = json!("u-9");
    second.request["name"] = json!("web-2");
    for object in ["object", "oldObject"] {
        let object = &mut second.request[object];
        object["metadata"]["name"] = json!("web-2");
        object["metadata"]["uid"] = json!("u-9");
        object["spec"]["containers"][1]["volumeMounts"][0]["name"] =
            json!("kube-api-access-j8k3q");
    }
    let differ: Vec<&str> = policies()
        .iter()
        .filter(|(_, policy)| policy.holds(&first).1[1] != policy.holds(&second).1[1])
        .map(|(name, _)| *name)
        .collect();
    insta::assert_snapshot!(differ.join("\n"), @r"
    container-order.rego
    container-set-counted.rego
    inventory.rego
    ");
}
