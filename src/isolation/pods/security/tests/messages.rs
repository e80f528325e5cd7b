//! Exact words: counts, several values, quoting, the whole line.

use super::super::text::annotation;
use super::super::{Version, evaluate, violation_message, would_violate_message};
use super::{Level, annotated, baseline, good, restricted, with};
use serde_json::{Value, json};

#[test]
fn the_whole_line() {
    let spec = json!({
        "hostNetwork": true,
        "containers": [{"name": "a"}, {"name": "b", "securityContext": {"privileged": true}}],
    });
    let version = Version::Minor(34);
    let failures = evaluate(Level::Restricted, version, &Value::Null, &spec);
    let list = r#"host namespaces (hostNetwork=true), privileged (container "b" must not set securityContext.privileged=true), allowPrivilegeEscalation != false (containers "a", "b" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true), seccompProfile (pod or containers "a", "b" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#;
    assert_eq!(
        violation_message(Level::Restricted, version, &failures),
        format!(r#"violates PodSecurity "restricted:v1.34": {list}"#)
    );
    assert_eq!(
        would_violate_message(Level::Restricted, Version::Latest, &failures),
        format!(r#"would violate PodSecurity "restricted:latest": {list}"#)
    );
    let failures = evaluate(Level::Baseline, Version::Minor(99), &Value::Null, &spec);
    assert!(
        violation_message(Level::Baseline, Version::Minor(99), &failures)
            .starts_with(r#"violates PodSecurity "baseline:v1.99": host namespaces"#)
    );
}

#[test]
fn a_failure_without_detail_has_no_brackets() {
    let spec = json!({"securityContext": {"sysctls": [{}]}});
    let failures = baseline(&spec);
    assert_eq!(failures[0].detail, "");
    assert_eq!(
        violation_message(Level::Baseline, Version::Latest, &failures),
        r#"violates PodSecurity "baseline:latest": forbidden sysctls"#
    );
}

#[test]
fn values_are_unique_sorted_and_counted_apart_from_containers() {
    let one = |name: &str, path: &str, value: Value| with(good(name), path, value);
    let add = "securityContext.capabilities.add";
    let spec = json!({"containers": [
        one("z", add, json!(["SYS_TIME", "NET_RAW", "SYS_TIME"])),
        one("a", add, json!(["NET_RAW"])),
    ]});
    assert_eq!(
        baseline(&spec)[0].detail,
        r#"containers "z", "a" must not include "NET_RAW", "SYS_TIME" in securityContext.capabilities.add"#
    );

    let spec = json!({"containers": [
        one("z", "ports", json!([{"hostPort": 8080}, {"hostPort": 80}])),
    ]});
    assert_eq!(baseline(&spec)[0].detail, r#"container "z" uses hostPorts 80, 8080"#);
    let spec = json!({"containers": [
        one("z", "ports", json!([{"hostPort": 9}])),
        one("a", "ports", json!([{"hostPort": 9}])),
        one("b", "ports", json!([{"hostPort": 10}])),
    ]});
    assert_eq!(baseline(&spec)[0].detail, r#"containers "z", "a", "b" use hostPorts 10, 9"#);
    assert_eq!(baseline(&spec)[0].fields[2], "spec.containers[2].ports[0].hostPort");
}

#[test]
fn hosts_of_probes_sort_their_containers_too() {
    let mut first = with(good("z"), "livenessProbe.httpGet.host", json!("b"));
    super::set(&mut first, "lifecycle.preStop.tcpSocket.host", json!("a"));
    let second = with(good("c"), "startupProbe.tcpSocket.host", json!("b"));
    let spec = json!({"containers": [first.clone(), second]});
    assert_eq!(
        baseline(&spec)[0].detail,
        r#"containers "c", "z" use probe or lifecycle hosts "a", "b""#
    );
    assert_eq!(
        baseline(&spec)[0].fields,
        [
            "spec.containers[0].livenessProbe.httpGet.host",
            "spec.containers[0].lifecycle.preStop.tcpSocket.host",
            "spec.containers[1].startupProbe.tcpSocket.host",
        ]
    );
    let spec = json!({"containers": [first]});
    assert_eq!(
        baseline(&spec)[0].detail,
        r#"container "z" uses probe or lifecycle hosts "a", "b""#
    );
}

#[test]
fn selinux_says_everything_at_once() {
    let options = |kind: &str, user: &str, role: &str| json!({"securityContext": {"seLinuxOptions": {"type": kind, "user": user, "role": role}}});
    let mut spec = options("foo", "bar", "");
    spec["containers"] = json!([with(options("bar", "", "baz"), "name", json!("d"))]);
    assert_eq!(
        baseline(&spec)[0].detail,
        r#"pod and container "d" set forbidden securityContext.seLinuxOptions: types "bar", "foo"; user may not be set; role may not be set"#
    );
    assert_eq!(
        baseline(&spec)[0].fields,
        [
            "spec.securityContext.seLinuxOptions.type",
            "spec.securityContext.seLinuxOptions.user",
            "spec.containers[0].securityContext.seLinuxOptions.type",
            "spec.containers[0].securityContext.seLinuxOptions.role",
        ]
    );
}

#[test]
fn restricted_capabilities_join_both_complaints() {
    let keeps = with(good("a"), "securityContext.capabilities", json!({"add": ["FOO", "BAR"]}));
    let adds = with(good("b"), "securityContext.capabilities.add", json!(["BAZ"]));
    let spec = json!({"containers": [keeps, adds]});
    let failure = &restricted(&spec)[0];
    assert_eq!(
        failure.detail,
        r#"container "a" must set securityContext.capabilities.drop=["ALL"]; containers "a", "b" must not include "BAR", "BAZ", "FOO" in securityContext.capabilities.add"#
    );
    assert_eq!(
        failure.fields,
        [
            "spec.containers[0].securityContext.capabilities.drop",
            "spec.containers[0].securityContext.capabilities.add",
            "spec.containers[1].securityContext.capabilities.add",
        ]
    );
}

#[test]
fn annotations_of_seccomp() {
    let prefix = "container.seccomp.security.alpha.kubernetes.io/";
    let judge = |annotations: Value| {
        let spec = json!({
            "name": "other",
            "initContainers": [good("b")],
            "containers": [good("a")],
            "ephemeralContainers": [good("a-b")],
        });
        evaluate(Level::Baseline, Version::Minor(18), &annotated(&annotations), &spec)
    };
    let pod = "seccomp.security.alpha.kubernetes.io/pod";
    for fine in ["runtime/default", "docker/default", "localhost/", "localhost/x"] {
        assert_eq!(judge(json!({pod: fine, format!("{prefix}a"): fine})), []);
    }
    // Of a container that does not exist.
    assert_eq!(judge(json!({format!("{prefix}other"): "unconfined", "seccomp": "x"})), []);

    let one = &judge(json!({pod: ""}))[0];
    assert_eq!(one.reason, "seccompProfile");
    assert_eq!(one.detail, format!(r#"forbidden annotation {pod}="""#));
    assert_eq!(one.fields, [format!("metadata.annotations[{pod}]")]);

    for name in ["a", "b", "a-b"] {
        let key = format!("{prefix}{name}");
        let one = &judge(json!({key.as_str(): "unconfined"}))[0];
        assert_eq!(one.detail, format!(r#"forbidden annotation {key}="unconfined""#));
    }
    let many = &judge(json!({
        format!("{prefix}a"): "unconfined",
        format!("{prefix}a-b"): "unconfined",
        pod: "unconfined",
    }))[0];
    assert_eq!(
        many.detail,
        format!(
            r#"forbidden annotations {prefix}a-b="unconfined", {prefix}a="unconfined", {pod}="unconfined""#
        )
    );
}

#[test]
fn annotation_values_are_escaped() {
    for (value, shown) in [
        ("plain text's", "plain text's"),
        ("\"\\", r#"\"\\"#),
        ("\u{7}\u{8}\u{b}\u{c}\n\r\t", r"\a\b\v\f\n\r\t"),
        ("\0\u{1f}\u{7f}", r"\x00\x1f\x7f"),
        ("é e\u{301} 名", "é e\u{301} 名"),
        ("\u{301}", "\u{301}"),
        ("\u{ad}\u{a0}\u{202e}", r"\u00ad\u00a0\u202e"),
        ("\u{e0001}\u{1f600}", "\\U000e0001\u{1f600}"),
    ] {
        assert_eq!(annotation("k", value), format!("k=\"{shown}\""));
    }
}
