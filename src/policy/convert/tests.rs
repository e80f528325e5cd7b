use proptest::prelude::*;
use serde_json::json;

use super::*;

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Json::from),
        ".{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(".{0,6}", inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// Equal as JSON numbers: `1.0` and `1` are one value in Rego.
fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, a)| right.get(key).is_some_and(|b| same(a, b)))
        }
        _ => left == right,
    }
}

proptest! {
    #[test]
    fn there_and_back(document in any_json()) {
        prop_assert!(same(&from_rego(&to_rego(&document)), &document));
    }

    #[test]
    fn as_the_engine_reads_it(document in any_json()) {
        let read = Rego::from_json_str(&document.to_string()).unwrap();
        prop_assert_eq!(to_rego(&document), read);
    }
}

#[test]
fn numbers_stay_what_they_were() {
    assert_eq!(to_rego(&json!(u64::MAX)), Rego::from(u64::MAX));
    assert_eq!(to_rego(&json!(i64::MIN)), Rego::from(i64::MIN));
    assert_eq!(to_rego(&json!(1.0)), Rego::from(1u64));
    assert_ne!(to_rego(&json!(1.5)), Rego::from(1u64));
    assert_eq!(from_rego(&Rego::from(u64::MAX)), json!(u64::MAX));
    let beyond = Rego::from_numeric_string("18446744073709551617").unwrap();
    assert_eq!(from_rego(&beyond).as_f64(), Some(18_446_744_073_709_551_617.0));
}

#[test]
fn what_json_does_not_have() {
    let set = Rego::from(std::collections::BTreeSet::from([Rego::from(2u64), Rego::from("a")]));
    assert_eq!(from_rego(&set), json!([2, "a"]));
    let keyed = Rego::from(BTreeMap::from([
        (Rego::from(vec![Rego::from(1u64)]), Rego::Bool(true)),
        (Rego::from(7u64), Rego::Undefined),
    ]));
    assert_eq!(from_rego(&keyed), json!({"[1]": true, "7": null}));
}

#[test]
fn the_private_number_key_is_only_a_key() {
    let smuggled = json!({"$serde_json::private::Number": "5"});
    assert_eq!(from_rego(&to_rego(&smuggled)), smuggled);
}

#[test]
fn the_table_of_keys_is_bounded() {
    for number in 0..3000 {
        to_rego(&json!({format!("key-{number}"): 1}));
    }
    to_rego(&json!({"x".repeat(100): 1}));
    SEEN.with_borrow(|seen| {
        assert!(seen.len() <= KEYS);
        assert!(seen.keys().all(|key| key.len() <= KEY_BYTES));
    });
}
