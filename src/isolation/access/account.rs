//! ServiceAccount.

use crate::document::PatchError;
use serde_json::Value;

use crate::document::Mutator;
use crate::isolation::{Context, Findings, known, read};
use crate::names::Reason;

const RULE: &str = "access/service-account";

pub(super) fn judge(ctx: &Context, account: &Value, out: &mut Findings) {
    known::unknown_fields(account, known::SERVICE_ACCOUNT, "", RULE, out);
    for list in ["secrets", "imagePullSecrets"] {
        for (i, reference) in read::list(account, &[list]).iter().enumerate() {
            let name = read::text(reference, &["name"]);
            if name.is_some_and(|name| read::is_granted_only(ctx, name)) {
                out.violation(
                    RULE,
                    Reason::SecretNotGranted,
                    format!("{list}[{i}].name"),
                    "every Pod of this account would get a secret that is granted to named workloads only; name a secret of your own, or grant it without `mounts`.",
                );
            }
        }
    }
}

/// Leaves the token out of Pods whose ServiceAccount does not say that it
/// wants it. The in-tree plugin reads this before any webhook sees the Pod.
///
/// # Errors
/// If the account is not an object.
pub fn default_automount(mutator: &mut Mutator) -> Result<(), PatchError> {
    const FIELD: &str = "automountServiceAccountToken";
    if read::at(mutator.document(), &[FIELD]).is_some() {
        return Ok(());
    }
    mutator.set(&[FIELD], Value::Bool(false))
}
