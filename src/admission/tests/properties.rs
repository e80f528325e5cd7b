//! What holds for every request, by random ones made of names that rules look for.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::harness::{Ask, Who, ask, settle};
use super::pods::{pod, stored};
use super::world::{unsynced, with_class, world};
use crate::admission::{Outcome, Phase};
use crate::snapshot::Snapshot;

/// Names of fields, keys and values that mean something to some rule.
const NAMES: [&str; 56] = [
    "metadata",
    "spec",
    "status",
    "labels",
    "annotations",
    "finalizers",
    "ownerReferences",
    "name",
    "generateName",
    "namespace",
    "uid",
    "deletionTimestamp",
    "lessor.io/tenant",
    "lessor.io/managed",
    "lessor.io/tenant-uid",
    "lessor.io/adopt",
    "acme",
    "globex",
    "lessor-default-deny",
    "true",
    "kubernetes.io/config.mirror",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "volumes",
    "hostPath",
    "secret",
    "secretName",
    "csi",
    "ephemeral",
    "volumeClaimTemplate",
    "securityContext",
    "runAsNonRoot",
    "privileged",
    "capabilities",
    "drop",
    "ALL",
    "template",
    "jobTemplate",
    "volumeClaimTemplates",
    "image",
    "imagePullPolicy",
    "env",
    "valueFrom",
    "selector",
    "ports",
    "type",
    "externalIPs",
    "ingress",
    "from",
    "podSelector",
    "namespaceSelector",
    "ipBlock",
    "claimRef",
    "subjects",
    "roleRef",
];

const TARGETS: [&str; 40] = [
    "pods",
    "pods/status",
    "pods/binding",
    "pods/ephemeralcontainers",
    "pods/resize",
    "pods/eviction",
    "pods/tomorrow",
    "bindings",
    "podtemplates",
    "replicationcontrollers",
    "apps/deployments",
    "apps/replicasets",
    "apps/statefulsets",
    "apps/daemonsets",
    "apps/deployments/scale",
    "batch/jobs",
    "batch/cronjobs",
    "services",
    "services/status",
    "endpoints",
    "discovery.k8s.io/endpointslices",
    "networking.k8s.io/networkpolicies",
    "networking.k8s.io/ingresses",
    "persistentvolumeclaims",
    "snapshot.storage.k8s.io/volumesnapshots",
    "serviceaccounts",
    "serviceaccounts/token",
    "secrets",
    "configmaps",
    "resourcequotas",
    "limitranges",
    "rbac.authorization.k8s.io/roles",
    "rbac.authorization.k8s.io/rolebindings",
    "example.com/tomorrows",
    "persistentvolumes",
    "namespaces",
    "namespaces/finalize",
    "lessor.io/tenants",
    "lessor.io/tenants/status",
    "lessor.io/tenantclasses",
];

const NAMESPACES: [&str; 8] =
    ["acme", "globex", "fresh", "old", "open", "kube-system", "unseen", ""];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(&NAMES[..]).prop_map(Value::from),
        "[a-z*/.-]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(&NAMES[..]), inner, 0..6).prop_map(
                |map| {
                    Value::Object(
                        map.into_iter()
                            .map(|(key, value)| (key.to_owned(), value))
                            .collect::<Map<_, _>>(),
                    )
                }
            ),
        ]
    })
}

/// An object: arbitrary, or a good Pod with something arbitrary put into it.
fn any_object() -> impl Strategy<Value = Value> {
    let seeded = (any::<bool>(), prop::sample::select(&NAMES[..]), any_value(), 0..4_usize);
    let seeded = seeded.prop_map(|(complete, name, value, place)| {
        let mut object = if complete { stored() } else { pod() };
        match place {
            0 => object["spec"][name] = value,
            1 => object["metadata"][name] = value,
            2 => object["spec"]["containers"][0][name] = value,
            _ => object["metadata"]["labels"][name] = value,
        }
        object
    });
    prop_oneof![any_value(), seeded]
}

fn any_who() -> impl Strategy<Value = Who> {
    prop::sample::select(vec![
        Who::Admin,
        Who::Account,
        Who::Administrator,
        Who::Controller("replicaset-controller"),
        Who::Controller("namespace-controller"),
        Who::Node("n1"),
        Who::Lessor,
    ])
}

fn any_ask(
    targets: &'static [&'static str],
    namespaces: &'static [&'static str],
) -> impl Strategy<Value = Ask> {
    let what = (prop::sample::select(targets), prop::sample::select(namespaces), any_who());
    (what, any_object(), any_object(), 0..5_u8).prop_map(
        |((target, namespace, who), old, new, operation)| {
            let ask = ask(target).namespace(namespace).by(who);
            match operation {
                0 => ask.create(&new),
                1 => ask.update(&old, &new),
                2 => ask.delete(&old),
                3 => ask.name("").delete(&old),
                _ => ask.connect(&new),
            }
        },
    )
}

fn same(one: &Outcome, other: &Outcome) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

fn worlds() -> [Snapshot; 3] {
    [world(), with_class(&json!({"podTemplates": "Deny", "podAccess": []})), unsynced()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn no_input_panics_and_every_decision_is_deterministic(ask in any_ask(&TARGETS, &NAMESPACES)) {
        for world in worlds() {
            for phase in [Phase::Mutating, Phase::Validating] {
                let (one, left) = ask.outcome(&world, phase);
                let (other, also) = ask.outcome(&world, phase);
                prop_assert!(same(&one, &other));
                prop_assert_eq!(&left.object, &also.object);
                if phase == Phase::Validating {
                    prop_assert!(settle(one).patch.is_empty());
                }
            }
        }
    }

    #[test]
    fn nothing_outside_tenants_is_ever_in_the_way(
        ask in any_ask(&TARGETS[..34], &["open", "kube-system"]),
    ) {
        let world = world();
        for phase in [Phase::Mutating, Phase::Validating] {
            let decision = ask.decision(&world, phase);
            prop_assert!(decision.allowed() && decision.patch.is_empty() && decision.warnings.is_empty());
        }
    }

    #[test]
    fn mutation_settles_at_once_and_admits_only_what_validation_admits(
        ask in any_ask(&TARGETS[..34], &["acme", "fresh", "old"]),
    ) {
        let world = world();
        let (outcome, stored) = ask.outcome(&world, Phase::Mutating);
        let mutated = settle(outcome);
        prop_assume!(mutated.allowed());
        let next = ask.again(stored);
        let (outcome, again) = next.outcome(&world, Phase::Mutating);
        let second = settle(outcome);
        prop_assert!(second.allowed(), "{:?}", second.violations);
        prop_assert!(second.patch.is_empty(), "{:?}", second.patch);
        prop_assert!(again.object == next.outcome(&world, Phase::Validating).1.object);
        let validated = next.decision(&world, Phase::Validating);
        prop_assert!(validated.allowed(), "{:?}", validated.violations);
    }

    #[test]
    fn a_patch_makes_of_the_request_what_was_judged(ask in any_ask(&TARGETS[..34], &["acme"])) {
        let world = world();
        let before = ask.outcome(&unsynced(), Phase::Validating).1.object;
        let (outcome, after) = ask.outcome(&world, Phase::Mutating);
        let decision = settle(outcome);
        if let (Some(mut object), true) = (before, decision.allowed()) {
            json_patch::patch(&mut object, &decision.patch).unwrap();
            prop_assert_eq!(Some(object), after.object);
        }
    }

    #[test]
    fn stripping_labels_in_the_same_request_never_frees(
        target in prop::sample::select(&TARGETS[..34]), old in any_object(), new in any_object(),
    ) {
        let world = world();
        let mut old = if old.is_object() { old } else { json!({}) };
        old["metadata"] = json!({"name": "x", "labels": {"lessor.io/managed": "true", "lessor.io/tenant": "acme"}});
        let mut new = if new.is_object() { new } else { json!({}) };
        new["metadata"] = json!({"name": "x"});
        for who in [Who::Admin, Who::Account, Who::Node("n1")] {
            for phase in [Phase::Mutating, Phase::Validating] {
                let decision = ask(target).by(who).update(&old, &new).decision(&world, phase);
                prop_assert!(!decision.allowed(), "{target} {who:?}");
            }
        }
    }

    #[test]
    fn a_refused_pod_is_not_admitted_by_more_fields(bad in 0..4_usize, more in any_value()) {
        let world = world();
        let bad = [("hostNetwork", json!(true)), ("hostPID", json!(true)), ("nodeName", json!("n1")),
            ("volumes", json!([{"name": "v", "hostPath": {"path": "/"}}]))][bad].clone();
        let mut object = pod();
        for (key, value) in more.as_object().into_iter().flatten() {
            if key != "spec" && key != "metadata" {
                object["spec"][key] = value.clone();
            }
        }
        object["spec"][bad.0] = bad.1;
        for phase in [Phase::Mutating, Phase::Validating] {
            prop_assert!(!ask("pods").create(&object).decision(&world, phase).allowed());
        }
    }
}
