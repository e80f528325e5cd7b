//! Requests and limits of containers that name none.

use super::errors::Errors;
use crate::api::common::QuantityMap;
use crate::api::quantity::Quantity;
use crate::api::tenant::LimitDefaults;
use crate::names::Reason;

/// The class's numbers with the tenant's own where it names any. The largest
/// limit that a class sets cannot be raised.
pub(super) fn effective(
    wanted: Option<&LimitDefaults>,
    class: &LimitDefaults,
    errors: &mut Errors,
) -> LimitDefaults {
    let Some(wanted) = wanted else { return class.clone() };
    let before = errors.count();
    let limits = LimitDefaults {
        default: overlay(&class.default, &wanted.default),
        default_request: overlay(&class.default_request, &wanted.default_request),
        max: overlay(&class.max, &wanted.max),
    };
    check(&limits, wanted, "spec.limits", errors);
    for (name, text) in &wanted.max {
        let (Ok(quantity), Some(Ok(most))) =
            (Quantity::parse(text), class.max.get(name).map(|most| Quantity::parse(most)))
        else {
            continue;
        };
        if quantity > most {
            errors.push(
                format!("spec.limits.max[{name}]"),
                Reason::QuotaExceeded,
                format!("{quantity} is more than the class allows; at most {most}"),
            );
        }
    }
    if errors.count() > before { class.clone() } else { limits }
}

/// Checks that what was `written` are quantities and that in the `whole` result
/// a request is at most its limit and a limit at most the largest. The API
/// server refuses a LimitRange that breaks this.
pub(super) fn check(
    whole: &LimitDefaults,
    written: &LimitDefaults,
    field: &str,
    errors: &mut Errors,
) {
    errors.quantities(&format!("{field}.default"), &written.default);
    errors.quantities(&format!("{field}.defaultRequest"), &written.default_request);
    errors.quantities(&format!("{field}.max"), &written.max);
    let pairs = [
        ("defaultRequest", &whole.default_request, "default", &whole.default),
        ("defaultRequest", &whole.default_request, "max", &whole.max),
        ("default", &whole.default, "max", &whole.max),
    ];
    for (low_name, low, high_name, high) in pairs {
        for (resource, text) in low {
            let Some(bound) = high.get(resource) else { continue };
            let (Ok(low), Ok(high)) = (Quantity::parse(text), Quantity::parse(bound)) else {
                continue;
            };
            if low > high {
                errors.invalid(
                    format!("{field}.{low_name}[{resource}]"),
                    format!("{low} is more than {high_name}, {high}; at most {high}"),
                );
            }
        }
    }
}

fn overlay(below: &QuantityMap, above: &QuantityMap) -> QuantityMap {
    let mut map = below.clone();
    map.extend(above.iter().map(|(name, text)| (name.clone(), text.clone())));
    map
}
