//! Does the webhook really enforce here?

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::backoff::lock;
use super::context::Context;
use crate::names::{self, Reason};
use crate::provision::{AppliedNamespace, Canary, Kind, Mode, Object, ObjectKey};

/// Namespaces, by UID, in which the webhook was seen to refuse, and when.
#[derive(Debug, Default)]
pub(super) struct Canaries(Mutex<HashMap<String, Instant>>);

impl Canaries {
    fn is_fresh(&self, uid: &str, within: Duration) -> bool {
        lock(&self.0).get(uid).is_some_and(|at| at.elapsed() < within)
    }

    fn sang(&self, uid: &str) {
        lock(&self.0).insert(uid.to_owned(), Instant::now());
    }

    /// Forgets a Namespace.
    pub(super) fn forget(&self, uid: &str) {
        lock(&self.0).remove(uid);
    }
}

/// Resyncs for which an answer holds: thousands of namespaces must not turn the
/// asking into a load.
const RESYNCS: u32 = 5;

/// Asks in every isolated namespace whether the webhook enforces, unless it was
/// seen to a while ago. The canary is a ConfigMap with a reserved name,
/// created as a dry run by an account that nothing runs as: RBAC, Pod Security,
/// quota and the static floor would all admit it, so a refusal of the webhook's
/// own is the proof that it is called and knows the namespace.
pub(super) async fn sing(context: &Context, namespaces: &mut [AppliedNamespace]) {
    let within = context.options.resync * RESYNCS;
    for namespace in namespaces {
        let Some(uid) = namespace.uid.as_deref().filter(|_| namespace.is_isolated) else {
            continue;
        };
        if namespace.mode != Mode::Active || !namespace.claim.is_writable() {
            continue;
        }
        if context.canaries.is_fresh(uid, within) {
            namespace.canary = Canary::Denied;
            continue;
        }
        namespace.canary = ask(context, &namespace.name).await;
        match namespace.canary {
            Canary::Denied => context.canaries.sang(uid),
            _ => context.canaries.forget(uid),
        }
    }
}

async fn ask(context: &Context, namespace: &str) -> Canary {
    let lessor = &context.options.facts.lessor_namespace;
    let user = format!("system:serviceaccount:{lessor}:{}", names::CANARY_ACCOUNT);
    let key = ObjectKey::new(Kind::ConfigMap, namespace, names::CANARY_ACCOUNT);
    let body = json!({
        "apiVersion": "v1",
        "kind": key.kind.name(),
        "metadata": {"name": key.name, "namespace": namespace},
    });
    verdict(context.writer.dry_run_as(&user, &Object { key, body }).await)
}

/// Only the webhook's own answer counts. The API server quotes it behind a text
/// of its own and keeps the causes; a policy of the floor carries the same
/// reason but not this beginning.
fn verdict(answer: Result<serde_json::Value, kube::Error>) -> Canary {
    const BEGINNING: &str = "admission webhook ";
    match answer {
        Ok(_) => Canary::Admitted,
        Err(kube::Error::Api(status)) => {
            let causes = status.details.iter().flat_map(|details| &details.causes);
            let is_for = |reason: Reason| {
                status.message.starts_with(BEGINNING)
                    && causes.clone().any(|cause| cause.reason == reason.as_str())
            };
            if is_for(Reason::ReservedNameForbidden) {
                Canary::Denied
            } else if is_for(Reason::IsolationNotReady) || is_for(Reason::TenancyContextUnavailable)
            {
                Canary::Pending
            } else {
                Canary::Unanswered(status.message)
            }
        }
        Err(error) => Canary::Unanswered(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;

    fn refusal(message: &str, reason: &str) -> kube::Error {
        let status: Status = serde_json::from_value(json!({
            "status": "Failure", "code": 403, "reason": "Forbidden", "message": message,
            "details": {"causes": [{"reason": reason, "message": "", "field": "metadata.name"}]},
        }))
        .unwrap();
        kube::Error::Api(Box::new(status))
    }

    fn answer(message: &str, reason: &str) -> Result<serde_json::Value, kube::Error> {
        Err(refusal(message, reason))
    }

    #[test]
    fn only_the_webhooks_own_reason_is_a_denial() {
        let webhook = "admission webhook \"v.lessor.io\" denied the request: reserved";
        assert_eq!(verdict(answer(webhook, "ReservedNameForbidden")), Canary::Denied);
        assert_eq!(verdict(answer(webhook, "IsolationNotReady")), Canary::Pending);
        let floor = "ValidatingAdmissionPolicy 'lessor' denied request: ReservedNameForbidden";
        for (message, reason) in [
            (webhook, "KindNotAllowed"),
            (floor, "ReservedNameForbidden"),
            ("configmaps is forbidden: User cannot create", "ReservedNameForbidden"),
        ] {
            assert!(matches!(verdict(answer(message, reason)), Canary::Unanswered(_)), "{message}");
        }
        assert_eq!(verdict(Ok(json!({}))), Canary::Admitted);
    }
}
