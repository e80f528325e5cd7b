//! Secrets that the control plane turns into credentials.

use serde_json::Value;

use crate::isolation::{Caller, Change, Findings, read};
use crate::names::Reason;

/// Types that are, or become, a credential of the API server which never expires.
const TOKEN_TYPES: [&str; 2] =
    ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"];

/// The token controller fills such Secrets in, so the platform may update one
/// that was there before the tenant.
pub(super) fn judge(change: &Change, secret: &Value, out: &mut Findings) {
    let fills_in = change.caller == Caller::Platform && change.old.is_some();
    let kind = read::text(secret, &["type"]).unwrap_or_default();
    if TOKEN_TYPES.contains(&kind) && !fills_in {
        out.violation(
            "access/token-secret",
            Reason::ServiceAccountTokenForbidden,
            "type",
            "a token in a Secret never expires; mount a projected token, or ask for one with `kubectl create token`.",
        );
    }
}
