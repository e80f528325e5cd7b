//! What policies say about a request inside a tenant, and what they change.

use std::fmt::Write as _;

use crate::api::Enforcement;
use crate::document::{Mutator, PatchOperation};
use crate::isolation::{Findings, Violation};
use crate::names::Reason;
use crate::policy::{
    Edit, EvalError, Evaluator, Finding, PatchFailed, Question, UserInput, Verdict, World,
    select::Subject,
};
use crate::snapshot::{NamespaceView, Snapshot, TenantView};

use super::limits::Limits;
use super::request::Request;

/// A request inside a tenant, as policies are asked about it.
#[derive(Clone, Copy)]
pub(super) struct Policies<'a> {
    pub(super) tenant: &'a TenantView,
    pub(super) namespace: &'a NamespaceView,
    pub(super) snapshot: &'a Snapshot,
    pub(super) limits: &'a Limits<'a>,
}

impl Policies<'_> {
    /// Asks every policy that concerns the request, and adds what they find.
    pub(super) fn judge(
        &self,
        evaluator: &mut Evaluator,
        request: &Request,
        findings: &mut Findings,
    ) -> Vec<Verdict> {
        if self.snapshot.policies().is_empty() {
            return Vec::new();
        }
        let verdicts = evaluator.judge(&self.question(request), &self.world());
        for verdict in &verdicts {
            report(verdict, &request.uid, findings);
        }
        verdicts
    }

    /// Lets policies patch the object, one after another, each seeing what those
    /// before it wrote. A policy that would patch its own result again is refused:
    /// the API server calls more than once.
    pub(super) fn patch(
        &self,
        evaluator: &mut Evaluator,
        request: &mut Request,
        patch: &mut Vec<PatchOperation>,
        findings: &mut Findings,
    ) {
        if !self.snapshot.policies().patches() || is_made_by_controller(request) {
            return;
        }
        let world = self.world();
        let policies: Vec<_> =
            Evaluator::patching(&self.question(request), &world).into_iter().cloned().collect();
        for policy in policies {
            let first = evaluator.patch(&policy, &self.question(request), &world);
            let patched = first.and_then(|edits| {
                let operations = apply(request, &edits)?;
                if operations.is_empty() {
                    return Ok(operations);
                }
                let again = evaluator.patch(&policy, &self.question(request), &world)?;
                if apply(request, &again)?.is_empty() {
                    Ok(operations)
                } else {
                    Err(PatchFailed::Forbidden(
                        "it changes its own result again; a patch must be complete after one pass"
                            .to_owned(),
                    ))
                }
            });
            match patched {
                Ok(operations) => patch.extend(operations),
                Err(failed) => refuse_patch(&policy.name, policy.enforcement, failed, findings),
            }
        }
    }

    fn question<'a>(&'a self, request: &'a Request) -> Question<'a> {
        Question {
            subject: Subject {
                group: &request.kind.group,
                kind: &request.kind.kind,
                resource_group: &request.resource.group,
                resource: &request.resource.resource,
                subresource: &request.subresource,
                operation: request.operation,
                name: name_or_prefix(request),
                object: request.object.as_ref(),
                old_object: request.old_object.as_ref(),
                namespace: &request.namespace,
                namespace_labels: &self.namespace.labels,
                tenant: &self.tenant.input.name,
                tenant_labels: &self.tenant.input.labels,
                class: &self.tenant.input.class,
                class_labels: &self.tenant.class_labels,
            },
            uid: &request.uid,
            version: &request.kind.version,
            name: &request.name,
            user: UserInput {
                name: &request.user.name,
                uid: &request.user.uid,
                groups: &request.user.groups,
                extra: &request.user.extra,
            },
            dry_run: request.dry_run,
            tenant: &self.tenant.input,
        }
    }

    fn world(&self) -> World<'_> {
        World {
            policies: self.snapshot.policies(),
            inventory: self.snapshot.inventory(),
            now: self.limits.now,
            remaining: self.limits.remaining,
        }
    }
}

/// The name, or what it will begin with.
fn name_or_prefix(request: &Request) -> &str {
    let name = request.object_name();
    let prefix = || request.object.as_ref()?.pointer("/metadata/generateName")?.as_str();
    if name.is_empty() { prefix().unwrap_or_default() } else { name }
}

/// What a controller makes of a template is judged, and patched only if it is a
/// Pod: anything else would be made again without end.
fn is_made_by_controller(request: &Request) -> bool {
    let is_pod = request.resource.group.is_empty() && request.resource.resource == "pods";
    let owners = request.object.as_ref().and_then(|o| o.pointer("/metadata/ownerReferences"));
    !is_pod
        && owners.and_then(serde_json::Value::as_array).is_some_and(|owners| {
            owners.iter().any(|owner| owner["controller"].as_bool() == Some(true))
        })
}

fn apply(request: &mut Request, edits: &[Edit]) -> Result<Vec<PatchOperation>, PatchFailed> {
    let Some(object) = request.object.as_mut() else { return Ok(Vec::new()) };
    let mut mutator = Mutator::new(object);
    for edit in edits {
        let done = match edit {
            Edit::Set(_, value) => mutator.set(&edit.tokens(), value.clone()),
            Edit::Remove(_) => mutator.remove(&edit.tokens()),
        };
        done.map_err(|error| PatchFailed::Forbidden(error.to_string()))?;
    }
    Ok(mutator.into_operations())
}

fn refuse_patch(
    policy: &str,
    enforcement: Enforcement,
    failed: PatchFailed,
    findings: &mut Findings,
) {
    let (reason, message) = match failed {
        PatchFailed::Forbidden(message) => (Reason::PatchForbidden, message),
        PatchFailed::Evaluation(error) => of_error(&error),
    };
    let message = format!("policy {policy} cannot complete the object: {message}");
    match enforcement {
        Enforcement::Deny => {
            findings.violation(format!("{policy}/patch"), reason, "metadata", message);
        }
        Enforcement::Warn => findings.warn(message),
        Enforcement::Audit => {}
    }
}

fn report(verdict: &Verdict, uid: &str, findings: &mut Findings) {
    if verdict.exempted_by.is_some() || verdict.enforcement == Enforcement::Audit {
        return;
    }
    let policy = &verdict.policy;
    match (&verdict.outcome, verdict.enforcement) {
        (Ok(found), Enforcement::Deny) => {
            findings.violations.extend(found.iter().map(|finding| Violation {
                rule: format!("{policy}/{}", finding.rule).into(),
                reason: Reason::Policy,
                field: finding.field.clone(),
                message: explained(finding, uid),
            }));
        }
        (Ok(found), _) => {
            for finding in found.iter() {
                findings.warn(format!("{policy}: {}", finding.message));
            }
        }
        (Err(error), Enforcement::Deny) => {
            let (reason, message) = of_error(error);
            let message = format!("policy {policy} cannot judge this request: {message}");
            findings.violation(format!("{policy}/violation"), reason, "", message);
        }
        (Err(error), _) => {
            findings.warn(format!("policy {policy} cannot judge this request: {error}"));
        }
    }
}

/// What is wrong, what would pass, which line says so, and which line of the
/// decision log has the whole of it.
fn explained(finding: &Finding, uid: &str) -> String {
    let mut message = finding.message.clone();
    if !finding.allowed.is_empty() {
        message.push_str("; allowed: ");
        message.push_str(&finding.allowed);
    }
    let at = finding.at.as_ref().map(|at| format!("{at}; ")).unwrap_or_default();
    let _ = write!(message, " ({at}decision {uid})");
    message
}

fn of_error(error: &EvalError) -> (Reason, String) {
    let reason = match error {
        EvalError::Failed { .. } => Reason::PolicyError,
        EvalError::Budget(_) => Reason::PolicyBudgetExceeded,
        EvalError::Unavailable(_) => Reason::TenancyContextUnavailable,
        // The clock is no judge: the same request may pass in another moment.
        EvalError::Time(_) => Reason::Overloaded,
    };
    let at = match error {
        EvalError::Failed { at: Some(at), .. } => format!(" ({at})"),
        _ => String::new(),
    };
    (reason, format!("{error}{at}"))
}
