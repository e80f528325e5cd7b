//! Each way to break a control, in each list, alone and beside good containers.

use super::rows::{Row, container_rows};
use super::{LISTS, failure, good, good_spec, latest, with};
use serde_json::{Value, json};

fn detail(row: &Row, containers: &str, uses: &str) -> String {
    row.detail.replace('@', containers).replace('%', uses)
}

fn container(row: &Row, name: &str, value: &Value) -> Value {
    with(good(name), row.path, value.clone())
}

#[test]
fn one_bad_container_anywhere_is_found_and_its_twin_is_not() {
    for row in container_rows() {
        for list in LISTS {
            for position in 0..3 {
                let place = |value: &Value| {
                    let mut all = vec![good("one"), good("two")];
                    all.insert(position, container(&row, "bad", value));
                    with(good_spec(), list, json!(all))
                };
                let field = format!("spec.{list}[{position}].{}", row.field);
                let expected = failure(
                    row.id,
                    row.reason,
                    &detail(&row, r#"container "bad""#, "uses"),
                    &[&field],
                );
                assert_eq!(
                    latest(row.level, &Value::Null, &place(&row.bad)),
                    [expected],
                    "{} {list} {position}",
                    row.path
                );
                assert_eq!(
                    latest(row.level, &Value::Null, &place(&row.good)),
                    [],
                    "{} {list} {position}",
                    row.path
                );
            }
        }
    }
}

#[test]
fn a_bad_container_is_found_where_there_is_no_other() {
    for row in container_rows() {
        for list in LISTS {
            let spec = json!({list: [container(&row, "bad", &row.bad)]});
            let failures = latest(row.level, &Value::Null, &spec);
            let ids: Vec<_> = failures.iter().map(|failure| failure.id).collect();
            assert_eq!(ids, [row.id], "{} {list}", row.path);
        }
    }
}

#[test]
fn several_bad_containers_are_named_in_visiting_order() {
    for row in container_rows() {
        // In alphabetical order already, since one message sorts its names.
        let names = ["a", "b", "c", "d"];
        let [first, second, third, fourth] = names.map(|name| container(&row, name, &row.bad));
        let spec = json!({
            "ephemeralContainers": [fourth],
            "initContainers": [good("fine"), first],
            "containers": [second, good("fine"), third],
        });
        let fields = [
            "spec.initContainers[1]",
            "spec.containers[0]",
            "spec.containers[2]",
            "spec.ephemeralContainers[0]",
        ]
        .map(|container| format!("{container}.{}", row.field));
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let expected = failure(
            row.id,
            row.reason,
            &detail(&row, r#"containers "a", "b", "c", "d""#, "use"),
            &fields,
        );
        assert_eq!(latest(row.level, &Value::Null, &spec), [expected], "{}", row.path);
    }
}

#[test]
fn containers_that_share_a_name_are_both_named_except_where_names_are_sorted() {
    for row in container_rows() {
        let bad = || container(&row, "bad", &row.bad);
        let spec = json!({"containers": [bad(), bad()]});
        let (containers, uses) = if row.id == "hostProbesAndHostLifecycle" {
            (r#"container "bad""#, "uses")
        } else {
            (r#"containers "bad", "bad""#, "use")
        };
        let failures = latest(row.level, &Value::Null, &spec);
        assert_eq!(failures.len(), 1, "{}", row.path);
        assert_eq!(failures[0].detail, detail(&row, containers, uses), "{}", row.path);
        assert_eq!(failures[0].fields.len(), 2, "{}", row.path);
    }
}

#[test]
fn good_pods_pass_every_level_at_every_version() {
    for minor in 0..=40 {
        for level in [super::Level::Baseline, super::Level::Restricted] {
            let version = super::Version::Minor(minor);
            assert_eq!(super::evaluate(level, version, &Value::Null, &good_spec()), []);
        }
    }
}

#[test]
fn the_privileged_level_admits_everything() {
    for row in container_rows() {
        let spec = json!({"hostNetwork": true, "containers": [container(&row, "bad", &row.bad)]});
        assert_eq!(latest(super::Level::Privileged, &Value::Null, &spec), []);
    }
}
