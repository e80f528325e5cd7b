//! The table of controls itself, volumes and closed lists of values.

use super::super::registry::CHECKS;
use super::super::{NEWEST_MINOR, needs_evaluation};
use super::{Level, baseline, failure, good, good_spec, restricted, with};
use serde_json::json;

#[test]
fn the_table_is_ordered_and_consistent() {
    let ids = |level| -> Vec<&str> {
        CHECKS.iter().filter(|check| check.level == level).map(|check| check.id).collect()
    };
    assert_eq!(
        ids(Level::Baseline),
        [
            "appArmorProfile",
            "capabilities_baseline",
            "hostNamespaces",
            "hostPathVolumes",
            "hostPorts",
            "hostProbesAndHostLifecycle",
            "privileged",
            "procMount",
            "seLinuxOptions",
            "seccompProfile_baseline",
            "sysctls",
            "windowsHostProcess",
        ]
    );
    assert_eq!(
        ids(Level::Restricted),
        [
            "allowPrivilegeEscalation",
            "capabilities_restricted",
            "procMount_restricted",
            "restrictedVolumes",
            "runAsNonRoot",
            "runAsUser",
            "seccompProfile_restricted",
        ]
    );
    assert!(CHECKS.is_sorted_by_key(|check| (check.level, check.id)));
    for check in &CHECKS {
        assert!(check.rules.is_sorted_by(|a, b| a.0 < b.0), "{}", check.id);
        if let Some(id) = check.overrides {
            assert_eq!(check.level, Level::Restricted);
            assert!(ids(Level::Baseline).contains(&id));
        }
    }
    let newest = CHECKS.iter().flat_map(|check| check.rules).map(|(since, _)| *since).max();
    assert_eq!(newest, Some(NEWEST_MINOR));
}

#[test]
fn default_capabilities_may_be_added_at_baseline() {
    let add = |name: &str| {
        let path = "securityContext.capabilities.add";
        json!({"containers": [with(good("x"), path, json!([name]))]})
    };
    for name in [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ] {
        assert_eq!(baseline(&add(name)), [], "{name}");
        assert_eq!(restricted(&add(name)).is_empty(), name == "NET_BIND_SERVICE", "{name}");
    }
    for name in ["NET_RAW", "SYS_ADMIN", "ALL", "CAP_CHOWN", "chown", ""] {
        assert_eq!(baseline(&add(name)).len(), 1, "{name}");
    }
}

#[test]
fn selinux_types_for_containers_may_be_set() {
    for (kind, allowed) in [
        ("", true),
        ("container_t", true),
        ("container_init_t", true),
        ("container_kvm_t", true),
        ("container_engine_t", true),
        ("container_logreader_t", false),
        ("Container_t", false),
    ] {
        let spec = with(good_spec(), "securityContext.seLinuxOptions.type", json!(kind));
        assert_eq!(baseline(&spec).is_empty(), allowed, "{kind}");
    }
}

#[test]
fn allowed_sources_pass_alone_and_never_cover_for_another() {
    for source in [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ] {
        let one = json!([{"name": "v", source: {}}]);
        assert_eq!(restricted(&with(good_spec(), "volumes", one)), [], "{source}");
        let two = with(good_spec(), "volumes", json!([{"name": "v", source: {}, "hostPath": {}}]));
        assert_eq!(restricted(&two)[0].id, "restrictedVolumes", "{source}");
        assert_eq!(baseline(&two)[0].id, "hostPathVolumes", "{source}");
    }
    let none = json!([{"name": "v"}, {"name": "w", "hostPath": null}, {}, null]);
    assert_eq!(restricted(&with(good_spec(), "volumes", none.clone())), []);
    assert_eq!(baseline(&with(good_spec(), "volumes", none)), []);
}

#[test]
fn denied_sources_are_named_or_unknown() {
    for source in [
        "hostPath",
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "gitRepo",
        "nfs",
        "iscsi",
        "glusterfs",
        "rbd",
        "flexVolume",
        "cinder",
        "cephfs",
        "flocker",
        "fc",
        "azureFile",
        "vsphereVolume",
        "quobyte",
        "azureDisk",
        "photonPersistentDisk",
        "portworxVolume",
        "scaleIO",
        "storageos",
        "unheardOf",
    ] {
        let spec = with(good_spec(), "volumes", json!([{"name": "a"}, {"name": "v", source: {}}]));
        let shown = if source == "unheardOf" { "unknown" } else { source };
        let field = format!("spec.volumes[1].{source}");
        assert_eq!(
            restricted(&spec),
            [failure(
                "restrictedVolumes",
                "restricted volume types",
                &format!(r#"volume "v" uses restricted volume type "{shown}""#),
                &[&field]
            )]
        );
        let expected = failure("hostPathVolumes", "hostPath volumes", r#"volume "v""#, &[&field]);
        assert_eq!(baseline(&spec), if source == "hostPath" { vec![expected] } else { vec![] });
    }
}

#[test]
fn several_volumes_are_counted_apart_from_their_types() {
    let volumes = json!([
        {"name": "z", "nfs": {}},
        {"name": "a", "nfs": {}},
        {"name": "m", "unheardOf": {}, "storageos": {}, "hostPath": {}},
        {"name": "h", "hostPath": {}},
    ]);
    let spec = with(good_spec(), "volumes", volumes);
    assert_eq!(
        restricted(&spec)[0].detail,
        r#"volumes "z", "a", "m", "h" use restricted volume types "hostPath", "nfs""#
    );
    assert_eq!(restricted(&spec)[0].fields[2], "spec.volumes[2].hostPath");
    assert_eq!(baseline(&spec)[0].detail, r#"volumes "m", "h""#);

    let one_type = json!([{"name": "z", "nfs": {}}, {"name": "a", "nfs": {}}]);
    assert_eq!(
        restricted(&with(good_spec(), "volumes", one_type))[0].detail,
        r#"volumes "z", "a" use restricted volume type "nfs""#
    );
}

#[test]
fn only_known_subresources_are_ignored() {
    for ignored in
        ["exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"]
    {
        assert!(!needs_evaluation(ignored), "{ignored}");
    }
    for judged in ["", "ephemeralcontainers", "resize", "something", "Exec"] {
        assert!(needs_evaluation(judged), "{judged}");
    }
}
