//! One pass over one Tenant: observe, validate, render, apply, report.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt as _;
use kube::runtime::controller::Action;

use super::backoff::jittered;
use super::context::{Context, ReconcileError};
use super::report::{Report, unreadable};
use super::watch::Guarded;
use super::{apply, canary, finalize, glass, observe, prune, suspend};
use crate::api::{FieldError, Tenant, TenantClass, ValidTenant, resolve};
use crate::provision::{self, Applied, Canary, Observed};

/// How long until a pass over an old state is done again.
const CONFLICT: Duration = Duration::from_millis(50);

/// One pass over one Tenant. Success means that the cluster is as wanted, or
/// that the status says why it is not.
pub(super) async fn reconcile(
    guarded: Arc<Guarded>,
    context: Arc<Context>,
) -> Result<Action, ReconcileError> {
    let tenant = match &guarded.0 {
        Ok(tenant) => tenant,
        Err(invalid) => {
            unreadable(invalid);
            return Ok(Action::await_change());
        }
    };
    let name = tenant.name_any();
    if tenant.metadata.deletion_timestamp.is_some() {
        let action = finalize::advance(&context, tenant).await?;
        context.backoff.forget(&name);
        return Ok(action);
    }
    // What was never provisioned cannot be healed: new Tenants come to be.
    let is_provisioned = tenant.status.iter().any(|status| status.observed_generation.is_some());
    if is_provisioned && context.glass.is_on() {
        tracing::info!(tenant = name, "not looked at: break-glass is on");
        return Ok(Action::requeue(glass::LOOK));
    }
    let is_settled = if finalize::is_held(tenant) {
        provision(&context, tenant).await?
    } else {
        let held = finalize::hold(&context, tenant).await?;
        provision(&context, &held).await?
    };
    if is_settled {
        context.backoff.forget(&name);
        Ok(Action::requeue(jittered(context.options.resync, &name)))
    } else {
        Ok(Action::requeue(context.backoff.fail(&name)))
    }
}

/// When a failed pass is done again.
#[expect(clippy::needless_pass_by_value, reason = "the signature is kube's")]
pub(super) fn on_error(
    guarded: Arc<Guarded>,
    error: &ReconcileError,
    context: Arc<Context>,
) -> Action {
    let name = guarded.name_any();
    let class = error.class();
    if matches!(error, ReconcileError::Conflict(_)) {
        let wait = context.backoff.fail(&name).min(Duration::from_secs(2));
        tracing::debug!(tenant = name, class, error = %source(error), "again");
        return Action::requeue(wait.max(CONFLICT));
    }
    tracing::warn!(tenant = name, class, error = %source(error), "the pass failed");
    Action::requeue(context.backoff.fail(&name))
}

fn source(error: &ReconcileError) -> &dyn std::error::Error {
    std::error::Error::source(error).unwrap_or(error)
}

/// Whether nothing has to be tried again: what is wrong now changes only with an
/// object that is watched.
async fn provision(context: &Context, tenant: &Tenant) -> Result<bool, ReconcileError> {
    let observed = observe::observe(context, tenant).await?;
    let mut report = Report::new(context, tenant);
    match valid(context, tenant) {
        Ok(valid) => fulfil(context, &valid, &observed, &mut report).await,
        Err(refusal) => {
            let uid = tenant.metadata.uid.as_deref().unwrap_or_default();
            let facts = &context.options.facts;
            let Refusal { reason, message, remaining } = refusal;
            // What the class does not give any more goes at once; nothing new comes.
            if let Some(remaining) = remaining {
                let remaining = provision::render(&remaining, facts, &observed);
                prune::take_away(context, &remaining, &observed).await?;
            }
            let wanted = provision::hold(&tenant.name_any(), uid, facts, &observed);
            apply::apply(context, &mut report, &wanted, &observed).await?;
            let generation = tenant.metadata.generation.unwrap_or_default();
            let status =
                provision::refused(generation, &observed, reason, message, Timestamp::now());
            report.conclude(status).await?;
            Ok(true)
        }
    }
}

async fn fulfil(
    context: &Context,
    tenant: &ValidTenant,
    observed: &Observed,
    report: &mut Report<'_>,
) -> Result<bool, ReconcileError> {
    let wanted = provision::render(tenant, &context.options.facts, observed);
    report.intend(provision::intent(&wanted, observed)).await?;
    prune::take_away(context, &wanted, observed).await?;
    let mut namespaces = apply::apply(context, report, &wanted, observed).await?;
    canary::sing(context, &mut namespaces).await;
    let suspension = suspend::suspend(context, tenant, observed, &namespaces).await?;
    let applied = Applied { namespaces, suspension };
    let status =
        provision::status(tenant.generation, &wanted, &applied, observed, Timestamp::now());
    report.conclude(status).await?;
    Ok(is_settled(&applied))
}

/// Foreign namespaces, refusals and silent canaries change without an event.
fn is_settled(applied: &Applied) -> bool {
    applied.namespaces.iter().all(|namespace| {
        let is_watched = namespace.claim.is_writable() && namespace.failures.is_empty();
        let is_enforced =
            namespace.mode != provision::Mode::Active || namespace.canary == Canary::Denied;
        is_watched && is_enforced
    }) && !matches!(applied.suspension, provision::Suspension::Failed(_))
}

/// Why a Tenant's spec cannot be applied.
struct Refusal {
    reason: &'static str,
    message: String,
    /// What is left of the Tenant under its class; none when the class is missing.
    remaining: Option<Box<ValidTenant>>,
}

fn valid(context: &Context, tenant: &Tenant) -> Result<ValidTenant, Refusal> {
    let name = &tenant.spec.class;
    let refusal = |reason, message| Refusal { reason, message, remaining: None };
    let class = context
        .caches
        .classes
        .get("", name)
        .ok_or_else(|| refusal("ClassNotFound", format!("there is no TenantClass {name:?}")))?;
    let class: TenantClass = serde_json::from_value(class.as_ref().clone()).map_err(|error| {
        refusal("ClassInvalid", format!("TenantClass {name:?} cannot be read: {error}"))
    })?;
    let (valid, errors) = resolve(tenant, &class.spec, &context.options.facts);
    if errors.is_empty() {
        return Ok(valid);
    }
    let line = |error: &FieldError| format!("{}: {}", error.field, error.message);
    let message = errors.iter().map(line).collect::<Vec<_>>().join("; ");
    Err(Refusal { reason: "Invalid", message, remaining: Some(Box::new(valid)) })
}
