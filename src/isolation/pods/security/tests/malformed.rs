//! Values of the wrong type: never passed over, never a panic.

use super::rows::container_rows;
use super::{Level, annotated, baseline, good, good_spec, latest, restricted, with};
use crate::isolation::pods::security::{Version, evaluate};
use serde_json::{Value, json};

fn ids(level: Level, metadata: &Value, spec: &Value) -> Vec<&'static str> {
    latest(level, metadata, spec).iter().map(|failure| failure.id).collect()
}

/// No bool, no text, no number, no list and no object is right for every field,
/// so each row says which types it takes by the type of its good value.
fn wrong_for(fine: &Value) -> Vec<Value> {
    [json!(true), json!("true"), json!(7), json!(1.5), json!(["x"]), json!({"x": "y"})]
        .into_iter()
        .filter(|wrong| std::mem::discriminant(wrong) != std::mem::discriminant(fine))
        .collect()
}

#[test]
fn a_field_of_the_wrong_type_breaks_its_control() {
    for row in container_rows().into_iter().filter(|row| !row.good.is_null()) {
        for wrong in wrong_for(&row.good) {
            let spec = json!({"containers": [good("a"), with(good("x"), row.path, wrong.clone())]});
            let found = ids(row.level, &Value::Null, &spec);
            assert!(found.contains(&row.id), "{} {wrong}: {found:?}", row.path);
        }
    }
}

#[test]
fn a_parent_of_the_wrong_type_breaks_the_control() {
    for row in container_rows() {
        let parents: Vec<&str> = row.path.split('.').collect();
        for depth in 1..parents.len() {
            let parent = parents[..depth].join(".");
            for wrong in [json!(true), json!("x"), json!(0), json!([]), json!([{}])] {
                let spec = json!({"containers": [with(good("x"), &parent, wrong.clone())]});
                let found = ids(row.level, &Value::Null, &spec);
                assert!(found.contains(&row.id), "{} {parent} {wrong}: {found:?}", row.path);
            }
        }
    }
}

#[test]
fn an_unreadable_container_or_list_breaks_every_control_of_containers() {
    let expected = |level| -> Vec<&str> {
        let mut ids: Vec<_> = container_rows()
            .into_iter()
            .filter(|row| row.level == level)
            .map(|row| row.id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    for list in super::LISTS {
        let whole = [json!("x"), json!({}), json!({"0": good("x")}), json!(1), good("x")];
        let element = [json!(["x"]), json!([[]]), json!([7]), json!([good("y"), true])];
        for wrong in whole.into_iter().chain(element) {
            let spec = with(good_spec(), list, wrong.clone());
            let found = ids(Level::Baseline, &Value::Null, &spec);
            assert_eq!(found, expected(Level::Baseline), "{list} {wrong}");
            let found = ids(Level::Restricted, &Value::Null, &spec);
            for id in expected(Level::Restricted) {
                assert!(found.contains(&id), "{list} {wrong} {id}");
            }
        }
        // As in the API, null is an empty list or an empty container.
        let spec = with(good_spec(), list, json!(null));
        assert_eq!(restricted(&spec), []);
        assert_eq!(baseline(&with(good_spec(), list, json!([null]))), []);
    }
    let spec = json!({"containers": "x"});
    let failures = baseline(&spec);
    assert_eq!(failures[0].fields, ["spec.containers"]);
    assert!(failures[0].detail.starts_with(r#"container "x" "#));
}

#[test]
fn an_unreadable_spec_breaks_what_it_could_break() {
    for spec in [json!("x"), json!([good_spec()]), json!(false)] {
        let found = ids(Level::Baseline, &Value::Null, &spec);
        assert_eq!(found.len(), 12, "{spec}: {found:?}");
        let found = ids(Level::Restricted, &Value::Null, &spec);
        // Four of the nineteen are overridden.
        assert_eq!(found.len(), 15, "{spec}: {found:?}");
    }
    assert_eq!(restricted(&Value::Null), []);
}

#[test]
fn pod_fields_of_the_wrong_type() {
    for (path, id) in [
        ("hostIPC", "hostNamespaces"),
        ("hostNetwork", "hostNamespaces"),
        ("hostPID", "hostNamespaces"),
        ("securityContext.windowsOptions.hostProcess", "windowsHostProcess"),
        ("securityContext.appArmorProfile", "appArmorProfile"),
        ("securityContext.appArmorProfile.type", "appArmorProfile"),
        ("securityContext.seccompProfile", "seccompProfile_restricted"),
        ("securityContext.runAsNonRoot", "runAsNonRoot"),
        ("securityContext.runAsUser", "runAsUser"),
        ("securityContext.seLinuxOptions", "seLinuxOptions"),
        ("securityContext.seLinuxOptions.user", "seLinuxOptions"),
        ("securityContext.seLinuxOptions.role", "seLinuxOptions"),
        ("securityContext.sysctls", "sysctls"),
        ("securityContext", "sysctls"),
        ("volumes", "restrictedVolumes"),
    ] {
        for wrong in [json!("true"), json!(1.0), json!([1])] {
            let spec = with(good_spec(), path, wrong.clone());
            let found = ids(Level::Restricted, &Value::Null, &spec);
            assert!(found.contains(&id), "{path} {wrong}: {found:?}");
        }
    }
    let spec = with(good_spec(), "volumes", json!({}));
    assert_eq!(baseline(&spec)[0].fields, ["spec.volumes"]);
    assert_eq!(restricted(&spec)[0].fields, ["spec.volumes"]);
    let spec = with(good_spec(), "volumes", json!(["x"]));
    assert_eq!(restricted(&spec)[0].fields, ["spec.volumes[0]"]);
    assert_eq!(restricted(&spec)[0].detail, r#"volume "x" uses restricted volume type "unknown""#);
    let spec =
        with(good_spec(), "securityContext.sysctls", json!({"name": "kernel.shm_rmid_forced"}));
    assert_eq!(baseline(&spec)[0].fields, ["spec.securityContext.sysctls"]);
    assert_eq!(baseline(&spec)[0].detail, "<object>");
    let spec = with(good_spec(), "securityContext.sysctls", json!([null, {"name": 5}]));
    assert_eq!(baseline(&spec)[0].detail, ", 5");
}

#[test]
fn numbers_are_whole_or_wrong() {
    for (user, fine) in [
        (json!(1), true),
        (json!(-1), true),
        (json!(i64::MAX), true),
        (json!(null), true),
        (json!(0), false),
        (json!(0.0), false),
        (json!(-0.0), false),
        (json!(1000.5), false),
        (json!(u64::MAX), false),
        (json!("1000"), false),
        (json!(true), false),
    ] {
        let spec = with(good_spec(), "securityContext.runAsUser", user.clone());
        assert_eq!(restricted(&spec).is_empty(), fine, "{user}");
    }
    for (port, fine) in [
        (json!(0), true),
        (json!(null), true),
        (json!(1), false),
        (json!(-1), false),
        (json!(0.5), false),
        (json!(u64::MAX), false),
        (json!(""), false),
        (json!(false), false),
    ] {
        let spec = json!({"containers": [with(good("x"), "ports", json!([{"hostPort": port}]))]});
        assert_eq!(baseline(&spec).is_empty(), fine, "{port}");
    }
}

#[test]
fn texts_that_are_empty_where_a_value_is_due() {
    let spec = json!({"containers": [with(good("x"), "securityContext.procMount", json!(""))]});
    assert_eq!(
        baseline(&spec)[0].detail,
        r#"container "x" must not set securityContext.procMount to """#
    );
    let path = "securityContext.capabilities.add";
    let spec = json!({"containers": [with(good("x"), path, json!([null, ["y"], {}]))]});
    assert_eq!(
        baseline(&spec)[0].detail,
        r#"container "x" must not include "", "<array>", "<object>" in securityContext.capabilities.add"#
    );
    let spec =
        json!({"containers": [with(good("x"), "securityContext.seccompProfile", json!({}))]});
    assert_eq!(
        restricted(&spec)[0].detail,
        r#"container "x" must not set securityContext.seccompProfile.type to """#
    );
    let spec = json!({"containers": [{"securityContext": {"privileged": true}}]});
    assert!(baseline(&spec)[0].detail.starts_with(r#"container "" must"#));
}

#[test]
fn annotations_of_the_wrong_type() {
    let key = "container.apparmor.security.beta.kubernetes.io/main";
    let spec = good_spec();
    let failures = latest(Level::Baseline, &annotated(&json!({key: 1})), &spec);
    assert_eq!(
        failures[0].detail,
        format!(r#"annotation must not set AppArmor profile type to "{key}="1"""#)
    );
    // As in the API, null is the empty text.
    assert_eq!(latest(Level::Baseline, &annotated(&json!({key: null})), &spec), []);
    for metadata in [json!("x"), json!([]), annotated(&json!("x")), annotated(&json!([]))] {
        for minor in [18, 37] {
            let failures = evaluate(Level::Baseline, Version::Minor(minor), &metadata, &spec);
            assert_eq!(failures[0].id, "appArmorProfile", "{metadata}");
            assert_eq!(failures[0].fields, ["metadata.annotations"], "{metadata}");
            let shown =
                r#"annotation must not set AppArmor profile type to "metadata.annotations="#;
            assert!(failures[0].detail.starts_with(shown), "{metadata}");
            assert_eq!(failures.len(), if minor == 18 { 2 } else { 1 }, "{metadata}");
        }
    }
}
