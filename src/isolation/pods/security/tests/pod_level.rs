//! What only the Pod sets, or sets for its containers.

use super::rows::container_rows;
use super::{annotated, baseline, failure, good, good_spec, latest, restricted, with};
use crate::isolation::pods::security::{CheckFailure, Level};
use serde_json::{Value, json};

const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";

#[test]
fn host_namespaces_are_named_in_order() {
    for name in ["hostNetwork", "hostPID", "hostIPC"] {
        let (field, detail) = (format!("spec.{name}"), format!("{name}=true"));
        let expected = failure("hostNamespaces", "host namespaces", &detail, &[&field]);
        assert_eq!(baseline(&with(good_spec(), name, json!(true))), [expected]);
        assert_eq!(baseline(&with(good_spec(), name, json!(false))), []);
    }
    let spec = json!({"hostPID": true, "hostNetwork": true, "hostIPC": true});
    assert_eq!(
        baseline(&spec),
        [failure(
            "hostNamespaces",
            "host namespaces",
            "hostNetwork=true, hostPID=true, hostIPC=true",
            &["spec.hostNetwork", "spec.hostPID", "spec.hostIPC"]
        )]
    );
}

/// For controls on the Pod and on containers: the Pod alone, then both.
fn check_setters(level: Level, path: &str, bad: &Value, fine: &Value, rest: &str) -> CheckFailure {
    let pod_path = format!("securityContext.{path}");
    let alone = latest(level, &Value::Null, &with(good_spec(), &pod_path, bad.clone()));
    assert_eq!(alone.len(), 1, "{path}");
    assert_eq!(alone[0].detail, format!("pod {rest}"), "{path}");
    assert_eq!(alone[0].fields, [format!("spec.{pod_path}")], "{path}");
    assert_eq!(latest(level, &Value::Null, &with(good_spec(), &pod_path, fine.clone())), []);

    let mut spec = with(good_spec(), &pod_path, bad.clone());
    spec["containers"] = json!([with(good("x"), &pod_path, bad.clone())]);
    let both = latest(level, &Value::Null, &spec);
    assert_eq!(both.len(), 1, "{path}");
    assert_eq!(both[0].detail, format!("pod and container \"x\" {rest}"), "{path}");
    assert_eq!(
        both[0].fields,
        [format!("spec.{pod_path}"), format!("spec.containers[0].{pod_path}")],
        "{path}"
    );
    alone[0].clone()
}

#[test]
fn the_pod_is_a_setter() {
    let cases = [
        (
            Level::Baseline,
            "appArmorProfile.type",
            json!("Unconfined"),
            json!("RuntimeDefault"),
            r#"must not set AppArmor profile type to "Unconfined""#,
            "appArmorProfile",
        ),
        (
            Level::Baseline,
            "seccompProfile.type",
            json!("Unconfined"),
            json!("RuntimeDefault"),
            r#"must not set securityContext.seccompProfile.type to "Unconfined""#,
            "seccompProfile_baseline",
        ),
        (
            Level::Restricted,
            "seccompProfile.type",
            json!("Unconfined"),
            json!("Localhost"),
            r#"must not set securityContext.seccompProfile.type to "Unconfined""#,
            "seccompProfile_restricted",
        ),
        (
            Level::Restricted,
            "runAsNonRoot",
            json!(false),
            json!(true),
            "must not set securityContext.runAsNonRoot=false",
            "runAsNonRoot",
        ),
        (
            Level::Restricted,
            "runAsUser",
            json!(0),
            json!(1),
            "must not set runAsUser=0",
            "runAsUser",
        ),
        (
            Level::Baseline,
            "windowsOptions.hostProcess",
            json!(true),
            json!(false),
            "must not set securityContext.windowsOptions.hostProcess=true",
            "windowsHostProcess",
        ),
        (
            Level::Baseline,
            "seLinuxOptions.type",
            json!("spc_t"),
            json!("container_kvm_t"),
            r#"set forbidden securityContext.seLinuxOptions: type "spc_t""#,
            "seLinuxOptions",
        ),
        (
            Level::Baseline,
            "seLinuxOptions.user",
            json!("u"),
            json!(""),
            "set forbidden securityContext.seLinuxOptions: user may not be set",
            "seLinuxOptions",
        ),
        (
            Level::Baseline,
            "seLinuxOptions.role",
            json!("r"),
            json!(null),
            "set forbidden securityContext.seLinuxOptions: role may not be set",
            "seLinuxOptions",
        ),
    ];
    for (level, path, bad, fine, rest, id) in cases {
        assert_eq!(check_setters(level, path, &bad, &fine, rest).id, id);
    }
}

#[test]
fn what_the_pod_sets_well_its_containers_inherit() {
    for (path, value, unset) in [
        ("runAsNonRoot", json!(true), "runAsNonRoot"),
        ("seccompProfile.type", json!("RuntimeDefault"), "seccompProfile"),
        ("seccompProfile.type", json!("Localhost"), "seccompProfile"),
    ] {
        let bare = with(good("bare"), &format!("securityContext.{unset}"), Value::Null);
        let spec = json!({"containers": [bare, good("fine")]});
        assert_eq!(restricted(&spec).len(), 1, "{path}");
        assert_eq!(restricted(&with(spec, &format!("securityContext.{path}"), value)), []);
    }
}

#[test]
fn a_bad_pod_setting_is_named_before_missing_ones_and_a_good_one_hides_no_bad_container() {
    let bare = with(good("bare"), "securityContext.runAsNonRoot", Value::Null);
    let spec = json!({
        "securityContext": {"runAsNonRoot": false},
        "containers": [bare.clone(), good("fine")],
    });
    assert_eq!(
        restricted(&spec),
        [failure(
            "runAsNonRoot",
            "runAsNonRoot != true",
            "pod must not set securityContext.runAsNonRoot=false",
            &["spec.securityContext.runAsNonRoot"]
        )]
    );
    let bad = with(good("bad"), "securityContext.runAsNonRoot", json!(false));
    let spec = json!({"securityContext": {"runAsNonRoot": true}, "containers": [bare, bad]});
    assert_eq!(restricted(&spec)[0].fields, ["spec.containers[1].securityContext.runAsNonRoot"]);

    // A bad Pod setting is overruled by good containers, and still refused.
    let spec = with(good_spec(), "securityContext.seccompProfile", json!({}));
    assert_eq!(
        restricted(&spec)[0].detail,
        r#"pod must not set securityContext.seccompProfile.type to """#
    );
}

#[test]
fn sysctls_are_named_in_the_order_of_the_spec() {
    let sysctls = json!([
        {"name": "net.core.somaxconn", "value": "1"},
        {"name": "net.ipv4.tcp_syncookies", "value": "1"},
        {"name": "kernel.msgmax", "value": "1"},
        {"name": "net.core.somaxconn", "value": "2"},
    ]);
    assert_eq!(
        baseline(&with(good_spec(), "securityContext.sysctls", sysctls)),
        [failure(
            "sysctls",
            "forbidden sysctls",
            "net.core.somaxconn, kernel.msgmax, net.core.somaxconn",
            &[
                "spec.securityContext.sysctls[0].name",
                "spec.securityContext.sysctls[2].name",
                "spec.securityContext.sysctls[3].name",
            ]
        )]
    );
    let fine = json!([{"name": "kernel.shm_rmid_forced", "value": "1"}]);
    assert_eq!(baseline(&with(good_spec(), "securityContext.sysctls", fine)), []);
}

#[test]
fn apparmor_annotations_are_judged_for_any_container() {
    let metadata = annotated(&json!({
        format!("{PREFIX}"): "bogus",
        format!("{PREFIX}a"): "",
        format!("{PREFIX}b"): "runtime/default",
        format!("{PREFIX}c"): "localhost/",
        format!("{PREFIX}d"): "localhost/foo",
        format!("{PREFIX}e"): "unconfined",
        "other": "unconfined",
        PREFIX.trim_end_matches('/'): "unconfined",
    }));
    let expected = failure(
        "appArmorProfile",
        "forbidden AppArmor profiles",
        &format!(
            r#"annotations must not set AppArmor profile type to "{PREFIX}="bogus"", "{PREFIX}e="unconfined"""#
        ),
        &[&format!("metadata.annotations[{PREFIX}]"), &format!("metadata.annotations[{PREFIX}e]")],
    );
    assert_eq!(latest(Level::Baseline, &metadata, &good_spec()), [expected]);
    for fine in ["", "runtime/default", "localhost/x"] {
        let metadata = annotated(&json!({format!("{PREFIX}main"): fine}));
        assert_eq!(latest(Level::Baseline, &metadata, &good_spec()), []);
    }
}

#[test]
fn apparmor_names_pod_containers_and_annotations_together() {
    let mut spec = with(good_spec(), "securityContext.appArmorProfile.type", json!("Zebra"));
    spec["containers"] =
        json!([with(good("x"), "securityContext.appArmorProfile.type", json!("Ape"))]);
    let metadata = annotated(&json!({format!("{PREFIX}x"): "un\"confined\n"}));
    let expected = failure(
        "appArmorProfile",
        "forbidden AppArmor profiles",
        &format!(
            r#"pod and container "x" and annotation must not set AppArmor profile type to "Ape", "Zebra", "{PREFIX}x="un\"confined\n"""#
        ),
        &[
            "spec.securityContext.appArmorProfile.type",
            "spec.containers[0].securityContext.appArmorProfile.type",
            &format!("metadata.annotations[{PREFIX}x]"),
        ],
    );
    assert_eq!(latest(Level::Restricted, &metadata, &spec), [expected]);

    let metadata = annotated(&json!({format!("{PREFIX}x"): "unconfined"}));
    let one = &latest(Level::Baseline, &metadata, &good_spec())[0];
    assert_eq!(one.reason, "forbidden AppArmor profile");
}

#[test]
fn fields_that_only_containers_have_mean_nothing_on_the_pod() {
    for level in [Level::Baseline, Level::Restricted] {
        for row in container_rows() {
            let on_pod = latest(level, &Value::Null, &with(good_spec(), row.path, row.bad.clone()));
            let has_it_too = [
                "appArmorProfile",
                "runAsNonRoot",
                "runAsUser",
                "seLinuxOptions",
                "seccompProfile",
                "windowsOptions",
            ];
            if !has_it_too.iter().any(|field| row.path.contains(field)) {
                assert_eq!(on_pod, [], "{}", row.path);
            }
        }
    }
}
