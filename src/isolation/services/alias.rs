//! Services that are DNS aliases.

use core::net::IpAddr;

use serde_json::Value;

use crate::isolation::{Context, Findings, read};
use crate::names::Reason;

const RULE: &str = "services/alias";

/// Judges an alias. Gateways follow it with their own reach, past network
/// policies (CVE-2021-32783), so even where the class allows aliases they do
/// not name another tenant's Services, the cluster's own, or an address.
pub(super) fn judge(
    ctx: &Context,
    spec: &Value,
    is_alias: bool,
    allowed: bool,
    out: &mut Findings,
) {
    let name = read::at(spec, &["externalName"]);
    if !allowed && (is_alias || !read::is_unset(name)) {
        out.violation(
            RULE,
            Reason::ExternalNameForbidden,
            if is_alias { "spec.type" } else { "spec.externalName" },
            "a DNS alias can stand for any name, also another tenant's; use a Service with a selector, or have the class allow ExternalName in `spec.serviceTypes`.",
        );
    } else if !read::is_unset(name)
        && !name.and_then(Value::as_str).is_some_and(|n| is_outside(ctx, n))
    {
        out.violation(
            RULE,
            Reason::ExternalNameForbidden,
            "spec.externalName",
            "an alias names a host outside the cluster, or a Service in a namespace of this tenant, by a DNS name.",
        );
    }
}

/// Whether a name lies outside the cluster or in the tenant's own namespaces.
/// Names of the cluster are `<name>.<namespace>.svc` and `….pod`, whatever
/// domain follows.
fn is_outside(ctx: &Context, name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    let foreign = labels.iter().enumerate().any(|(i, label)| match *label {
        "svc" | "pod" => i > 0 && !ctx.owns(labels[i - 1]),
        _ => false,
    });
    let local = labels.last() == Some(&"localhost") || name.ends_with("cluster.local");
    let own = labels.contains(&"svc") && !foreign;
    let address = name.parse::<IpAddr>().is_ok() || is_numeric(&labels);
    !name.is_empty() && !foreign && !address && (own || !local)
}

/// Whether resolvers may read a name as an address: one to four numbers, in
/// decimal, octal or hexadecimal, as `inet_aton` takes them.
fn is_numeric(labels: &[&str]) -> bool {
    let number = |label: &&str| {
        let digits = label.strip_prefix("0x").unwrap_or(label);
        !digits.is_empty()
            && if digits.len() == label.len() {
                digits.bytes().all(|b| b.is_ascii_digit())
            } else {
                digits.bytes().all(|b| b.is_ascii_hexdigit())
            }
    };
    labels.len() <= 4 && labels.iter().all(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isolation::kinds_fixtures::World;

    #[test]
    fn aliases_stay_outside_or_at_home() {
        let world = World::new();
        let outside = |name: &str| is_outside(&world.context(), name);
        for name in [
            "db.example.com",
            "DB.Example.com.",
            "db.acme.svc",
            "db.acme-db.svc.cluster.local",
            "svc.example.com",
            "1.example.com",
        ] {
            assert!(outside(name), "{name}");
        }
        for name in [
            "",
            ".",
            "db.globex.svc",
            "db.GLOBEX.svc.cluster.local.",
            "db.globex.svc.example.org",
            "10-0-0-1.globex.pod.cluster.local",
            "kubernetes.default.svc",
            "cluster.local",
            "localhost",
            "a.localhost",
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "::1",
        ] {
            assert!(!outside(name), "{name}");
        }
    }
}
