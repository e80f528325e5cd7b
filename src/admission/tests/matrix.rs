//! Section 0 rule 3: nine kinds, three container lists, create and update.
//! A Pod is refused; a template warns, or is refused where the class says so.

use serde_json::{Value, json};

use super::harness::{Who, ask, set};
use super::pods::{pod, stored};
use super::world::{merge, with_class, world};
use crate::admission::Phase;
use crate::isolation::pods::{POD_BEARING, template};
use crate::names::Reason;
use crate::snapshot::Snapshot;

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What no container may say: fields, reason, and the field that is named.
fn of_containers() -> Vec<(Value, Reason, &'static str)> {
    use Reason::{MountShadowed, PodSecurityViolation, SecretNotGranted, UnknownFieldForbidden};
    let context = |value: Value| json!({"securityContext": value});
    let host = json!({"httpGet": {"host": "169.254.169.254", "port": 80}});
    vec![
        (context(json!({"privileged": true})), PodSecurityViolation, "securityContext.privileged"),
        (
            context(json!({"allowPrivilegeEscalation": true})),
            PodSecurityViolation,
            "securityContext.allowPrivilegeEscalation",
        ),
        (
            context(json!({"capabilities": {"add": ["NET_RAW"], "drop": ["ALL"]}})),
            PodSecurityViolation,
            "securityContext.capabilities.add",
        ),
        (
            context(json!({"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}})),
            PodSecurityViolation,
            "securityContext.capabilities.add",
        ),
        (
            context(json!({"runAsNonRoot": false})),
            PodSecurityViolation,
            "securityContext.runAsNonRoot",
        ),
        (context(json!({"runAsUser": 0})), PodSecurityViolation, "securityContext.runAsUser"),
        (
            context(json!({"procMount": "Unmasked"})),
            PodSecurityViolation,
            "securityContext.procMount",
        ),
        (
            context(json!({"seccompProfile": {"type": "Unconfined"}})),
            PodSecurityViolation,
            "securityContext.seccompProfile.type",
        ),
        (
            context(json!({"appArmorProfile": {"type": "Unconfined"}})),
            PodSecurityViolation,
            "securityContext.appArmorProfile.type",
        ),
        (
            context(json!({"seLinuxOptions": {"user": "root"}})),
            PodSecurityViolation,
            "securityContext.seLinuxOptions.user",
        ),
        (
            context(json!({"windowsOptions": {"hostProcess": true}})),
            PodSecurityViolation,
            "securityContext.windowsOptions.hostProcess",
        ),
        (
            context(json!({"inventedTomorrow": true})),
            UnknownFieldForbidden,
            "securityContext.inventedTomorrow",
        ),
        (
            json!({"ports": [{"containerPort": 80, "hostPort": 80}]}),
            PodSecurityViolation,
            "ports[0].hostPort",
        ),
        (json!({"livenessProbe": host}), PodSecurityViolation, "livenessProbe.httpGet.host"),
        (
            json!({"lifecycle": {"preStop": host}}),
            PodSecurityViolation,
            "lifecycle.preStop.httpGet.host",
        ),
        (json!({"inventedTomorrow": true}), UnknownFieldForbidden, "inventedTomorrow"),
        (
            json!({"envFrom": [{"secretRef": {"name": "db"}}]}),
            SecretNotGranted,
            "envFrom[0].secretRef.name",
        ),
        (
            json!({"volumeMounts": [{"name": "lessor-secret-db", "mountPath": "/x"}]}),
            MountShadowed,
            "volumeMounts[0]",
        ),
    ]
}

/// What no Pod may say.
fn of_pods() -> Vec<(&'static str, Value, Reason, &'static str)> {
    use Reason::{PodSecurityViolation, SchedulingForbidden, UnknownFieldForbidden};
    vec![
        ("hostNetwork", json!(true), PodSecurityViolation, "spec.hostNetwork"),
        ("hostPID", json!(true), PodSecurityViolation, "spec.hostPID"),
        ("hostIPC", json!(true), PodSecurityViolation, "spec.hostIPC"),
        (
            "volumes",
            json!([{"name": "v", "hostPath": {"path": "/var/log"}}]),
            PodSecurityViolation,
            "spec.volumes[0].hostPath",
        ),
        (
            "securityContext",
            json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"},
            "sysctls": [{"name": "kernel.core_pattern", "value": "|/x"}]}),
            PodSecurityViolation,
            "spec.securityContext.sysctls[0].name",
        ),
        (
            "securityContext",
            json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"},
            "appArmorProfile": {"type": "Unconfined"}}),
            PodSecurityViolation,
            "spec.securityContext.appArmorProfile.type",
        ),
        ("nodeName", json!("n1"), SchedulingForbidden, "spec.nodeName"),
        ("inventedTomorrow", json!(1), UnknownFieldForbidden, "spec.inventedTomorrow"),
    ]
}

/// The stored Pod with one more container in a list.
fn with_container(list: &str, fields: &Value) -> (Value, String) {
    let mut container = json!({"name": "b", "image": "i", "imagePullPolicy": "Always",
        "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}});
    if let Some(context) = fields.get("securityContext") {
        merge(&mut container["securityContext"], context);
    }
    let mut rest = fields.clone();
    rest.as_object_mut().unwrap().remove("securityContext");
    merge(&mut container, &rest);
    let mut object = stored();
    let before = object["spec"][list].as_array().cloned().unwrap_or_default();
    let index = before.len();
    object["spec"][list] = before.into_iter().chain([container]).collect();
    (object, format!("spec.{list}[{index}]"))
}

/// The Pod inside an object of another kind, and the path of its parent.
fn within(group: &str, resource: &str, pod: &Value) -> (Value, &'static str) {
    let at = template(group, resource).unwrap();
    let mut object = json!({"kind": resource, "metadata": {"name": "web"}});
    for (path, part) in [(at.metadata, &pod["metadata"]), (at.spec, &pod["spec"])] {
        let mut holder = &mut object;
        for token in path {
            holder = &mut holder[*token];
        }
        *holder = part.clone();
    }
    // A template's metadata is not an object's.
    if let Some(metadata) = object.pointer_mut(&crate::document::pointer_of(at.metadata))
        && !at.path.is_empty()
    {
        *metadata = json!({"labels": pod["metadata"]["labels"]});
    }
    (object, at.path)
}

#[track_caller]
fn holds(bad: &Value, reason: Reason, field: &str, ephemeral: bool) {
    let (warn, deny) = (world(), with_class(&json!({"podTemplates": "Deny"})));
    for (group, resource) in POD_BEARING {
        let (object, path) = within(group, resource, bad);
        let (old, _) = within(group, resource, &stored());
        let target =
            if group.is_empty() { resource.to_owned() } else { format!("{group}/{resource}") };
        if path.is_empty() {
            let update = if ephemeral { "pods/ephemeralcontainers" } else { "pods" };
            ask("pods").create(bad).denied(&warn, reason.as_str(), field);
            ask(update).update(&old, bad).denied(&warn, reason.as_str(), field);
            ask("pods").namespace("open").create(bad).allowed(&warn);
            continue;
        }
        let field = format!("{path}.{field}");
        for ask in [ask(&target).create(&object), ask(&target).update(&old, &object)] {
            ask.denied(&deny, reason.as_str(), &field);
            let warnings = ask.allowed(&warn);
            assert!(
                warnings.iter().any(|w| w.contains(reason.as_str()) && w.contains(&field)),
                "{target}: {reason} {field} not in {warnings:?}"
            );
        }
    }
}

#[test]
fn r80_r81_r27_r88_containers_in_every_list_of_every_kind() {
    for (fields, reason, at) in of_containers() {
        for list in LISTS {
            let (bad, container) = with_container(list, &fields);
            holds(&bad, reason, &format!("{container}.{at}").replace(".[", "["), list == LISTS[2]);
        }
    }
}

#[test]
fn r80_r82_r44_pods_of_every_kind() {
    for (name, value, reason, field) in of_pods() {
        holds(&set(&stored(), &format!("/spec/{name}"), value), reason, field, false);
    }
}

#[test]
fn every_kind_and_list_admits_a_good_pod() {
    let (warn, deny) = (world(), with_class(&json!({"podTemplates": "Deny"})));
    for list in LISTS {
        let (good, _) = with_container(list, &json!({}));
        for (group, resource) in POD_BEARING {
            let (object, _) = within(group, resource, &good);
            let target =
                if group.is_empty() { resource.to_owned() } else { format!("{group}/{resource}") };
            for world in [&warn, &deny] {
                for who in [Who::Admin, Who::Account, Who::Administrator] {
                    let warnings = ask(&target).by(who).create(&object).allowed(world);
                    assert!(!warnings.iter().any(|w| w.contains("refused")), "{warnings:?}");
                }
            }
        }
    }
}

fn patched(world: &Snapshot, target: &str, object: &Value) -> Value {
    ask(target).create(object).stored(world)
}

#[test]
fn templates_are_never_mutated() {
    let world = world();
    for (group, resource) in POD_BEARING.into_iter().skip(1) {
        let (object, _) = within(group, resource, &pod());
        let target =
            if group.is_empty() { resource.to_owned() } else { format!("{group}/{resource}") };
        let mut after = patched(&world, &target, &object);
        after["metadata"].as_object_mut().unwrap().remove("labels");
        assert_eq!(after, object, "{target}");
    }
}

#[test]
fn an_unchanged_template_is_not_judged_again() {
    let deny = with_class(&json!({"podTemplates": "Deny"}));
    let bad = set(&stored(), "/spec/hostPID", json!(true));
    for (group, resource) in POD_BEARING.into_iter().skip(1) {
        let (old, _) = within(group, resource, &bad);
        let new = set(&old, "/metadata/annotations", json!({"a": "b"}));
        let target =
            if group.is_empty() { resource.to_owned() } else { format!("{group}/{resource}") };
        assert!(ask(&target).update(&old, &new).decision(&deny, Phase::Validating).allowed());
    }
}
