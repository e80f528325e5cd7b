//! What holds for every Pod, by random ones.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Subject, judge, mutate};
use crate::document::Mutator;
use crate::isolation::fixtures::{World, create};
use crate::isolation::{Change, Findings};

fn maybe(value: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), value]
}

fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    values
        .prop_map(move |values| {
            let pairs = names.iter().zip(values).filter(|(_, value)| !value.is_null());
            Value::Object(pairs.map(|(name, value)| ((*name).to_owned(), value)).collect())
        })
        .boxed()
}

fn choice(values: &[Value]) -> BoxedStrategy<Value> {
    maybe(prop::sample::select(values.to_vec())).boxed()
}

fn list(item: BoxedStrategy<Value>, most: usize) -> BoxedStrategy<Value> {
    maybe(prop::collection::vec(item, 0..=most).prop_map(Value::from)).boxed()
}

fn token_volume() -> Value {
    json!({"name": "kube-api-access-abcde", "projected": {"sources": [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt"}}]}})
}

fn security_context() -> BoxedStrategy<Value> {
    let profile = [json!({"type": "RuntimeDefault"}), json!({"type": "Unconfined"})];
    object(vec![
        ("seccompProfile", choice(&profile)),
        ("runAsNonRoot", choice(&[json!(true), json!(false)])),
        ("runAsUser", choice(&[json!(0), json!(1000)])),
    ])
}

fn container() -> BoxedStrategy<Value> {
    let capabilities = [
        json!({"drop": ["ALL"]}),
        json!({"drop": ["NET_RAW"]}),
        json!({"add": ["SYS_ADMIN"]}),
        json!({}),
    ];
    let context = object(vec![
        ("seccompProfile", choice(&[json!({"type": "Localhost"})])),
        ("runAsNonRoot", choice(&[json!(true)])),
        ("allowPrivilegeEscalation", choice(&[json!(true), json!(false)])),
        ("capabilities", choice(&capabilities)),
    ]);
    let mounts = [
        json!({"name": "data", "mountPath": "/data"}),
        json!({"name": "data", "mountPath": "/etc/ca"}),
        json!({"name": "lessor-secret-ca", "mountPath": "/etc/ca", "readOnly": true}),
        json!({"name": "lessor-secret-db", "mountPath": "/x"}),
        json!({"name": "kube-api-access-abcde", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true}),
    ];
    object(vec![
        ("name", Just(json!("c")).boxed()),
        ("imagePullPolicy", choice(&[json!("Always"), json!("IfNotPresent")])),
        ("securityContext", maybe(context).boxed()),
        ("volumeMounts", list(prop::sample::select(mounts.to_vec()).boxed(), 4)),
    ])
}

fn pod() -> BoxedStrategy<Value> {
    let volumes = [
        json!({"name": "data", "emptyDir": {}}),
        json!({"name": "image", "image": {"reference": "r"}}),
        json!({"name": "lessor-secret-ca", "emptyDir": {}}),
        json!({"name": "host", "hostPath": {"path": "/"}}),
        token_volume(),
    ];
    let tolerations = [
        json!({"key": "pool", "value": "gold", "effect": "NoSchedule"}),
        json!({"operator": "Exists"}),
        json!({"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}),
    ];
    let labels = object(vec![
        ("app", choice(&[json!("web"), json!("other")])),
        ("team", choice(&[json!("blue"), json!("red")])),
        ("lessor.io/tenant", choice(&[json!("acme"), json!("globex")])),
    ]);
    let spec = object(vec![
        ("containers", prop::collection::vec(container(), 1..3).prop_map(Value::from).boxed()),
        ("initContainers", list(container(), 2)),
        ("volumes", list(prop::sample::select(volumes.to_vec()).boxed(), 4)),
        ("automountServiceAccountToken", choice(&[json!(true), json!(false)])),
        ("securityContext", maybe(security_context()).boxed()),
        (
            "nodeSelector",
            choice(&[json!({"pool": "gold"}), json!({"pool": "silver"}), json!({"disk": "ssd"})]),
        ),
        ("tolerations", list(prop::sample::select(tolerations.to_vec()).boxed(), 3)),
        ("runtimeClassName", choice(&[json!("gvisor"), json!("runc")])),
        ("os", choice(&[json!({"name": "windows"}), json!({"name": "linux"})])),
        ("hostUsers", choice(&[json!(false)])),
        ("nodeName", choice(&[json!("n1")])),
    ]);
    let metadata = object(vec![("labels", maybe(labels).boxed())]);
    object(vec![("metadata", metadata), ("spec", spec)])
}

fn apply(world: &World, pod: &Value) -> (Value, Vec<json_patch::PatchOperation>) {
    let mut after = pod.clone();
    let mut mutator = Mutator::new(&mut after);
    mutate(&world.context(), &create(pod), &mut mutator, &mut Findings::default()).unwrap();
    let operations = mutator.into_operations();
    (after, operations)
}

fn violations(world: &World, pod: &Value) -> Findings {
    let subject =
        Subject { metadata: &pod["metadata"], spec: &pod["spec"], root: "", is_template: false };
    let mut out = Findings::default();
    let change = Change { new: Some(pod), ..create(pod) };
    judge(&world.context(), &change, &subject, &mut out);
    out
}

/// Whether everything of `before` is in `after`: fields keep their values,
/// lists keep their elements in order, at the front.
fn keeps(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => before.iter().all(|(key, value)| {
            matches!(key.as_str(), "imagePullPolicy" | "pullPolicy")
                || after.get(key).is_some_and(|other| keeps(value, other))
        }),
        (Value::Array(before), Value::Array(after)) => {
            before.len() <= after.len() && before.iter().zip(after).all(|(b, a)| keeps(b, a))
        }
        _ => before == after,
    }
}

/// The Pod without the automatic token, which mutation may remove.
fn without_token(pod: &Value) -> Value {
    let mut pod = pod.clone();
    if pod["spec"]["automountServiceAccountToken"] == true {
        return pod;
    }
    let token = token_volume();
    let has_token = pod["spec"]["volumes"].as_array().is_some_and(|v| v.contains(&token));
    if let Some(volumes) = pod.pointer_mut("/spec/volumes").and_then(Value::as_array_mut) {
        volumes.retain(|volume| *volume != token);
    }
    for list in ["/spec/containers", "/spec/initContainers"] {
        for container in pod.pointer_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(mounts) = container.get_mut("volumeMounts").and_then(Value::as_array_mut) {
                mounts.retain(|mount| !has_token || mount["name"] != token["name"]);
            }
        }
    }
    pod
}

proptest! {
    #[test]
    fn mutating_twice_changes_nothing_more(pod in pod()) {
        let world = World::rich();
        let (after, operations) = apply(&world, &pod);
        prop_assert_eq!(&apply(&world, &after).1, &[]);
        let mut replayed = pod;
        json_patch::patch(&mut replayed, &operations).unwrap();
        prop_assert_eq!(replayed, after);
    }

    #[test]
    fn nothing_but_the_token_is_removed(pod in pod()) {
        let (after, _) = apply(&World::rich(), &pod);
        prop_assert!(keeps(&without_token(&pod), &after), "{} became {}", pod, after);
    }

    #[test]
    fn what_was_allowed_before_is_allowed_after(pod in pod()) {
        let world = World::rich();
        let before = violations(&world, &pod);
        let after = violations(&world, &apply(&world, &pod).0);
        for violation in &after.violations {
            prop_assert!(before.violations.iter().any(|v| v.reason == violation.reason), "{violation:?}");
        }
    }

    #[test]
    fn a_mutated_pod_lacks_nothing_that_nobody_claimed(pod in pod()) {
        let world = World::rich();
        let after = violations(&world, &apply(&world, &pod).0);
        let reasons: Vec<_> = after.violations.iter().map(|v| v.reason).collect();
        let is_explained = !reasons.contains(&crate::names::Reason::InjectionMissing)
            || reasons.contains(&crate::names::Reason::MountShadowed);
        prop_assert!(is_explained, "{:?}", after.violations);
    }

    #[test]
    fn any_json_is_judged_and_mutated_without_panic(text in "[a-z\\[\\]{}:,\"0-9]{0,60}") {
        let spec: Value = serde_json::from_str(&text).unwrap_or_else(|_| json!({"containers": text}));
        let pod = json!({"metadata": spec, "spec": spec});
        let world = World::rich();
        let mut after = pod.clone();
        let mut mutator = Mutator::new(&mut after);
        let _ = mutate(&world.context(), &create(&pod), &mut mutator, &mut Findings::default());
        violations(&world, &pod);
    }
}
