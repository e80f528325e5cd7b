//! Pods that a control does not judge, and controls that judge for others.

use super::gates::{LAST, container, failing, fails_in};
use super::{CheckFailure, Level, Version, annotated, evaluate, with};
use serde_json::{Value, json};

const WINDOWS: (&str, &str) = ("os.name", "windows");

#[test]
fn windows_is_exempt_from_1_25() {
    let (path, windows) = WINDOWS;
    for (since, id, field, value) in [
        (8, "allowPrivilegeEscalation", "allowPrivilegeEscalation", json!(true)),
        (22, "capabilities_restricted", "capabilities", json!(null)),
        (19, "seccompProfile_restricted", "seccompProfile", json!(null)),
    ] {
        let spec = container(field, value);
        for other in [json!("linux"), json!("Windows"), json!(null), json!(["windows"])] {
            let spec = with(spec.clone(), path, other);
            fails_in(since..LAST, Level::Restricted, &Value::Null, &spec, id);
        }
        let spec = with(spec, path, json!(windows));
        fails_in(since..25, Level::Restricted, &Value::Null, &spec, id);
    }
}

/// Which control overrides which is a matter of the version alone, in the API
/// server too. Its validation lets no Pod of Windows have these fields.
#[test]
fn a_control_that_exempts_windows_overrides_all_the_same() {
    let (path, windows) = WINDOWS;
    for (since, id, field, value) in [
        (22, "capabilities_baseline", "capabilities.add", json!(["NET_RAW"])),
        (19, "seccompProfile_baseline", "seccompProfile.type", json!("Unconfined")),
    ] {
        let spec = with(container(field, value), path, json!(windows));
        let mut expected: Vec<u32> = failing(Level::Baseline, &Value::Null, &spec, id);
        expected.retain(|minor| *minor < since);
        assert_eq!(failing(Level::Restricted, &Value::Null, &spec, id), expected, "{id}");
    }
}

#[test]
fn user_namespaces_relax_from_1_35() {
    for (level, since, until, id, field, value) in [
        (Level::Restricted, 0, 35, "runAsNonRoot", "runAsNonRoot", json!(false)),
        (Level::Restricted, 0, 35, "runAsNonRoot", "runAsNonRoot", json!(null)),
        (Level::Restricted, 23, 35, "runAsUser", "runAsUser", json!(0)),
        (Level::Baseline, 0, 35, "procMount", "procMount", json!("Unmasked")),
        // Never relaxed.
        (Level::Restricted, 35, LAST, "procMount_restricted", "procMount", json!("Unmasked")),
        (Level::Baseline, 0, LAST, "privileged", "privileged", json!(true)),
    ] {
        let spec = container(field, value);
        let relaxed = with(spec.clone(), "hostUsers", json!(false));
        fails_in(since..until, level, &Value::Null, &relaxed, id);
        for other in [json!(true), json!(null), json!("false"), json!(0)] {
            let spec = with(spec.clone(), "hostUsers", other);
            fails_in(since..LAST, level, &Value::Null, &spec, id);
        }
    }
}

#[test]
fn a_stricter_control_speaks_for_the_one_it_overrides() {
    let bare = json!({
        "volumes": [{"name": "v", "hostPath": {}}],
        "containers": [{"name": "x", "securityContext": {
            "capabilities": {"add": ["NET_RAW"]},
            "procMount": "Unmasked",
            "seccompProfile": {"type": "Unconfined"},
        }}],
    });
    let metadata = annotated(&json!({"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}));
    let ids = |minor| -> Vec<&str> {
        evaluate(Level::Restricted, Version::Minor(minor), &metadata, &bare)
            .iter()
            .map(|failure: &CheckFailure| failure.id)
            .collect()
    };
    let (volumes, non_root) = ("restrictedVolumes", "runAsNonRoot");
    let (cap, proc, sec) = ("capabilities_baseline", "procMount", "seccompProfile_baseline");
    let escalation = "allowPrivilegeEscalation";
    let seccomp = "seccompProfile_restricted";
    let capabilities = "capabilities_restricted";
    assert_eq!(ids(7), [cap, proc, sec, volumes, non_root]);
    assert_eq!(ids(18), [cap, proc, sec, escalation, volumes, non_root]);
    assert_eq!(ids(19), [cap, proc, escalation, volumes, non_root, seccomp]);
    assert_eq!(ids(21), [cap, proc, escalation, volumes, non_root, seccomp]);
    assert_eq!(ids(22), [proc, escalation, capabilities, volumes, non_root, seccomp]);
    assert_eq!(ids(34), [proc, escalation, capabilities, volumes, non_root, seccomp]);
    for minor in [35, 36, 37, 38, u32::MAX] {
        assert_eq!(
            ids(minor),
            [escalation, capabilities, "procMount_restricted", volumes, non_root, seccomp]
        );
    }
}
