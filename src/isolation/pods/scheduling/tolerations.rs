//! Taints that a Pod may tolerate.

use serde_json::{Map, Value, json};

use super::super::subject::{items, text};
use super::refuse;
use crate::api::Toleration;
use crate::document::Field;
use crate::isolation::{Context, Findings};

/// Node conditions that in-tree plugins (`DefaultTolerationSeconds`,
/// `PodTolerationRestriction`) and the DaemonSet controller
/// (pkg/controller/daemon/util) let Pods tolerate, as key and effect. Not among
/// them `network-unavailable`, which only Pods with hostNetwork are given.
const BUILT_IN: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// Refuses the first toleration that is not the tenant's and was not there before.
pub(super) fn judge(
    ctx: &Context<'_>,
    spec: &Value,
    old: Option<&Value>,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let pool = ctx.tenant.node_pool.as_ref();
    for (index, toleration) in items(spec, "tolerations").enumerate() {
        let by_pool = || pool.is_some_and(|p| p.tolerations.iter().any(|t| covers(t, toleration)));
        let known = || old.is_some_and(|old| items(old, "tolerations").any(|t| t == toleration));
        if is_built_in(toleration) || by_pool() || known() {
            continue;
        }
        let allowed = match pool {
            Some(pool) => format!("those of node pool {:?} are set", pool.name),
            None => "the tenant has no node pool".to_owned(),
        };
        let message = if text(toleration, "key").is_empty() {
            format!("an empty key tolerates every taint; leave it out, {allowed}")
        } else {
            format!(
                "taint {:?} is not the tenant's; leave it out, {allowed}",
                text(toleration, "key")
            )
        };
        refuse(&field.index(index), &message, out);
        return;
    }
}

fn is_built_in(toleration: &Value) -> bool {
    let (key, effect) = (text(toleration, "key"), text(toleration, "effect"));
    text(toleration, "operator") == "Exists" && BUILT_IN.contains(&(key, effect))
}

/// Whether a toleration of the pool tolerates all that the Pod's does.
fn covers(pool: &Toleration, toleration: &Value) -> bool {
    let operator = |o: &str| if o.is_empty() { "Equal".to_owned() } else { o.to_owned() };
    let effect = pool.effect.as_deref().unwrap_or("");
    let pool_operator = operator(pool.operator.as_deref().unwrap_or(""));
    !pool.key.is_empty()
        && pool.key == text(toleration, "key")
        && (effect.is_empty() || effect == text(toleration, "effect"))
        && (pool_operator == "Exists"
            || (pool_operator == "Equal"
                && operator(text(toleration, "operator")) == "Equal"
                && pool.value.as_deref().unwrap_or("") == text(toleration, "value")))
}

/// Whether a Pod's toleration is this one of a pool, however long it holds.
pub(in super::super) fn is_toleration(pool: &Toleration, toleration: &Value) -> bool {
    let written = value(pool);
    let operator = match text(toleration, "operator") {
        "" => "Equal",
        operator => operator,
    };
    operator == text(&written, "operator")
        && ["key", "value", "effect"].iter().all(|f| text(&written, f) == text(toleration, f))
}

/// A toleration of a pool as a Pod writes it.
pub(in super::super) fn value(toleration: &Toleration) -> Value {
    let mut object = Map::new();
    object.insert("key".to_owned(), json!(toleration.key));
    let operator = toleration.operator.as_deref().unwrap_or("Equal");
    object.insert("operator".to_owned(), json!(operator));
    for (field, value) in [("value", &toleration.value), ("effect", &toleration.effect)] {
        if let Some(value) = value {
            object.insert(field.to_owned(), json!(value));
        }
    }
    Value::Object(object)
}
