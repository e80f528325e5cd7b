//! Makes what is wanted so, one API call after the other.

use std::sync::Arc;

use kube::core::Status;
use serde_json::{Value, json};

use super::context::{Context, ReconcileError};
use super::report::Report;
use crate::api::NamespaceStatus;
use crate::names;
use crate::provision::{
    AppliedNamespace, Canary, Claim, Delete, Failure, FailureReason, Kind, Mode, Object, Observed,
    ObservedNamespace, Wanted, WantedNamespace, entry, is_current, merged,
};

/// Applies everything in order: first what Pod admission waits for, namespace by
/// namespace, each recorded at once; then the rest, access last.
pub(super) async fn apply(
    context: &Context,
    report: &mut Report<'_>,
    wanted: &Wanted,
    observed: &Observed,
) -> Result<Vec<AppliedNamespace>, ReconcileError> {
    let mut applied = Vec::with_capacity(wanted.namespaces.len());
    for namespace in &wanted.namespaces {
        let isolated = isolate(context, namespace, observed).await?;
        if namespace.mode == Mode::Active
            && let Some(entry) = entry(&isolated)
            && observed
                .recorded(&entry.name)
                .is_none_or(|before| (&before.uid, before.isolated) != (&entry.uid, entry.isolated))
        {
            // Ready is said once, at the end.
            report.record(NamespaceStatus { ready: false, ..entry }).await?;
        }
        applied.push(isolated);
    }
    for (namespace, applied) in wanted.namespaces.iter().zip(&mut applied) {
        if applied.uid.is_some() && namespace.claim.is_writable() {
            applied.failures.extend(ensure_all(context, &namespace.rest, observed).await?);
        }
    }
    Ok(applied)
}

/// The Namespace, and what Pod admission waits for.
async fn isolate(
    context: &Context,
    wanted: &WantedNamespace,
    observed: &Observed,
) -> Result<AppliedNamespace, ReconcileError> {
    let mut applied = AppliedNamespace {
        name: wanted.name.clone(),
        mode: wanted.mode,
        claim: wanted.claim.clone(),
        uid: None,
        is_isolated: false,
        canary: Canary::Pending,
        failures: Vec::new(),
    };
    if let Claim::Terminating { uid } = &wanted.claim {
        applied.uid = Some(uid.clone());
        let recorded = observed.recorded(&wanted.name);
        applied.is_isolated = recorded.is_some_and(|entry| entry.isolated);
        return Ok(applied);
    }
    match ensure_namespace(context, wanted, observed.namespaces.get(&wanted.name)).await? {
        Ok(uid) => applied.uid = uid,
        Err(failure) => {
            applied.uid = wanted.claim.owned_uid().map(str::to_owned);
            applied.failures.push(failure);
        }
    }
    if applied.uid.is_none() {
        return Ok(applied);
    }
    let failures = ensure_all(context, &wanted.isolation, observed).await?;
    // What exists isolates, even if it could not be brought up to date.
    let is_there = |failure: &Failure| observed.objects.0.contains_key(&failure.key);
    applied.is_isolated = failures.iter().all(is_there)
        && (wanted.mode == Mode::Active
            || observed.recorded(&wanted.name).is_some_and(|entry| entry.isolated));
    applied.failures.extend(failures);
    Ok(applied)
}

/// UID of the Namespace once it exists and is the Tenant's.
async fn ensure_namespace(
    context: &Context,
    wanted: &WantedNamespace,
    observed: Option<&ObservedNamespace>,
) -> Result<Result<Option<String>, Failure>, ReconcileError> {
    let Some(object) = &wanted.namespace else {
        return Ok(Ok(wanted.claim.owned_uid().map(str::to_owned)));
    };
    let answer = match (&wanted.claim, observed) {
        // Never an apply: it would take over a namespace that appeared meanwhile.
        (Claim::Create, _) => context.writer.create(object).await,
        (Claim::Own { uid }, Some(observed)) => {
            let labels = json!({"metadata": {"labels": observed.labels}});
            let wanted_labels = json!({"metadata": {"labels": object.body["metadata"]["labels"]}});
            if is_current(Kind::Namespace, &labels, &wanted_labels) {
                return Ok(Ok(Some(uid.clone())));
            }
            let mut object = object.clone();
            object.body["metadata"]["uid"] = json!(uid);
            context.writer.apply(&object).await
        }
        _ => return Ok(Ok(None)),
    };
    match answer {
        Ok(namespace) => Ok(Ok(namespace["metadata"]["uid"].as_str().map(str::to_owned))),
        Err(error) => failure(object, error).map(Err),
    }
}

async fn ensure_all(
    context: &Context,
    objects: &[Object],
    observed: &Observed,
) -> Result<Vec<Failure>, ReconcileError> {
    let mut failures = Vec::new();
    for object in objects {
        match ensure(context, object, observed.objects.0.get(&object.key)).await {
            Ok(Outcome::Current) => {}
            Ok(Outcome::Foreign) => failures.push(Failure {
                key: object.key.clone(),
                reason: FailureReason::ObjectConflict,
                message: "an object of this name exists and is not Lessor's".to_owned(),
            }),
            Err(error) => failures.push(failure(object, error)?),
        }
    }
    Ok(failures)
}

enum Outcome {
    /// The object is as wanted.
    Current,
    /// Somebody else's object has the name.
    Foreign,
}

async fn ensure(
    context: &Context,
    object: &Object,
    observed: Option<&Arc<Value>>,
) -> Result<Outcome, kube::Error> {
    let kind = object.key.kind;
    if let Some(observed) = observed {
        if is_current(kind, observed, &object.body) {
            context.settled.forget(&object.key);
            return Ok(Outcome::Current);
        }
        if context.settled.knows(object, observed) {
            return Ok(Outcome::Current);
        }
        tracing::info!(object = %object.key, "the object is not as wanted and is written");
    }
    if kind == Kind::Secret {
        return ensure_copy(context, object, observed.map(AsRef::as_ref)).await;
    }
    let mut stored = context.writer.apply(object).await?;
    if !is_current(kind, &stored, &object.body) {
        // Fields that another manager owns survive an apply; here they must not.
        let body = merged(kind, &stored, &object.body);
        stored = context.writer.replace(&object.key, &body).await?;
    }
    if !is_current(kind, &stored, &object.body) {
        context.settled.remember(object, &stored);
    }
    Ok(Outcome::Current)
}

/// Copies of secrets are created and replaced, never applied: an apply would
/// overwrite a Secret of the tenant's own that has the same name.
async fn ensure_copy(
    context: &Context,
    object: &Object,
    observed: Option<&Value>,
) -> Result<Outcome, kube::Error> {
    let found;
    let observed = if let Some(observed) = observed {
        observed
    } else {
        found = context.writer.get(&object.key).await?;
        match &found {
            Some(found) if is_managed(found) => found,
            Some(_) => return Ok(Outcome::Foreign),
            None => return context.writer.create(object).await.map(|_| Outcome::Current),
        }
    };
    if observed["type"] == object.body["type"] {
        let body = merged(Kind::Secret, observed, &object.body);
        context.writer.replace(&object.key, &body).await?;
    } else if let Some(delete) = Delete::of(&object.key, observed) {
        // The type of a Secret cannot be changed.
        context.writer.delete(&delete).await?;
        context.writer.create(object).await?;
    }
    Ok(Outcome::Current)
}

fn is_managed(object: &Value) -> bool {
    object["metadata"]["labels"][names::MANAGED_LABEL] == names::TRUE
}

/// A refusal that concerns one object is reported and the others go on; what
/// concerns the whole pass ends it.
fn failure(object: &Object, error: kube::Error) -> Result<Failure, ReconcileError> {
    match ReconcileError::from(error) {
        ReconcileError::Refused(kube::Error::Api(status)) => Ok(Failure {
            key: object.key.clone(),
            reason: reason(object, &status),
            message: status.message,
        }),
        error => Err(error),
    }
}

fn reason(object: &Object, status: &Status) -> FailureReason {
    if object.key.kind == Kind::RoleBinding && status.is_forbidden() {
        FailureReason::RoleNotBindable
    } else {
        FailureReason::ApplyFailed
    }
}
