//! Statements about any JSON whatsoever.

use super::super::{Level, Version, evaluate, violation_message};
use super::{annotated, good_spec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Every key the rules read, and some they do not.
const KEYS: &[&str] = &[
    "initContainers",
    "containers",
    "ephemeralContainers",
    "securityContext",
    "privileged",
    "name",
    "allowPrivilegeEscalation",
    "capabilities",
    "add",
    "drop",
    "procMount",
    "runAsNonRoot",
    "runAsUser",
    "seccompProfile",
    "appArmorProfile",
    "type",
    "seLinuxOptions",
    "user",
    "role",
    "windowsOptions",
    "hostProcess",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "hostUsers",
    "os",
    "volumes",
    "hostPath",
    "emptyDir",
    "nfs",
    "sysctls",
    "ports",
    "hostPort",
    "livenessProbe",
    "lifecycle",
    "preStop",
    "httpGet",
    "tcpSocket",
    "host",
    "annotations",
    "other",
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/ALL",
    "container.apparmor.security.beta.kubernetes.io/x",
];

fn any_json() -> impl Strategy<Value = Value> {
    const TEXTS: &[&str] = &[
        "",
        "ALL",
        "Default",
        "Unconfined",
        "RuntimeDefault",
        "windows",
        "container_t",
        "NET_RAW",
        "NET_BIND_SERVICE",
        "localhost/x",
        "kernel.shm_rmid_forced",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![Just(0_i64), any::<i64>()].prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(TEXTS).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(KEYS), inner), 0..6).prop_map(|pairs| {
                let map: Map<String, Value> =
                    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
                Value::Object(map)
            }),
        ]
    })
}

/// A good spec in which some values have been replaced by anything.
fn mutated_spec() -> impl Strategy<Value = Value> {
    let change = (any::<prop::sample::Index>(), prop::sample::select(KEYS), any_json());
    prop::collection::vec(change, 0..4).prop_map(|changes| {
        let mut spec = good_spec();
        for (place, key, value) in changes {
            let pointers = pointers(&spec);
            let target = spec.pointer_mut(place.get::<String>(&pointers)).unwrap();
            match target {
                Value::Object(map) => {
                    map.insert(key.to_owned(), value);
                }
                other => *other = value,
            }
        }
        spec
    })
}

/// JSON pointers of every value in `value`.
fn pointers(value: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.replace('/', "~1"), value)).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (key, child) in children {
        all.extend(pointers(child).into_iter().map(|rest| format!("/{key}{rest}")));
    }
    all
}

fn any_version() -> impl Strategy<Value = Version> {
    prop_oneof![
        Just(Version::Latest),
        (0..45_u32).prop_map(Version::Minor),
        any::<u32>().prop_map(Version::Minor),
    ]
}

fn any_level() -> impl Strategy<Value = Level> {
    prop::sample::select(vec![Level::Privileged, Level::Baseline, Level::Restricted])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn failures_are_complete_ordered_and_the_same_every_time(
        metadata in any_json(),
        spec in prop_oneof![any_json(), mutated_spec()],
        level in any_level(),
        version in any_version(),
    ) {
        let failures = evaluate(level, version, &metadata, &spec);
        prop_assert_eq!(&failures, &evaluate(level, version, &metadata, &spec));
        for failure in &failures {
            prop_assert!(!failure.reason.is_empty());
            prop_assert!(!failure.fields.is_empty());
            // The name of a sysctl may be empty, everything else says something.
            prop_assert!(!failure.detail.is_empty() || failure.id == "sysctls");
            for field in &failure.fields {
                prop_assert!(field.starts_with("spec.") || field.starts_with("metadata.annotations"));
            }
        }
        let line = violation_message(level, version, &failures);
        let expected_start = format!("violates PodSecurity \"{level}:{version}\": ");
        prop_assert!(line.starts_with(&expected_start));
        let mut ids: Vec<_> = failures.iter().map(|failure| failure.id).collect();
        let before = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), before);
        prop_assert!(level != Level::Privileged || failures.is_empty());
    }

    #[test]
    fn what_passes_restricted_passes_baseline(
        metadata in any_json(),
        spec in mutated_spec(),
        version in any_version(),
    ) {
        let restricted = evaluate(Level::Restricted, version, &metadata, &spec);
        if restricted.is_empty() && spec["os"]["name"] != "windows" {
            prop_assert_eq!(evaluate(Level::Baseline, version, &metadata, &spec), vec![]);
        }
    }

    #[test]
    fn baseline_failures_fail_restricted_under_their_own_or_the_overriding_id(
        spec in mutated_spec(),
        version in any_version(),
    ) {
        prop_assume!(spec["os"]["name"] != "windows");
        let restricted = evaluate(Level::Restricted, version, &Value::Null, &spec);
        for failure in evaluate(Level::Baseline, version, &Value::Null, &spec) {
            let heirs: &[&str] = match failure.id {
                "capabilities_baseline" => &["capabilities_restricted"],
                "hostPathVolumes" => &["restrictedVolumes"],
                "procMount" => &["procMount_restricted"],
                "seccompProfile_baseline" => &["seccompProfile_restricted"],
                _ => &[],
            };
            prop_assert!(
                restricted.contains(&failure)
                    || restricted.iter().any(|other| heirs.contains(&other.id)),
                "{:?}", failure
            );
        }
    }

    #[test]
    fn versions_above_the_newest_are_the_newest(
        metadata in any_json(),
        spec in mutated_spec(),
        level in any_level(),
        above in 37_u32..,
    ) {
        prop_assert_eq!(
            evaluate(level, Version::Minor(above), &metadata, &spec),
            evaluate(level, Version::Latest, &metadata, &spec)
        );
    }

    #[test]
    fn what_the_rules_do_not_read_does_not_matter(
        noise in any_json(),
        spec in mutated_spec(),
        level in any_level(),
        version in any_version(),
    ) {
        let plain = evaluate(level, version, &Value::Null, &spec);
        let metadata = annotated(&json!({"example.com/note": noise}));
        prop_assert_eq!(evaluate(level, version, &metadata, &spec), plain);
    }
}
