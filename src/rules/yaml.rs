//! Objects as a stream of YAML documents.

use std::fmt::Write as _;

use serde_json::Value;

/// Writes `objects` as YAML documents, each opened by `---`. Every string that
/// YAML 1.1 or 1.2 would read as something else is quoted. Writing JSON values
/// into memory cannot fail.
#[must_use]
pub fn to_yaml(objects: &[Value]) -> String {
    let mut text = String::new();
    for object in objects {
        text.push_str("---\n");
        let _ = write!(text, "{}", serde_saphyr::to_string(object).unwrap_or_default());
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn back(yaml: &str) -> Vec<Value> {
        serde_saphyr::from_multiple(yaml).unwrap()
    }

    #[test]
    fn strings_that_look_like_something_else_are_quoted() {
        let words =
            ["y", "n", "on", "Off", "no", "null", "~", "0777", "1e3", "1_000", "12:30", "="];
        for word in words {
            let yaml = to_yaml(&[json!({"v": word})]);
            let quoted = [format!("---\nv: \"{word}\"\n"), format!("---\nv: '{word}'\n")];
            assert!(quoted.contains(&yaml), "{yaml}");
        }
        assert_eq!(to_yaml(&[json!({"v": "lessor"})]), "---\nv: lessor\n");
    }

    #[test]
    fn manifests_come_back_as_they_went() {
        let objects = crate::rules::manifests(&crate::rules::Install::default());
        assert_eq!(back(&to_yaml(&objects)), objects);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,120}".prop_map(Value::from),
            "[ -~\n]{0,120}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[!-~]{1,12}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_comes_back(values in prop::collection::vec(value(), 1..3)) {
            let objects: Vec<_> = values.into_iter().map(|v| json!({"v": v})).collect();
            prop_assert_eq!(back(&to_yaml(&objects)), objects);
        }
    }
}
