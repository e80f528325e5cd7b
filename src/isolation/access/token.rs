//! `TokenRequest`.

use serde_json::Value;

use crate::isolation::{Caller, Change, Context, Findings, read};
use crate::names::Reason;

const RULE: &str = "access/token";

/// Names under which the API server knows itself unless it was told others.
const API_SERVER_AUDIENCE: &str = "https://kubernetes.default.svc";

/// Judges a request for a token of one of the tenant's ServiceAccounts. Nodes
/// and platform controllers ask on behalf of Pods, whose projected tokens were
/// judged with the Pod.
///
/// The API server fills its own audiences in before the validating phase, so
/// its usual names pass; an API server with another issuer has it listed in
/// the class.
pub(super) fn judge(ctx: &Context, change: &Change, request: &Value, out: &mut Findings) {
    if matches!(change.caller, Caller::Node | Caller::Platform) {
        return;
    }
    let ceiling = &ctx.class.tokens;
    for (i, audience) in read::list(request, &["spec", "audiences"]).iter().enumerate() {
        let allowed = audience.as_str().is_some_and(|audience| {
            is_api_server(audience) || ceiling.audiences.iter().any(|listed| listed == audience)
        });
        if !allowed {
            out.violation(
                RULE,
                Reason::ServiceAccountTokenForbidden,
                format!("spec.audiences[{i}]"),
                "a token is for the API server, or for an audience in `spec.tokens.audiences` of the TenantClass.",
            );
        }
    }
    let seconds = read::at(request, &["spec", "expirationSeconds"]);
    let within =
        |seconds: &Value| seconds.as_i64().is_some_and(|s| s <= ceiling.max_expiration_seconds);
    if seconds.is_some_and(|seconds| !within(seconds)) {
        out.violation(
            RULE,
            Reason::ServiceAccountTokenForbidden,
            "spec.expirationSeconds",
            format!(
                "a token lives for at most {} seconds in this class; ask for less.",
                ceiling.max_expiration_seconds
            ),
        );
    }
}

fn is_api_server(audience: &str) -> bool {
    audience
        .strip_prefix(API_SERVER_AUDIENCE)
        .is_some_and(|rest| rest.is_empty() || rest == ".cluster.local")
}
