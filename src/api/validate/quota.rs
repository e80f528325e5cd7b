//! Quota of the tenant and how it is divided.

use std::collections::BTreeMap;

use super::errors::{Errors, listed};
use crate::api::common::QuantityMap;
use crate::api::quantity::Quantity;
use crate::api::tenant_class::TenantClassSpec;
use crate::names::Reason;

/// The class's quota with the tenant's own numbers where it names any. Both
/// spellings of a resource (`cpu`, `requests.cpu`) may stand side by side: a
/// ResourceQuota enforces both, so the class's number holds either way.
pub(super) fn effective(
    wanted: &QuantityMap,
    class: &TenantClassSpec,
    errors: &mut Errors,
) -> QuantityMap {
    let mut quota = class.quota.clone();
    for (name, quantity) in errors.quantities("spec.quota", wanted) {
        let field = format!("spec.quota[{name}]");
        match class.quota.get(name).map(|most| (most, Quantity::parse(most))) {
            Some((most, Err(_))) => {
                errors.invalid(&field, format!("the class's own quota `{most}` is not a quantity"));
                continue;
            }
            Some((_, Ok(most))) if quantity > most => {
                errors.push(
                    &field,
                    Reason::QuotaExceeded,
                    format!("{quantity} is more than the class allows; at most {most}"),
                );
                continue;
            }
            _ => {}
        }
        quota.insert(name.to_owned(), quantity.to_string());
    }
    quota
}

/// Shares name own namespaces, and at least one of them is not zero.
pub(super) fn check_shares(shares: &BTreeMap<String, u32>, own: &[String], errors: &mut Errors) {
    for name in shares.keys().filter(|name| !own.contains(name)) {
        errors.invalid(
            format!("spec.quotaShares[{name}]"),
            format!("`{name}` is not a namespace of this Tenant; allowed: {}", listed(own)),
        );
    }
    if !shares.is_empty() && shares.values().all(|weight| *weight == 0) {
        errors.invalid("spec.quotaShares", "at least one share must be more than 0");
    }
}
