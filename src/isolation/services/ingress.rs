//! Ingress. Hostnames are judged elsewhere.

use serde_json::Value;

use crate::isolation::{Context, Findings, known, read};
use crate::names::Reason;

const RULE: &str = "services/ingress";

pub(super) fn judge(ctx: &Context, ingress: &Value, out: &mut Findings) {
    if let Some(spec) = read::at(ingress, &["spec"]) {
        known::unknown_fields(spec, known::INGRESS_SPEC, "spec", RULE, out);
    }
    for (i, tls) in read::list(ingress, &["spec", "tls"]).iter().enumerate() {
        let root = format!("spec.tls[{i}]");
        known::unknown_fields(tls, known::INGRESS_TLS, &root, RULE, out);
        if read::text(tls, &["secretName"]).is_some_and(|name| read::is_granted_only(ctx, name)) {
            out.violation(
                RULE,
                Reason::SecretNotGranted,
                format!("{root}.secretName"),
                "this secret is granted to named workloads only; name a TLS secret of your own.",
            );
        }
    }
}
