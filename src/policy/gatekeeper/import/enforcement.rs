//! What a violation does.

use super::outcome::Findings;
use crate::api::Enforcement;
use crate::policy::gatekeeper::action::{AUDIT, Action, EnforcementAction, WEBHOOK};

/// The hardest action of Gatekeeper's webhook.
pub(super) fn of(action: &EnforcementAction, findings: &mut Findings) -> Enforcement {
    if let EnforcementAction::Unrecognized(text) = action {
        findings.impossible(format!(
            "enforcementAction {text:?} is none of deny, warn, dryrun, scoped: nobody can say \
             what was meant"
        ));
    }
    if matches!(action, EnforcementAction::Scoped(_)) && action.at(WEBHOOK).is_empty() {
        if action.counts_at(AUDIT) {
            findings.narrower(
                "it counts for the audit alone, which looks at what is there; the Policy counts \
                 requests",
            );
        } else {
            findings.impossible(format!(
                "it counts neither at {WEBHOOK} nor at {AUDIT}, but only at points that Lessor \
                 does not have"
            ));
        }
    }
    match action.at(WEBHOOK).last() {
        Some(Action::Deny) => Enforcement::Deny,
        Some(Action::Warn) => Enforcement::Warn,
        Some(Action::Dryrun) | None => Enforcement::Audit,
    }
}
