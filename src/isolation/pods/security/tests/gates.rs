//! From and up to which versions each rule is in force. Every minor version is
//! tried, so each gate is seen just before, at and just after.

use super::{Level, Version, annotated, evaluate, good, good_spec, with};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;

/// Above the newest known version, to see that it is clamped.
pub(super) const LAST: u32 = 40;
pub(super) const ALWAYS: Range<u32> = 0..LAST;

/// The minor versions at which `id` fails.
pub(super) fn failing(level: Level, metadata: &Value, spec: &Value, id: &str) -> Vec<u32> {
    ALWAYS
        .filter(|minor| {
            evaluate(level, Version::Minor(*minor), metadata, spec)
                .iter()
                .any(|failure| failure.id == id)
        })
        .collect()
}

#[track_caller]
pub(super) fn fails_in(range: Range<u32>, level: Level, metadata: &Value, spec: &Value, id: &str) {
    assert_eq!(failing(level, metadata, spec, id), range.collect::<Vec<_>>(), "{id}: {spec}");
    let fails_at_latest =
        evaluate(level, Version::Latest, metadata, spec).iter().any(|failure| failure.id == id);
    let fails_at_end = failing(level, metadata, spec, id).last() == Some(&(LAST - 1));
    assert_eq!(fails_at_latest, fails_at_end, "{id}: {spec}");
}

pub(super) fn container(path: &str, value: Value) -> Value {
    json!({"containers": [with(good("x"), &format!("securityContext.{path}"), value)]})
}

/// Exactly these controls fail, and exactly at these versions.
#[track_caller]
fn fails_only(level: Level, spec: &Value, expected: &[(&'static str, Range<u32>)]) {
    let mut found: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for minor in ALWAYS {
        for failure in evaluate(level, Version::Minor(minor), &Value::Null, spec) {
            found.entry(failure.id).or_default().push(minor);
        }
    }
    let expected = expected.iter().map(|(id, range)| (*id, range.clone().collect())).collect();
    assert_eq!(found, expected, "{level} {spec}");
}

const B: Level = Level::Baseline;
const R: Level = Level::Restricted;

#[test]
fn controls_without_versions() {
    for (id, path, value) in [
        ("privileged", "privileged", json!(true)),
        ("appArmorProfile", "appArmorProfile.type", json!("")),
        ("seLinuxOptions", "seLinuxOptions.type", json!("spc_t")),
        ("seLinuxOptions", "seLinuxOptions.user", json!("u")),
        ("windowsHostProcess", "windowsOptions.hostProcess", json!(true)),
    ] {
        fails_only(B, &container(path, value.clone()), &[(id, ALWAYS)]);
        fails_only(R, &container(path, value), &[(id, ALWAYS)]);
    }
    let root = container("runAsNonRoot", json!(false));
    fails_only(B, &root, &[]);
    fails_only(R, &root, &[("runAsNonRoot", ALWAYS)]);
}

#[test]
fn controls_that_came_later() {
    for value in [json!(true), json!(null)] {
        let escalation = container("allowPrivilegeEscalation", value);
        fails_only(B, &escalation, &[]);
        fails_only(R, &escalation, &[("allowPrivilegeEscalation", 8..LAST)]);
    }
    let root = container("runAsUser", json!(0));
    fails_only(B, &root, &[]);
    fails_only(R, &root, &[("runAsUser", 23..LAST)]);
    let missing = container("seccompProfile", json!(null));
    fails_only(B, &missing, &[]);
    fails_only(R, &missing, &[("seccompProfile_restricted", 19..LAST)]);
    let keeping = container("capabilities.drop", json!([]));
    fails_only(B, &keeping, &[]);
    fails_only(R, &keeping, &[("capabilities_restricted", 22..LAST)]);
}

#[test]
fn controls_that_changed() {
    let engine = container("seLinuxOptions.type", json!("container_engine_t"));
    fails_only(B, &engine, &[("seLinuxOptions", 0..31)]);
    fails_only(R, &engine, &[("seLinuxOptions", 0..31)]);
    let unconfined = container("seccompProfile.type", json!("Unconfined"));
    fails_only(B, &unconfined, &[("seccompProfile_baseline", 19..LAST)]);
    fails_only(R, &unconfined, &[("seccompProfile_restricted", 19..LAST)]);
    let unmasked = container("procMount", json!("Unmasked"));
    let restricted = [("procMount", 0..35), ("procMount_restricted", 35..LAST)];
    fails_only(B, &unmasked, &[("procMount", ALWAYS)]);
    fails_only(R, &unmasked, &restricted);
    let adding = container("capabilities.add", json!(["NET_RAW"]));
    let restricted = [("capabilities_baseline", 0..22), ("capabilities_restricted", 22..LAST)];
    fails_only(B, &adding, &[("capabilities_baseline", ALWAYS)]);
    fails_only(R, &adding, &restricted);
}

#[test]
fn probes_and_ports() {
    let probe = with(good("x"), "livenessProbe.httpGet.host", json!("h"));
    let probe = json!({"containers": [probe]});
    let port = json!({"containers": [with(good("x"), "ports", json!([{"hostPort": 1}]))]});
    for level in [Level::Baseline, Level::Restricted] {
        fails_in(34..LAST, level, &Value::Null, &probe, "hostProbesAndHostLifecycle");
        fails_in(ALWAYS, level, &Value::Null, &port, "hostPorts");
    }
}

#[test]
fn sysctls_become_safe() {
    for (name, safe_from) in [
        ("kernel.shm_rmid_forced", 0),
        ("net.ipv4.ip_local_port_range", 0),
        ("net.ipv4.tcp_syncookies", 0),
        ("net.ipv4.ping_group_range", 0),
        ("net.ipv4.ip_unprivileged_port_start", 0),
        ("net.ipv4.ip_local_reserved_ports", 27),
        ("net.ipv4.tcp_keepalive_time", 29),
        ("net.ipv4.tcp_fin_timeout", 29),
        ("net.ipv4.tcp_keepalive_intvl", 29),
        ("net.ipv4.tcp_keepalive_probes", 29),
        ("net.ipv4.tcp_rmem", 32),
        ("net.ipv4.tcp_wmem", 32),
        ("net.ipv4.tcp_slow_start_after_idle", 37),
        ("net.ipv4.tcp_notsent_lowat", 37),
        ("net.core.somaxconn", LAST),
    ] {
        let spec = with(good_spec(), "securityContext.sysctls", json!([{"name": name}]));
        fails_in(0..safe_from, Level::Baseline, &Value::Null, &spec, "sysctls");
        fails_in(0..safe_from, Level::Restricted, &Value::Null, &spec, "sysctls");
    }
}

#[test]
fn volumes_and_namespaces() {
    let (b, r) = (Level::Baseline, Level::Restricted);
    let spec = with(good_spec(), "volumes", json!([{"name": "v", "hostPath": {}}]));
    fails_in(ALWAYS, b, &Value::Null, &spec, "hostPathVolumes");
    fails_in(0..0, r, &Value::Null, &spec, "hostPathVolumes");
    fails_in(ALWAYS, r, &Value::Null, &spec, "restrictedVolumes");
    let image = with(good_spec(), "volumes", json!([{"name": "v", "image": {}}]));
    fails_in(0..0, r, &Value::Null, &image, "restrictedVolumes");
    let spec = with(good_spec(), "hostPID", json!(true));
    fails_in(ALWAYS, b, &Value::Null, &spec, "hostNamespaces");
}

#[test]
fn annotations_of_seccomp_end_with_1_18() {
    let metadata = annotated(&json!({"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}));
    let spec = good_spec();
    fails_in(0..19, Level::Baseline, &metadata, &spec, "seccompProfile_baseline");
    fails_in(0..19, Level::Restricted, &metadata, &spec, "seccompProfile_baseline");
    let key = "container.apparmor.security.beta.kubernetes.io/x";
    let metadata = annotated(&json!({key: "unconfined"}));
    fails_in(ALWAYS, Level::Baseline, &metadata, &spec, "appArmorProfile");
}
