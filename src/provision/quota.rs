//! The tenant's quota in parts, and its limits.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::object::{Kind, Object, ObjectKey};
use crate::api::{LimitDefaults, Quantity, QuantityMap, QuotaShare, Resolution, ValidTenant};
use crate::names;

/// Weight of a namespace that the shares do not name.
const DEFAULT_WEIGHT: u32 = 1;

/// Divides a quota over namespaces by weight, in equal parts where there are no
/// weights. Every part is rounded down to what the resource can be divided into
/// (thousandths of a CPU, whole bytes and objects), so the sum is never above
/// the whole.
#[must_use]
pub fn split(
    quota: &QuantityMap,
    namespaces: &[String],
    weights: &BTreeMap<String, u32>,
) -> Vec<QuotaShare> {
    let weight = |name: &String| weights.get(name).copied().unwrap_or(DEFAULT_WEIGHT);
    let total: u64 = namespaces.iter().map(|name| u64::from(weight(name))).sum();
    let share = |name: &String| QuotaShare {
        namespace: name.clone(),
        hard: quota
            .iter()
            .map(|(resource, whole)| {
                let share = |whole: Quantity| {
                    whole.share(weight(name), total, Resolution::of(resource)).to_string()
                };
                let part = Quantity::parse(whole).map_or_else(|_| "0".to_owned(), share);
                (resource.clone(), part)
            })
            .collect(),
    };
    namespaces.iter().map(share).collect()
}

/// `lessor-quota`, if the tenant has a quota.
pub(super) fn render_quota(tenant: &ValidTenant, share: &QuotaShare) -> Option<Object> {
    if share.hard.is_empty() {
        return None;
    }
    let key = ObjectKey::new(Kind::ResourceQuota, &share.namespace, names::QUOTA);
    Some(super::render::managed(key, &tenant.name, json!({"spec": {"hard": share.hard}})))
}

/// `lessor-limits`, if the tenant has limits.
pub(super) fn render_limits(tenant: &ValidTenant, namespace: &str) -> Option<Object> {
    let LimitDefaults { default, default_request, max } = &tenant.limits;
    let mut item = Map::new();
    for (field, values) in [("default", default), ("defaultRequest", default_request), ("max", max)]
    {
        if !values.is_empty() {
            item.insert(field.to_owned(), canonical(values));
        }
    }
    if item.is_empty() {
        return None;
    }
    item.insert("type".to_owned(), json!("Container"));
    let key = ObjectKey::new(Kind::LimitRange, namespace, names::LIMIT_RANGE);
    Some(super::render::managed(key, &tenant.name, json!({"spec": {"limits": [item]}})))
}

/// Quantities as the API server writes them back, so that what it stored can be
/// compared with what was wanted.
fn canonical(values: &QuantityMap) -> Value {
    let text = |value: &String| {
        Quantity::parse(value).map_or_else(|_| value.clone(), |quantity| quantity.to_string())
    };
    values.iter().map(|(resource, value)| (resource.clone(), Value::from(text(value)))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("ns-{index}")).collect()
    }

    fn map<T: Clone>(pairs: &[(&str, T)]) -> BTreeMap<String, T> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn equal_parts_are_rounded_down_to_what_can_be_divided() {
        let quota = map(&[
            ("pods", "200".to_owned()),
            ("requests.cpu", "20".to_owned()),
            ("requests.memory", "1Gi".to_owned()),
        ]);
        let parts = split(&quota, &names(3), &BTreeMap::new());
        assert_eq!(parts[0].hard["pods"], "66");
        assert_eq!(parts[0].hard["requests.cpu"], "6666m");
        assert_eq!(
            Quantity::parse(&parts[0].hard["requests.memory"]).unwrap(),
            Quantity::parse("357913941").unwrap()
        );
        assert_eq!(parts[0].hard, parts[2].hard);
    }

    #[test]
    fn weights_divide_and_a_namespace_without_one_counts_once() {
        let quota = map(&[("pods", "100".to_owned())]);
        let parts = split(&quota, &names(3), &map(&[("ns-0", 3), ("ns-1", 0)]));
        let pods: Vec<&str> = parts.iter().map(|part| part.hard["pods"].as_str()).collect();
        assert_eq!(pods, ["75", "0", "25"]);
    }

    #[test]
    fn an_unreadable_quantity_gives_nothing() {
        let parts = split(&map(&[("pods", "many".to_owned())]), &names(1), &BTreeMap::new());
        assert_eq!(parts[0].hard["pods"], "0");
    }

    proptest! {
        #[test]
        fn the_sum_is_never_above_the_whole(
            whole in 0_u64..1_000_000_000,
            suffix in prop::sample::select(vec!["", "m", "k", "Mi", "Gi"]),
            resource in prop::sample::select(vec!["pods", "requests.cpu", "requests.memory"]),
            weights in prop::collection::vec(0_u32..50, 1..8),
        ) {
            let suffix = if suffix == "m" && resource != "requests.cpu" { "" } else { suffix };
            let namespaces = names(weights.len());
            let shares = namespaces.iter().cloned().zip(weights).collect();
            let text = format!("{whole}{suffix}");
            let parts = split(&map(&[(resource, text.clone())]), &namespaces, &shares);
            let millis = |text: &str| Quantity::parse(text).unwrap().share(1, 1, Resolution::Milli).to_string();
            let sum: i128 = parts.iter().map(|part| in_millis(&millis(&part.hard[resource]))).sum();
            prop_assert!(sum <= in_millis(&millis(&text)), "{sum} of {text}");
        }
    }

    fn in_millis(canonical: &str) -> i128 {
        let end = canonical.find(|c: char| !c.is_ascii_digit()).unwrap_or(canonical.len());
        let (number, suffix) = canonical.split_at(end);
        let number: i128 = number.parse().unwrap();
        match suffix {
            "m" => number,
            "" => number * 1000,
            "k" => number * 1_000_000,
            "M" => number * 1_000_000_000,
            "G" => number * 1_000_000_000_000,
            "T" => number * 1_000_000_000_000_000,
            "P" => number * 1_000_000_000_000_000_000,
            "E" => number * 1_000_000_000_000_000_000_000,
            binary => {
                let power = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|b| *b == binary);
                number * 1000 * (1_i128 << (10 * (power.unwrap() + 1)))
            }
        }
    }
}
